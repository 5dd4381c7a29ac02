"""Commands about indicators: figures that others measured, which reports show beside ours."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, settings_for
from shared.report.indicators import Indicator, load_indicators, read_indicators

indicator = typer.Typer(no_args_is_help=True, help="Indicators: figures that others measured, shown beside ours in reports.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(indicator, name="indicator")


@indicator.command("list")
def list_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """The indicators of the installation, from indicators.toml in the data folder.

    Example: `duban indicator list`
    """
    file = settings_for(data).data / "indicators.toml"
    found = load_indicators(file)
    if not found and not as_json:
        output.print(f"no indicator in {file}", markup=False, highlight=False, soft_wrap=True)
    else:
        _show(found, as_json)


@indicator.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="That of the data folder where absent.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Whether a file of indicators would be taken, and what it says. Exit 78 with the place and the reason when it would not.

    Example: `duban indicator check indicators.toml`
    """
    _show(read_indicators(file or settings_for(data).data / "indicators.toml"), as_json)


def _show(found: tuple[Indicator, ...], as_json: bool) -> None:
    if as_json:
        return print_json(found)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("name", "period", "value", "rank", "source", "recorded on", "note"):
        table.add_column(name, overflow="fold")
    for one in found:
        said = (one.name, one.days.name, one.shown, one.place, one.source, str(one.recorded_on), one.note)
        table.add_row(*(escape(text) for text in said))
    output.print(table)
    return None
