"""Commands that read sealed reports: `report list`, `show` and `diff`."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from contracts.sealed import Changed, Correction
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, called, errors, local, output, print_json, settings_for
from services.cli.figures import office_of
from services.cli.look import over
from shared.domain.matter import Matter
from shared.figures.changes import changes, matters_behind
from shared.figures.seal import broken, figures_now, positions_of, read_report
from shared.settings import Settings
from shared.storage.reading import Snapshot
from shared.storage.sealing import StoredCorrection, StoredReport, corrections_of, sealed_report, sealed_reports, watched_reports

_T = TypeVar("_T")

NumberArgument = Annotated[str, typer.Argument(help="Number of the report, such as 2023H1-1.")]


def add_commands(report: typer.Typer) -> None:
    """Add these commands to a group."""
    report.command("list")(list_)
    report.command("show")(show)
    report.command("diff")(diff)


def list_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """All sealed reports, with how many corrections there are of each.

    Example: `duban report list`
    """
    settings = settings_for(data)
    found: list[dict[str, Any]] = asyncio.run(over(settings, _listed))
    if as_json:
        return print_json(found)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("number", "as of", "sealed at", "corrections", "hash", "note"):
        table.add_column(column, no_wrap=column != "note")
    for one in found:
        times = [local(one[name], settings.zone) for name in ("as_of", "sealed_at")]
        table.add_row(one["number"], *times, str(one["corrections"]), "BROKEN" if one["broken"] else "holds", escape(one["note"]))
    return output.print(table if found else "no sealed report")


async def _listed(snapshot: Snapshot) -> list[dict[str, Any]]:
    corrected = {one.number: one.corrections for one in await watched_reports(snapshot)}
    return [_columns(one) | {"corrections": corrected[one.number]} for one in await sealed_reports(snapshot)]


def _columns(stored: StoredReport) -> dict[str, Any]:
    return {
        "number": stored.number,
        "period": stored.period,
        "as_of": stored.as_of,
        "known_at": stored.known_at,
        "sealed_at": stored.sealed_at,
        "note": stored.note,
        "hash": stored.hash.hex(),
        "broken": broken(stored),
    }


def show(number: NumberArgument, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """A sealed report with its corrections, and whether its hash holds. Exit 1 when it does not.

    Example: `duban report show 2023H1-1`
    """
    settings = settings_for(data)
    stored, corrections = _found(asyncio.run(over(settings, lambda snapshot: _report(snapshot, number))), number)
    columns = _columns(stored)
    spoilt = [one.nth for one in corrections if not one.holds]
    if as_json:
        said = orjson.loads(stored.content) if columns["broken"] is None else {}
        told = [_correction(one) for one in corrections]
        print_json(columns | {name: said.get(name) for name in ("heads", "figures")} | {"corrections": told})
    else:
        _show(stored, corrections, columns["broken"], settings)
    raise typer.Exit(1 if columns["broken"] is not None or spoilt else 0)


async def _report(snapshot: Snapshot, number: str) -> tuple[StoredReport, list[StoredCorrection]] | None:
    stored = await sealed_report(snapshot, number)
    return None if stored is None else (stored, await corrections_of(snapshot, number))


def _found(found: _T | None, number: str) -> _T:
    if found is None:
        raise typer.BadParameter(
            f"there is no sealed report {number}; `{called()} report list` has them all", param_hint="NUMBER"
        )
    return found


def _correction(stored: StoredCorrection) -> dict[str, Any]:
    said = orjson.loads(stored.content) if stored.holds else {}
    return {
        "nth": stored.nth,
        "found_at": stored.found_at,
        "hash": stored.hash.hex(),
        "holds": stored.holds,
        "changes": said.get("changes"),
    }


def _show(stored: StoredReport, corrections: list[StoredCorrection], why: str | None, settings: Settings) -> None:
    as_of, known_at, sealed_at = (local(at, settings.zone) for at in (stored.as_of, stored.known_at, stored.sealed_at))
    output.print(f"report {stored.number}, as of {as_of}, known at {known_at}, sealed at {sealed_at}", highlight=False)
    if stored.note:
        output.print(stored.note, markup=False, highlight=False)
    if why is not None:
        output.print(f"NOT WHAT WAS SEALED: {why}", style="bold red", markup=False)
        return
    output.print(f"the hash holds: SHA-256 {stored.hash.hex()}", highlight=False, soft_wrap=True)
    counts, rates = read_report(stored).figures.counts, read_report(stored).figures.rates
    for name, rate in (("closure", rates.closure), ("on-time closure", rates.on_time_closure)):
        share = "—" if rate.value is None else f"{rate.value:.2%}"
        output.print(f"  {name}: {rate.numerator:,} / {rate.denominator:,} = {share}", highlight=False)
    output.print(f"  received {counts.received:,}, closed {counts.closed:,}, open {counts.open:,}", highlight=False)
    for one in corrections:
        if not one.holds:
            output.print(f"correction {one.nth} IS NOT WHAT WAS STORED: its bytes do not give its hash", style="bold red")
            continue
        output.print(f"correction {one.nth}, found at {local(one.found_at, settings.zone)}:", highlight=False)
        _show_changes(Correction.model_validate_json(one.content).changes)


def diff(number: NumberArgument, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """A sealed report against the same question as known now: every figure that changed, and the tasks behind it.

    Exit 0 without a difference, 1 with one, or when the report is not what was sealed.

    Example: `duban report diff 2023H1-1`
    """
    settings = settings_for(data)
    stored, differing, matters = _found(asyncio.run(over(settings, lambda one: _diff(one, number, settings))), number)
    why = broken(stored)
    if why is not None:
        errors.print(f"duban: report {number} is not what was sealed: {why}", style="bold red", markup=False)
        raise typer.Exit(1)
    if as_json:
        tasks = [{"source": matter.owner, "subject": matter.number} for matter in matters]
        print_json({"number": number, "hash": stored.hash.hex(), "changes": differing, "tasks": tasks})
    elif differing:
        _show_changes(differing)
        for matter in matters:
            output.print(f"changed by {matter.owner} {matter.number}", markup=False, highlight=False)
    else:
        output.print("no difference")
    raise typer.Exit(1 if differing else 0)


async def _diff(
    snapshot: Snapshot, number: str, settings: Settings
) -> tuple[StoredReport, tuple[Changed, ...], list[Matter]] | None:
    stored = await sealed_report(snapshot, number)
    if stored is None or broken(stored) is not None:
        return None if stored is None else (stored, (), [])
    report = read_report(stored)
    differing = changes(report.figures, await figures_now(snapshot, report, office_of(settings)))
    if not differing:
        return stored, (), []
    behind = matters_behind(snapshot, positions_of(report), report.as_of, settings.zone)
    return stored, differing, [matter async for matter in behind]


def _show_changes(differing: Sequence[Changed]) -> None:
    """The figures of the whole; how many there are of groups, which a program reads."""
    table = Table("figure", "sealed", "now")
    for one in differing:
        if one.dimension is None:
            table.add_row(one.figure, _figure(one.figure, one.sealed), _figure(one.figure, one.now))
    output.print(table if differing else "  the sealed figures hold again")
    groups = dict.fromkeys(f"{one.dimension} {one.key or '—'}" for one in differing if one.dimension is not None)
    if groups:
        output.print(f"and in {', '.join(groups)}; --json lists all", markup=False, highlight=False, soft_wrap=True)


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.2%}" if name.endswith(".value") else f"{value:,}"
