"""The `duban` command. Expected troubles end in one clear line and an exit code of their own."""

import sys
from typing import Final

import typer
from pydantic import ValidationError

from services.cli import (
    actions,
    audit,
    campaigns,
    deadlines,
    demonstration,
    explain,
    feed,
    figures,
    history,
    indicators,
    look,
    notify,
    policies,
    report,
    run,
    say,
    signals,
    silence,
    simulate,
    trend,
)
from services.cli.console import errors
from services.cli.place import NothingRunning, UnusableFolder
from services.cli.seal import NotSealed
from services.notifier.channels.load import BadChannels
from services.web.service import PortInUse
from shared.calendars import BadCalendarFile
from shared.campaigns import BadCampaign
from shared.messaging.broker import NatsUnreachable
from shared.messaging.server import NatsServerFailed
from shared.messaging.streams import ConfigDrift
from shared.notices.secret import BadSecret
from shared.policies import BadPolicy
from shared.ports import LeaseLost, NotStored
from shared.report.indicators import BadIndicators
from shared.report.office import BadReport
from shared.report.word import BadTemplate
from shared.roster import BadRoster
from shared.signals import BadSignals
from shared.storage.engine import BadDatabase, FolderInUse
from shared.units import BadUnits

EXIT_USAGE: Final = 2
EXIT_NOT_READY: Final = 75
EXIT_CONFIG: Final = 78

_TROUBLES: Final[dict[type[Exception], int]] = {
    BadDatabase: EXIT_CONFIG,
    BadCalendarFile: EXIT_CONFIG,
    BadChannels: EXIT_CONFIG,
    BadRoster: EXIT_CONFIG,
    BadCampaign: EXIT_CONFIG,
    BadIndicators: EXIT_CONFIG,
    BadPolicy: EXIT_CONFIG,
    BadSignals: EXIT_CONFIG,
    BadReport: EXIT_CONFIG,
    BadSecret: EXIT_CONFIG,
    BadTemplate: EXIT_CONFIG,
    BadUnits: EXIT_CONFIG,
    ConfigDrift: EXIT_CONFIG,
    FolderInUse: EXIT_CONFIG,
    LeaseLost: EXIT_NOT_READY,
    NatsServerFailed: EXIT_NOT_READY,
    NatsUnreachable: EXIT_NOT_READY,
    NothingRunning: EXIT_NOT_READY,
    NotSealed: EXIT_NOT_READY,
    NotStored: EXIT_NOT_READY,
    PortInUse: EXIT_CONFIG,
    UnusableFolder: EXIT_CONFIG,
}

app = typer.Typer(
    name="duban",
    help="督办: tracks directives, complaints and rectification problems from event to closing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for commands in (
    *(run, demonstration, feed, history, figures, trend, signals, report, indicators, look),
    *(deadlines, policies, campaigns, notify, silence, audit),
):
    commands.add_to(app)
look.task.command("explain")(explain.task_explain)
look.task.command("actions")(actions.task_actions)
say.add_commands(look.task)
policies.policy.command("simulate")(simulate.simulate)


def main() -> None:
    """Entry point of the command."""
    code = 0
    # The exit stands outside: raised in here it would be wrapped in a group, which is no exit.
    try:
        app()
    except* tuple(_TROUBLES) as group:
        trouble = _first(group)
        _say(str(trouble))
        code = next(code for kind, code in _TROUBLES.items() if isinstance(trouble, kind))
    except* ValidationError as group:
        problem = _first(group)
        assert isinstance(problem, ValidationError)
        for one in problem.errors(include_url=False):
            name = "DUBAN_" + "_".join(str(step).upper() for step in one["loc"])
            _say(f"{name}: {one['msg'].removeprefix('Value error, ')}")
        code = EXIT_USAGE
    sys.exit(code)


def _say(trouble: str) -> None:
    errors.print(f"duban: {trouble}", style="bold red", highlight=False, soft_wrap=True, markup=False)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


if __name__ == "__main__":
    main()
