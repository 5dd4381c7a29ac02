"""Commands that look: `figures`, `task show`, `alerts`, `rejected list`, `units`. They read the store; nothing need run."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.table import Table

from contracts.figures import Counts as WireCounts
from contracts.figures import Group
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, instant, local, output, print_json, settings_for
from services.cli.place import open_database
from services.statistics.figures import wire_counts, wire_groups, wire_rates
from shared.clock import SystemClock
from shared.codec.tasks import encode_task
from shared.domain.figures import Counts, Rate
from shared.domain.matter import Family, Matter
from shared.ports import AlertRecord, Cohort, LedgerRow, RejectedPush
from shared.settings import Settings
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.schema import check
from shared.units import load_units

_T = TypeVar("_T")

task = typer.Typer(no_args_is_help=True, help="One task.")
rejected = typer.Typer(no_args_is_help=True, help="Pushes that were not taken.")


class GroupBy(StrEnum):
    """What figures can be split by."""

    UNIT = "unit"


class AlertKind(StrEnum):
    """The kinds of alerts."""

    NEAR = "near"
    OVERDUE = "overdue"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(figures)
    app.command()(alerts)
    app.command()(units)
    app.add_typer(task, name="task")
    app.add_typer(rejected, name="rejected")


def figures(
    family: Annotated[Family | None, typer.Option("--family", help="One family; all where absent.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First instant of receipt, included.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="End of receipt, not included.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Instant of judgement; now where absent.")] = None,
    by: Annotated[GroupBy | None, typer.Option("--by", help="Split by unit.")] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Counts and rates of the tasks received in a period, judged at an instant, with numerator and denominator.

    A date without an offset is read in DUBAN_TIMEZONE.

    Example: `duban figures --family complaint --from 2023-01-01 --to 2023-07-01 --as-of 2023-06-19`
    """
    settings = settings_for(data)
    zone = settings.zone
    judged_at = instant(as_of, zone) or SystemClock().now()
    cohort = Cohort(family, instant(since, zone), instant(until, zone), judged_at)
    grouped: dict[str, Counts] = asyncio.run(over(settings, lambda snapshot: snapshot.cohort(cohort)))
    total = reduce(add, grouped.values(), Counts())
    groups = wire_groups(grouped, tuple(load_units(settings.data / "units.toml"))) if by else ()
    if as_json:
        print_json(_figures_document(cohort, total, groups, by))
    else:
        _show_figures(cohort, total, groups, settings)


def _figures_document(cohort: Cohort, total: Counts, groups: tuple[Group, ...], by: GroupBy | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "family": cohort.family,
        "from": cohort.since,
        "to": cohort.until,
        "as_of": cohort.as_of,
        "basis": "snapshot",
        "counts": wire_counts(total),
        "rates": wire_rates(total),
    }
    return document | ({"groups": groups} if by else {})


def _show_figures(cohort: Cohort, total: Counts, groups: tuple[Group, ...], settings: Settings) -> None:
    zone = settings.zone
    title = f"{cohort.family or 'all families'}, received {local(cohort.since, zone)} to {local(cohort.until, zone)}"
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        title=f"{title}, as of {local(cohort.as_of, zone)} ({settings.timezone})",
        title_justify="left",
    )
    for column in ("", "received", "closed", "on time", "late", "open", "overdue", "closure", "on-time"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    names = load_units(settings.data / "units.toml")
    for group in groups:
        table.add_row(names.get(group.key, group.key) or "—", *_cells(group.counts))
    table.add_row("total", *_cells(wire_counts(total)), style="bold")
    output.print(table)
    for name, rate in (("closure", total.closure), ("on-time closure", total.on_time_closure)):
        output.print(f"{name} {rate.numerator:,} / {rate.denominator:,} = {_percent(rate)}", highlight=False)


def _cells(counts: WireCounts) -> list[str]:
    domain = Counts(**counts.model_dump())
    numbers = [f"{number:,}" for number in counts.model_dump().values()]
    return [*numbers, _percent(domain.closure), _percent(domain.on_time_closure)]


def _percent(rate: Rate) -> str:
    return "—" if rate.value is None else f"{rate.value * 100:.2f} %"


def alerts(
    kind: Annotated[AlertKind | None, typer.Option("--kind", help="Only near, or only overdue.")] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """All alerts with their instants; a withdrawn one turned out to be unfounded.

    Example: `duban alerts --kind overdue --json`
    """
    settings = settings_for(data)
    found: list[AlertRecord] = asyncio.run(over(settings, lambda snapshot: snapshot.alerts(kind)))
    if as_json:
        return print_json([_alert_document(alert) for alert in found])
    table = Table("at", "kind", "source", "subject", "clock", "rung", "due", "withdrawn")
    for alert in found:
        at, due, withdrawn = (local(when, settings.zone) for when in (alert.at, alert.due, alert.withdrawn_at))
        table.add_row(at, alert.kind, alert.matter.owner, alert.matter.number, alert.clock, alert.rung, due, withdrawn)
    output.print(table if found else "no alert")
    return None


def _alert_document(alert: AlertRecord) -> dict[str, Any]:
    return {
        "source": alert.matter.owner,
        "subject": alert.matter.number,
        "kind": alert.kind,
        "clock": alert.clock,
        "version": alert.version,
        "rung": alert.rung,
        "at": alert.at,
        "due": alert.due,
        "withdrawn": alert.withdrawn_at is not None,
        "withdrawn_at": alert.withdrawn_at,
    }


@task.command("show")
def task_show(
    owner: Annotated[str, typer.Argument(help="The source whose matter it is.")],
    number: Annotated[str, typer.Argument(help="The owner's number of the matter.")],
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """A task: its state, its clocks, and everything that happened to it. Exit 1 when there is none.

    Example: `duban task show city-command ZB-001`
    """
    settings = settings_for(data)
    matter = Matter(owner, number)
    document: dict[str, Any] | None = asyncio.run(over(settings, lambda snapshot: _task_document(snapshot, matter)))
    if document is None:
        errors.print(f"duban: there is no task {number} of {owner}", style="bold red", markup=False)
        raise typer.Exit(1)
    if as_json:
        print_json(document)
    else:
        _show_task(document, settings)


async def _task_document(snapshot: Snapshot, matter: Matter) -> dict[str, Any] | None:
    found = await snapshot.task(matter)
    if found is None:
        return None
    its_task, rows = found
    parked = [
        {"id": event.event.id, "source": event.event.source, "field": event.path, "reason": event.message}
        for event in await snapshot.parked(matter)
    ]
    document: dict[str, Any] = orjson.loads(encode_task(its_task))
    return document | {"timeline": [_entry(row) for row in rows], "parked": parked}


def _entry(row: LedgerRow) -> dict[str, Any]:
    cause = row.entry.cause
    return {
        "partition": row.partition,
        "position": row.position,
        "at": row.entry.fact.at,
        "recorded_at": row.recorded_at,
        "fact": row.entry.fact.kind,
        "source": cause.source if cause else None,
        "event": cause.id if cause else None,
    }


def _alert(alert: dict[str, Any], clock: dict[str, Any]) -> str:
    former = "" if alert["version"] == clock["version"] else f" (former due, version {alert['version']})"
    return f"{alert['rung']}{former}"


def _show_task(document: dict[str, Any], settings: Settings) -> None:
    def at(text: str | None) -> str:
        return local(None if text is None else datetime.fromisoformat(text), settings.zone)

    output.print(f"[bold]{document['number']}[/bold] of {document['owner']} · {document['family']} · {document['policy']}")
    output.print(document["title"], markup=False)
    output.print(f"state {document['state']['place']} · unit {document['unit'] or '—'} · received {at(document['received_at'])}")
    clocks = Table("clock", "rule", "budget", "due", "ran until", "alerts")
    for clock in document["clocks"]:
        raised = ", ".join(_alert(one, clock) for one in document["alerts"] if one["clock"] == clock["name"])
        clocks.add_row(
            clock["name"], clock["rule"], clock["budget"], at(clock["due"]), at(clock["segments"][-1]["until"]), raised or "—"
        )
    output.print(clocks)
    timeline = Table("position", "at", "fact", "by", "event")
    for entry in document["timeline"]:
        timeline.add_row(
            str(entry["position"]),
            local(entry["at"], settings.zone),
            entry["fact"],
            entry["source"] or "clock",
            entry["event"] or "—",
        )
    output.print(timeline)
    for event in document["parked"]:
        output.print(f"parked: {event['id']} of {event['source']}: {event['reason']}", markup=False, soft_wrap=True)


@rejected.command("list")
def rejected_list(
    data: DataOption = DEFAULT_DATA,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the newest first.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Pushes that were not taken, with the field that is wrong, to be corrected and sent again.

    Example: `duban rejected list --json`
    """
    settings = settings_for(data)
    found: list[RejectedPush] = asyncio.run(over(settings, lambda snapshot: snapshot.rejected(limit)))
    if as_json:
        return print_json([_rejected_document(push) for push in found])
    table = Table("last at", "times", "sender", "event", "field", "reason")
    for push in found:
        for path, message in push.reasons:
            at = local(push.last_at, settings.zone)
            table.add_row(at, str(push.times), push.sender or "—", push.event_id or "—", path, message)
    output.print(table if found else "nothing was rejected")
    return None


def _rejected_document(push: RejectedPush) -> dict[str, Any]:
    return {
        "source": push.sender,
        "id": push.event_id,
        "nats_subject": push.subject,
        "digest": push.digest,
        "reasons": [{"path": path, "message": message} for path, message in push.reasons],
        "first_at": push.first_at,
        "last_at": push.last_at,
        "times": push.times,
        "payload": push.raw[:2000].decode(errors="replace"),
    }


def units(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Units that tasks name, registered in the folder's units.toml or not.

    Example: `duban units --json`
    """
    settings = settings_for(data)
    named: dict[str, int] = asyncio.run(over(settings, lambda snapshot: snapshot.units()))
    known = load_units(settings.data / "units.toml")
    codes = [*known, *(code for code in named if code not in known)]
    listed = [{"code": c, "name": known.get(c), "registered": c in known, "tasks": named.get(c, 0)} for c in codes]
    if as_json:
        return print_json(listed)
    table = Table("code", "name", "registered", "tasks")
    for unit in listed:
        table.add_row(str(unit["code"]), str(unit["name"] or "—"), "yes" if unit["registered"] else "no", str(unit["tasks"]))
    output.print(table if listed else "no task names a unit yet")
    return None


async def over(settings: Settings, work: Callable[[Snapshot], Awaitable[_T]]) -> _T:
    database = open_database(settings)
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            return await work(snapshot)
    finally:
        await database.close()
