"""The command `trend`: what came and went by day, week or month, and the rates at the end of each."""

import asyncio
import csv
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from contracts.figures import Trend
from services.cli.cohort import (
    AsOfOption,
    CategoryOption,
    CoUnitsOption,
    EnterpriseOption,
    FamilyOption,
    KnownAtOption,
    SourceOption,
    UnitOption,
    asked,
)
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, local, output, print_json, settings_for
from services.cli.figures import office_of
from services.cli.look import over
from shared.domain.value import replace
from shared.figures.chart import HEAD_EN, cells, chart, markdown, rows
from shared.figures.trend import TooManyPoints, trend
from shared.settings import Settings


class By(StrEnum):
    """The periods of a trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Format(StrEnum):
    """How a trend is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("trend")(trend_)


def trend_(
    since: Annotated[str, typer.Option("--from", help="First day.")],
    until: Annotated[str, typer.Option("--to", help="Day that is no longer included.")],
    by: Annotated[By, typer.Option("--by", help="Length of the periods; weeks begin on Monday.")] = By.MONTH,
    family: FamilyOption = None,
    source: SourceOption = None,
    unit: UnitOption = None,
    category: CategoryOption = None,
    enterprise: EnterpriseOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    co_units: CoUnitsOption = False,
    format_: Annotated[Format, typer.Option("--format", help="For a person, for a document, for a spreadsheet.")] = Format.TEXT,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """The flow of each day, week or month, and the rates at its end. What was open at its end is the next one's opening.

    Rates are of all tasks at the end of the period; those of the tasks received in it stand beside them. A period that is not
    over ends at --as-of. A date without an offset is read in DUBAN_TIMEZONE.

    Example: `duban trend --by week --from 2023-01-01 --to 2023-07-01 --family complaint`
    """
    settings = settings_for(data)
    wide = asked(settings.zone, since=since, until=until, as_of=as_of, known_at=known_at)
    question = replace(wide, family=family, source=source, unit=unit, category=category, enterprise=enterprise, co_units=co_units)
    if question.since is not None and question.until is not None and question.until <= question.since:
        raise typer.BadParameter(f"{until} is no later than {since}", param_hint="--to")
    try:
        found: Trend = asyncio.run(over(settings, lambda snapshot: trend(snapshot, question, by.value, office_of(settings))))
    except TooManyPoints as error:
        raise typer.BadParameter(str(error), param_hint="--by") from None
    if as_json:
        print_json(found)
    elif format_ is Format.CSV:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows(found))
    elif format_ is Format.MARKDOWN:
        typer.echo("\n".join(markdown(found)))
    else:
        _show(found, settings)


def _show(found: Trend, settings: Settings) -> None:
    zone, asked = settings.zone, found.asked
    of = ", ".join(str(one) for one in (asked.family, asked.source, asked.unit, asked.category, asked.enterprise) if one) or "all"
    known = f", known at {local(found.known_at, zone)}" if found.known_at else ""
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        title=f"{of}, by {found.by}, as of {local(found.as_of, zone)} ({found.timezone}){known}",
        title_justify="left",
    )
    for column in HEAD_EN:
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for point in found.points:
        table.add_row(*cells(point))
    output.print(table if found.points else "no day of it has begun")
    if any(not point.whole for point in found.points):
        output.print("* not a whole period")
    for line in chart(found.points):
        output.print(line, highlight=False, markup=False, soft_wrap=True)
