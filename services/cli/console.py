"""Where the command writes: results to standard output, progress and troubles to standard error; and how hints call it."""

import shlex
import shutil
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import orjson
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from shared.figures.period import FIRST_YEAR, LAST_YEAR
from shared.settings import Settings

output = Console()
errors = Console(stderr=True)

DataOption = Annotated[
    Path, typer.Option("--data", envvar="DUBAN_DATA", help="Folder of the installation.", show_default=True, file_okay=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
DEFAULT_DATA = Path("duban-data")
_NAME: Final = "duban"


def called() -> str:
    """The command as its user can call it again, for a hint to begin with: `duban` where that is the one on the path, else as it
    was called, such as `.venv/bin/duban`.
    """
    typed = Path(sys.argv[0])
    found = shutil.which(_NAME)
    if typed.name != _NAME or (found is not None and Path(found).resolve() == typed.resolve()):
        return _NAME
    return shlex.quote(sys.argv[0])


def settings_for(data: Path) -> Settings:
    """The settings of a data folder, with what the environment says."""
    return Settings(data=data.absolute())


def print_json(document: Any) -> None:
    """Print a JSON document, indented; instants keep their offset."""
    typer.echo(orjson.dumps(document, default=_plain, option=orjson.OPT_INDENT_2).decode())


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} is not JSON")


def write_file(file: Path, body: bytes) -> None:
    """Write a file that somebody asked for, and say where it is. Raises BadParameter when it cannot be written."""
    try:
        file.write_bytes(body)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be written: {error.strerror}", param_hint="--out") from None
    errors.print(f"written: {file} ({len(body):,} bytes)", markup=False, highlight=False, soft_wrap=True)


def progress(unit: str) -> Progress:
    """A progress bar for long work, on standard error."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )


def instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """An instant as a person writes it: a date or a date and time; without an offset it is read in the zone."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-11-23, 2026-11-23T09:00 or with an offset +08:00") from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise typer.BadParameter(f"{text!r}: the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)


def local_end(when: datetime | None, zone: ZoneInfo) -> str:
    """The end of a period for a person: what ends at midnight ends at 24:00 of the day before."""
    if when is None or when.astimezone(zone).time() != time.min:
        return local(when, zone)
    return f"{when.astimezone(zone).date() - timedelta(days=1)} 24:00"


def local(when: datetime | None, zone: ZoneInfo) -> str:
    """An instant for a person: local time to the minute."""
    return "—" if when is None else when.astimezone(zone).strftime("%Y-%m-%d %H:%M")
