"""Commands that look: `task show`, `alerts`, `rejected list`, `units`. They read the store; nothing need run."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, local, output, print_json, settings_for
from services.cli.one_task import NumberArgument, OwnerArgument, found_of
from services.cli.place import open_database
from shared.codec.tasks import task_of
from shared.domain.lamp import spoken
from shared.domain.matter import Matter
from shared.domain.measure import Measure
from shared.figures.dossier import task_document
from shared.figures.sums import Span, summed
from shared.ports import AlertRecord, RejectedPush
from shared.settings import Settings
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.schema import check
from shared.units import load_units

_T = TypeVar("_T")

task = typer.Typer(no_args_is_help=True, help="One task.")
rejected = typer.Typer(no_args_is_help=True, help="Pushes that were not taken.")


class AlertKind(StrEnum):
    """The kinds of alerts."""

    NEAR = "near"
    OVERDUE = "overdue"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(alerts)
    app.command()(units)
    app.add_typer(task, name="task")
    app.add_typer(rejected, name="rejected")


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
def task_show(owner: OwnerArgument, number: NumberArgument, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """A task: its state, its clocks, and everything that happened to it. Exit 1 when there is none.

    Example: `duban task show city-command ZB-001`
    """
    settings = settings_for(data)
    matter = Matter(owner, number)
    document = found_of(matter, asyncio.run(over(settings, lambda snapshot: task_document(snapshot, matter))))
    if as_json:
        print_json(document)
    else:
        _show_task(document, settings)


def _alert(alert: dict[str, Any], clock: dict[str, Any]) -> str:
    former = "" if alert["version"] == clock["version"] else f" (former due, version {alert['version']})"
    return f"{alert['rung']}{former}"


def _show_task(document: dict[str, Any], settings: Settings) -> None:
    def at(text: str | None) -> str:
        return local(None if text is None else datetime.fromisoformat(text), settings.zone)

    output.print(f"[bold]{document['number']}[/bold] of {document['owner']} · {document['family']} · {document['policy']}")
    output.print(document["title"], markup=False)
    has = f"unit {document['unit'] or '—'}" + (f" · handler {document['handler']}" if document["handler"] else "")
    state = f"{spoken(task_of(document))} · state {document['state']['place']}"
    output.print(f"{state} · {has} · received {at(document['received_at'])}", markup=False)
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
            entry["fact"] if entry["said"] is None else f"{entry['fact']}\n{escape(entry['said'])}",
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
    named: dict[str, int] = asyncio.run(over(settings, _named))
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


async def _named(snapshot: Snapshot) -> dict[str, int]:
    """How many tasks are each unit's."""
    sums = await summed(snapshot, (datetime.max.replace(tzinfo=UTC),), Span(), detail=False)
    grouped = sums.by(lambda account: (account.unit,) if account.unit else ())
    return {unit: counts.tasks[Measure.RECEIVED] for unit, counts in grouped.items() if counts.tasks[Measure.RECEIVED]}


async def over(settings: Settings, work: Callable[[Snapshot], Awaitable[_T]]) -> _T:
    database = open_database(settings)
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            return await work(snapshot)
    finally:
        await database.close()
