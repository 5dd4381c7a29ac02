"""The command `figures`: counts and rates of a cohort at any instant, as known then or now."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from contracts.figures import Counts, Figures, Rate
from services.cli.cohort import (
    AsOfOption,
    CategoryOption,
    CoUnitsOption,
    EnterpriseOption,
    FamilyOption,
    FromOption,
    KnownAtOption,
    SourceOption,
    ToOption,
    UnitOption,
    asked,
)
from services.cli.console import (
    DEFAULT_DATA,
    DataOption,
    JsonOption,
    local,
    output,
    print_json,
    settings_for,
    write_file,
)
from services.cli.look import over
from shared.domain.formula import FORMULAS
from shared.domain.value import replace
from shared.figures.by import By
from shared.figures.csv_file import figures_csv
from shared.figures.document import Office, figures
from shared.figures.excel import figures_workbook
from shared.settings import Settings
from shared.units import load_units


class Format(StrEnum):
    """The files that figures can be written to."""

    XLSX = "xlsx"
    CSV = "csv"


_RENDERERS: Final[dict[Format, Callable[[Figures, By | None], bytes]]] = {
    Format.XLSX: lambda found, _: figures_workbook(found),
    Format.CSV: figures_csv,
}


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("figures")(figures_)


def figures_(
    family: FamilyOption = None,
    source: SourceOption = None,
    unit: UnitOption = None,
    category: CategoryOption = None,
    enterprise: EnterpriseOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    by: Annotated[By | None, typer.Option("--by", help="Split by this.")] = None,
    co_units: CoUnitsOption = False,
    form: Annotated[Format | None, typer.Option("--format", help="Write a file of this format.")] = None,
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="The file to write, with --format.")] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Counts and rates of the tasks received in a period, judged at an instant, with numerator and denominator.

    A date without an offset is read in DUBAN_TIMEZONE. What each figure means stands in contracts/figures.md.

    Examples: `duban figures --family complaint --from 2023-01-01 --to 2023-07-01 --as-of 2023-06-19` ·
    `duban figures --as-of 2023-07-01 --known-at 2023-07-05 --by unit` · `duban figures --format xlsx --out figures.xlsx` ·
    `duban figures --by unit --format csv --out units.csv`
    """
    if (form is None) != (out is None):
        raise typer.BadParameter("a file needs both: --format csv --out figures.csv", param_hint="--format")
    settings = settings_for(data)
    wide = asked(settings.zone, since=since, until=until, as_of=as_of, known_at=known_at)
    question = replace(wide, family=family, source=source, unit=unit, category=category, enterprise=enterprise, co_units=co_units)
    office = office_of(settings)
    found: Figures = asyncio.run(over(settings, lambda snapshot: figures(snapshot, question, office)))
    if form is not None and out is not None:
        write_file(out, _RENDERERS[form](found, by))
    elif as_json:
        print_json(found)
    else:
        _show(found, by, settings)


def office_of(settings: Settings) -> Office:
    """What figures need to know of the office whose folder this is."""
    return Office(load_units(settings.data / "units.toml"), settings.timezone, settings.zone, settings.few)


def _show(found: Figures, by: By | None, settings: Settings) -> None:
    zone, asked = settings.zone, found.asked
    received = f"received {asked.received_from or '—'} to {asked.received_to or '—'}"
    of = ", ".join(str(one) for one in (asked.source, asked.unit, asked.category, asked.enterprise) if one) or "all"
    known = f", known at {local(found.known_at, zone)}" if found.known_at else ""
    title = f"{asked.family or 'all families'}, {of}, {received}, as of {local(found.as_of, zone)} ({found.timezone}){known}"
    output.print(title, style="italic", highlight=False, markup=False, soft_wrap=True)
    table = Table(box=None, padding=(0, 1, 0, 0))
    for column in ("", "received", "closed", "on time", "late", "open", "overdue", "closure", "on-time"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=bool(column))
    for group in by.groups(found) if by else ():
        name = group.name if group.within is None else f"  {group.name}"
        table.add_row(name, *_cells(group.counts), _percent(group.rates.closure), _percent(group.rates.on_time_closure))
    table.add_row(
        "total", *_cells(found.counts), _percent(found.rates.closure), _percent(found.rates.on_time_closure), style="bold"
    )
    output.print(table)
    _show_rates(found)


def _cells(counts: Counts) -> list[str]:
    numbers = (counts.received, counts.closed, counts.closed_on_time, counts.closed_late, counts.open)
    return [f"{number:,}" for number in (*numbers, counts.overdue_open)]


def _show_rates(found: Figures) -> None:
    for id, formula in FORMULAS.items():
        rate: Rate = getattr(found.rates, id)
        if rate.denominator:
            few = f"  (few: 95 % interval {rate.interval[0]:.0%} to {rate.interval[1]:.0%})" if rate.few and rate.interval else ""
            said = f"{formula.zh} {rate.numerator:,} / {rate.denominator:,} = {_percent(rate)}{few}  [{id}]"
            output.print(said, highlight=False, markup=False, soft_wrap=True)
    if found.handling.n:
        took = found.handling
        hours = f"mean {took.mean_hours}, half within {took.p50_hours}, nine tenths within {took.p90_hours}"
        output.print(f"办理时长（工作小时） {hours} ({took.n:,} closed)", highlight=False)
    if found.flow is not None:
        flow = found.flow
        came = f"期初在办 {flow.opening:,} + 新收 {flow.received:,} + 转入 {flow.moved_in:,} - 转出 {flow.moved_out:,}"
        ended = flow.withdrawn + flow.not_accepted + flow.merged + flow.excluded
        output.print(
            f"{came} - 另行了结 {ended:,} = 办结 {flow.closed:,} + 期末在办 {flow.open:,}  [flow]", highlight=False, markup=False
        )


def _percent(rate: Rate) -> str:
    return "—" if rate.value is None else f"{rate.value * 100:.2f}%"
