"""The command `report`: the written report of a period as Word, Excel or Markdown, and its template."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli import seal
from services.cli.cohort import FromOption, ToOption, day_option
from services.cli.console import DEFAULT_DATA, DataOption, instant, settings_for, write_file
from services.cli.figures import office_of
from services.cli.look import over
from shared.clock import SystemClock
from shared.figures.period import BadPeriod, Period, period_of, read_period
from shared.report.content import Report
from shared.report.gather import Asked, usual_as_of
from shared.report.gather import report as report_of
from shared.report.indicators import load_indicators
from shared.report.markdown import markdown
from shared.report.office import load_office
from shared.report.word import TEMPLATE, word
from shared.report.workbook import workbook
from shared.settings import Settings

report = typer.Typer(invoke_without_command=True)


class Format(StrEnum):
    """The files that a report can be written to."""

    DOCX = "docx"
    XLSX = "xlsx"
    MD = "md"


_RENDERERS: Final[dict[Format, Callable[[Report, Path], bytes]]] = {
    Format.DOCX: word,
    Format.XLSX: lambda content, _: workbook(content),
    Format.MD: lambda content, _: markdown(content).encode(),
}

PeriodOption = Annotated[str | None, typer.Option("--period", help="2023, 2023H1, 2023Q2, 2023-06; or use --from and --to.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Instant of judgement; the end of the period or now where absent.")
]
KnownAtOption = Annotated[str | None, typer.Option("--known-at", help="As it was known then; as known now where absent.")]
FormatOption = Annotated[Format | None, typer.Option("--format", help="By the name of the file where absent.")]
OutOption = Annotated[Path | None, typer.Option("--out", dir_okay=False, help="The file to write.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands, those of sealed reports beside them."""
    seal.add_commands(report)
    app.add_typer(report, name="report")


@report.callback()
def report_(
    context: typer.Context,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    form: FormatOption = None,
    out: OutOption = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """The written report of a period: what was received, closed and is overdue, by unit, source and category, beside last year.

    The office's own words stand in report.toml, its layout in report.docx, figures of others in indicators.toml, all in the data
    folder and none of them needed.

    Examples: `duban report --period 2023H1 --as-of 2023-06-19 --out 半年总结.docx` · `duban report --period 2023Q2 --out q2.xlsx`
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_for(data)
    days = _period(period, since, until, settings)
    if out is None:
        raise typer.BadParameter("name the file to write, such as --out report.docx", param_hint="--out")
    form = form or _format_of(out)
    zone, folder = settings.zone, settings.data
    judged = instant(as_of, zone) or usual_as_of(days, SystemClock().now(), zone)
    asked = Asked(days, judged, instant(known_at, zone))
    office, own, others = office_of(settings), load_office(folder / "report.toml"), load_indicators(folder / "indicators.toml")
    content: Report = asyncio.run(over(settings, lambda snapshot: report_of(snapshot, asked, office, own, others)))
    write_file(out, _RENDERERS[form](content, _template(folder)))


@report.command("template")
def template(
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="The file to write.")], data: DataOption = DEFAULT_DATA
) -> None:
    """Write the Word template in force, for editing in WPS or Word: report.docx of the data folder, or ours where there is none.

    Example: `duban report template --out duban-data/report.docx`
    """
    write_file(out, _template(settings_for(data).data).read_bytes())


def _period(name: str | None, since: str | None, until: str | None, settings: Settings) -> Period:
    first, end = day_option(since, settings.zone, "--from"), day_option(until, settings.zone, "--to")
    try:
        if name is not None and first is None and end is None:
            return read_period(name)
        if name is None and first is not None and end is not None:
            return period_of(first, end)
    except BadPeriod as error:
        raise typer.BadParameter(str(error), param_hint="--period") from None
    raise typer.BadParameter("name a period, such as 2023H1, or both --from and --to", param_hint="--period")


def _format_of(file: Path) -> Format:
    try:
        return Format(file.suffix.removeprefix(".").lower())
    except ValueError:
        raise typer.BadParameter(f"{file} does not end with .docx, .xlsx or .md; say --format", param_hint="--out") from None


def _template(data: Path) -> Path:
    own = data / "report.docx"
    return own if own.exists() else TEMPLATE
