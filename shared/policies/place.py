"""Where in a TOML file something stands: for the messages that refuse one."""

from collections.abc import Sequence


def line_of(text: str, path: Sequence[str]) -> int:
    """The line, from 1 on, of a key; that of the table which lacks it; 1 for what is missing at the top."""
    lines = [line.strip() for line in text.splitlines()]
    for depth in range(len(path), -1, -1):
        table, keys = ".".join(path[:depth]), path[depth:]
        start = (
            0 if not table else next((n for n, line in enumerate(lines, 1) if line.split("#")[0].strip() == f"[{table}]"), None)
        )
        if start is None:
            continue
        if not keys:
            return max(start, 1)
        for number, line in enumerate(lines[start:], start + 1):
            if line.startswith("["):
                break
            if line.partition("=")[0].strip().strip("\"'") == keys[0]:
                return number
        if table:
            return start
    return 1
