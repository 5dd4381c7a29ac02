"""The entry point of the command: loads the program, then runs it."""

import gc


def main() -> None:
    """Run the command.

    The program is thousands of objects that live until the end. To look through them for garbage again and again while they are
    made is a fourth of the time that a start takes; and afterwards they need not be looked at either.
    """
    gc.disable()
    from services.cli.main import main as run

    gc.freeze()
    gc.enable()
    run()
