"""The writer's side of the store: what one tracker loads and writes for one partition."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, TextClause, text

from shared.codec.facts import GENESIS, decode_fact, part_of
from shared.codec.tasks import decode_task, encode_task
from shared.domain.clock import ClockName
from shared.domain.fact import AlertWithdrawn, NearDue, Overdue
from shared.domain.matter import Family, Matter
from shared.domain.task import Ended, Task
from shared.ports import Changes, EventId, Known, Lease, LeaseLost, LedgerRow, ParkedEvent, PartitionTaken, RejectedPush
from shared.storage.bulk import BulkInsert, PairLookup, Row
from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, micros_or_none, to_micros
from shared.storage.journal import JournalEnd
from shared.storage.tables import AlertRow, Ledger, ParkedRow, RejectedRow, TaskRow
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

_T = TypeVar("_T")


def _replaced(*columns: str) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


_LEDGER = BulkInsert(Ledger)
_TASKS = BulkInsert(
    TaskRow,
    "ON CONFLICT (owner, number, episode) DO UPDATE SET "
    + _replaced(
        "latest",
        "part_of",
        "unit",
        "title",
        "state",
        "received_at",
        "due_at",
        "closed_at",
        "ended_at",
        "overdue",
        "wakes_at",
        "body",
    ),
)
_ALERTS = BulkInsert(
    AlertRow, "ON CONFLICT (owner, number, clock, version, rung) DO UPDATE SET " + _replaced("at", "due_at", "withdrawn_at")
)
_WITHDRAW_ALERT = text(
    "UPDATE alert SET withdrawn_at = :withdrawn_at"
    " WHERE owner = :owner AND number = :number AND clock = :clock AND version = :version AND rung = :rung"
)
_PARKED = BulkInsert(ParkedRow)
_REJECTED = BulkInsert(
    RejectedRow, "ON CONFLICT (subject, digest) DO UPDATE SET times = rejected.times + excluded.times, last_at = excluded.last_at"
)

KNOWN_TASKS = PairLookup(
    "SELECT task.body FROM {pairs} JOIN task ON task.owner = pair.a AND task.number = pair.b AND task.latest = 1"
)
_TAKEN = PairLookup(
    "SELECT ledger.event_source, ledger.event_id, ledger.event, ledger.partition, ledger.position"
    " FROM {pairs} JOIN ledger ON ledger.event_source = pair.a AND ledger.event_id = pair.b"
)
PARKED_COLUMNS = (
    "parked.event_source, parked.event_id, parked.owner, parked.number, parked.raw, parked.path, parked.message,"
    " parked.parked_at, parked.expires_at"
)
_PARKED_OF_MATTERS = PairLookup(
    f"SELECT {PARKED_COLUMNS} FROM {{pairs}} JOIN parked ON parked.owner = pair.a AND parked.number = pair.b"
)
_PARKED_BY_ID = PairLookup(
    f"SELECT {PARKED_COLUMNS} FROM {{pairs}} JOIN parked ON parked.event_source = pair.a AND parked.event_id = pair.b"
)
_ANY_PARKED = text("SELECT EXISTS (SELECT 1 FROM parked)")
_UNPARK = PairLookup("DELETE FROM parked WHERE (event_source, event_id) IN (SELECT a, b FROM {pairs}) RETURNING event_id")

_NEW_PARTITION = text(
    "INSERT INTO partition (partition, holder, epoch, expires_at, position, head, clock, calendar)"
    " VALUES (:partition, '', 0, 0, 0, :head, 0, '') ON CONFLICT (partition) DO NOTHING"
)
_TAKE_PARTITION = text(
    "UPDATE partition SET holder = :holder, epoch = epoch + 1, expires_at = :until"
    " WHERE partition = :partition AND (holder = :holder OR expires_at < :now)"
    " RETURNING epoch, position, head, clock, calendar"
)
_LEASE = text("SELECT epoch, position, head, clock, calendar FROM partition WHERE partition = :partition AND epoch = :epoch")
_HOLD = text(
    "UPDATE partition SET expires_at = :until, position = :position, head = :head, clock = :clock, calendar = :calendar"
    " WHERE partition = :partition AND epoch = :epoch"
)
_TOLD = text(
    "SELECT event FROM ledger WHERE owner = :owner AND number = :number AND event IS NOT NULL ORDER BY partition, position"
)
# In the order of the index and no further: very many tasks that wake at the same instant are not sorted again at each turn.
_WAKING = text(
    "SELECT body FROM task WHERE partition = :partition AND wakes_at < :before AND wakes_at IS NOT NULL"
    " ORDER BY wakes_at LIMIT :limit"
)
_OPEN_TASKS = text(
    "SELECT body FROM task WHERE partition = :partition AND latest = 1 AND (owner, number) > (:owner, :number)"
    " AND (state NOT IN ('closed', 'archived', 'ended') OR wakes_at IS NOT NULL)"
    " ORDER BY owner, number LIMIT :limit"
)
_SHORTEN = text("DELETE FROM task WHERE owner = :owner AND number = :number AND episode > :episode")
_EXPIRED = text(
    f"SELECT {PARKED_COLUMNS} FROM parked WHERE partition = :partition AND expires_at < :before"
    " ORDER BY expires_at, event_source, event_id LIMIT :limit"
)
_NEXT_WAKE = text(
    "SELECT min(wakes_at) AS wake FROM task WHERE partition = :partition AND wakes_at IS NOT NULL"
    " UNION ALL SELECT min(expires_at) FROM parked WHERE partition = :partition"
)
_PUBLISHED = text(
    "SELECT partition, position, recorded_at, family, unit, event, body, hash FROM ledger"
    " WHERE partition = :partition AND position > :after ORDER BY position LIMIT :limit"
)


class SqlTrackerStore:
    """`TrackerStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ends: dict[int, JournalEnd] = {}

    async def _write(self, work: Callable[[Connection], _T]) -> _T:
        with trouble_as_not_stored():
            return await undivided(self._database.write(work))

    async def _read(self, work: Callable[[Connection], _T]) -> _T:
        with trouble_as_not_stored():
            return await undivided(self._database.read(work))

    async def acquire(self, partition: int, holder: str, now: datetime, until: datetime) -> Lease:
        """Take the partition under a new epoch, at once when the same holder had it; raises PartitionTaken."""

        def work(connection: Connection) -> Any:
            connection.execute(_NEW_PARTITION, {"partition": partition, "head": GENESIS})
            terms = {"partition": partition, "holder": holder, "until": to_micros(until), "now": to_micros(now)}
            return connection.execute(_TAKE_PARTITION, terms).one_or_none()

        row = await self._write(work)
        if row is None:
            raise PartitionTaken(f"partition {partition} is held by another tracker")
        return _lease(partition, row)

    async def refresh(self, lease: Lease) -> Lease:
        terms = {"partition": lease.partition, "epoch": lease.epoch}
        row = await self._write(lambda connection: connection.execute(_locked(_LEASE, connection), terms).one_or_none())
        if row is None:
            raise LeaseLost(f"partition {lease.partition} was taken by another tracker")
        return _lease(lease.partition, row)

    async def renew(self, lease: Lease, until: datetime) -> None:
        await self._write(lambda connection: _hold(connection, lease, until))

    async def known(self, matters: Collection[Matter], events: Collection[EventId], at_hand: Mapping[Matter, Task]) -> Known:
        missing = [matter for matter in matters if matter not in at_hand]

        def work(connection: Connection) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
            tasks, taken = KNOWN_TASKS.run(connection, missing), _TAKEN.run(connection, events)
            if not connection.execute(_ANY_PARKED).scalar_one():
                return tasks, taken, ()
            return tasks, taken, (*_PARKED_OF_MATTERS.run(connection, matters), *_PARKED_BY_ID.run(connection, events))

        tasks, taken, parked = await self._read(work)
        return Known(
            tasks={task.matter: task for task in (decode_task(row.body) for row in tasks)} | dict(at_hand),
            taken={EventId(row.event_source, row.event_id): (bytes(row.event), row.partition, row.position) for row in taken},
            parked={event.event: event for event in map(parked_event_of, parked)},
        )

    async def told(self, matter: Matter) -> list[bytes]:
        terms = {"owner": matter.owner, "number": matter.number}
        return [bytes(event) for event in await self._read(lambda connection: connection.execute(_TOLD, terms).scalars().all())]

    async def waking(self, partition: int, before: datetime, limit: int) -> list[Task]:
        terms = {"partition": partition, "before": to_micros(before), "limit": limit}
        rows = await self._read(lambda connection: connection.execute(_WAKING, terms).scalars().all())
        return sorted(map(decode_task, rows), key=lambda task: (task.wakes_at, task.owner, task.number))

    async def open_tasks(self, partition: int, after: Matter | None, limit: int) -> list[Task]:
        owner, number = after or ("", "")
        terms = {"partition": partition, "owner": owner, "number": number, "limit": limit}
        rows = await self._read(lambda connection: connection.execute(_OPEN_TASKS, terms).scalars().all())
        return [decode_task(body) for body in rows]

    async def expired(self, partition: int, before: datetime, limit: int) -> list[ParkedEvent]:
        terms = {"partition": partition, "before": to_micros(before), "limit": limit}
        return [parked_event_of(row) for row in await self._read(lambda connection: connection.execute(_EXPIRED, terms).all())]

    async def next_wake(self, partition: int) -> datetime | None:
        return await self._read(lambda connection: _next_wake(connection, partition))

    async def commit(self, lease: Lease, changes: Changes, until: datetime) -> datetime | None:
        # A commit that fails, or of which it is unknown whether it did, leaves nothing behind here.
        end = self._ends.pop(lease.partition, None)
        known = end if end is not None and end.epoch == lease.epoch else None
        wake, written = await self._write(lambda connection: _commit(connection, lease, changes, until, known))
        if written is not None:
            self._ends[lease.partition] = written
        return wake

    async def published_from(self, partition: int, after: int, limit: int) -> list[LedgerRow]:
        terms = {"partition": partition, "after": after, "limit": limit}
        return [ledger_row_of(row) for row in await self._read(lambda connection: connection.execute(_PUBLISHED, terms).all())]


def _next_wake(connection: Connection, partition: int) -> datetime | None:
    wakes = connection.execute(_NEXT_WAKE, {"partition": partition}).scalars()
    return instant_or_none(min((wake for wake in wakes if wake is not None), default=None))


def _locked(statement: TextClause, connection: Connection) -> TextClause:
    """The select with a lock on its row: it waits for a commit that may still be under way. SQLite has one writer anyway."""
    return text(f"{statement.text} FOR UPDATE") if connection.dialect.name == "postgresql" else statement


def _commit(
    connection: Connection, lease: Lease, changes: Changes, until: datetime, end: JournalEnd | None
) -> tuple[datetime | None, JournalEnd | None]:
    _hold(connection, lease, until)
    _LEDGER.run(connection, map(_ledger_row, changes.rows))
    _TASKS.run(connection, (_task_row(one, task, lease.partition) for task in changes.tasks for one in task.episodes))
    if changes.shortened:
        kept = [task for task in changes.tasks if task.matter in changes.shortened]
        connection.execute(_SHORTEN, [{"owner": one.owner, "number": one.number, "episode": one.episode} for one in kept])
    if changes.journal:
        end = end or JournalEnd.load(connection, lease.partition, lease.epoch)
        end.append(connection, lease.partition, changes.journal, to_micros(changes.rows[0].recorded_at))
    raised, withdrawn = _alert_rows(changes.rows)
    if withdrawn:
        connection.execute(_WITHDRAW_ALERT, withdrawn)
    _ALERTS.run(connection, raised)
    _UNPARK.run(connection, sorted(changes.unparked))
    _PARKED.run(connection, (_parked_row(event, lease.partition) for event in changes.parked))
    _REJECTED.run(connection, map(_rejected_row, changes.rejected))
    return _next_wake(connection, lease.partition), end


def _hold(connection: Connection, lease: Lease, until: datetime) -> None:
    terms = {
        "until": to_micros(until),
        "position": lease.position,
        "head": lease.head,
        "clock": to_micros(lease.clock),
        "calendar": lease.calendar,
        "partition": lease.partition,
        "epoch": lease.epoch,
    }
    if connection.execute(_HOLD, terms).rowcount != 1:
        raise LeaseLost(f"partition {lease.partition} was taken by another tracker")


def _lease(partition: int, row: Any) -> Lease:
    return Lease(partition, row.epoch, row.position, bytes(row.head), from_micros(row.clock), row.calendar)


def ledger_row_of(row: Any) -> LedgerRow:
    """A ledger row as the domain sees it."""
    event = None if row.event is None else bytes(row.event)
    return LedgerRow(
        partition=row.partition,
        position=row.position,
        recorded_at=from_micros(row.recorded_at),
        entry=decode_fact(row.body),
        family=Family(row.family),
        unit=row.unit,
        event=event,
        body=bytes(row.body),
        hash=bytes(row.hash),
        part_of=part_of(row.body),
    )


def _ledger_row(row: LedgerRow) -> Row:
    cause = row.entry.cause
    return {
        "partition": row.partition,
        "position": row.position,
        "recorded_at": to_micros(row.recorded_at),
        "kind": row.entry.fact.kind,
        "family": row.family,
        "unit": row.unit,
        "owner": row.entry.matter.owner,
        "number": row.entry.matter.number,
        "event_source": cause.source if cause else None,
        "event_id": cause.id if cause else None,
        "event": row.event,
        "body": row.body,
        "hash": row.hash,
    }


def _task_row(task: Task, latest: Task, partition: int) -> Row:
    finish, closed = task.clock(ClockName.FINISH), task.closed
    return {
        "owner": task.owner,
        "number": task.number,
        "episode": task.episode,
        "latest": int(task is latest),
        "part_of": task.part_of,
        "partition": partition,
        "family": task.family,
        "unit": task.unit or "",
        "title": task.title,
        "state": task.state.place,
        "received_at": to_micros(task.received_at),
        "due_at": micros_or_none(finish.due) if finish else None,
        "closed_at": to_micros(closed.at) if closed is not None else None,
        "ended_at": to_micros(task.state.at) if isinstance(task.state, Ended) else None,
        "overdue": int(task.is_open and task.is_overdue(ClockName.FINISH)),
        "wakes_at": micros_or_none(task.wakes_at),
        "body": encode_task(task),
    }


_ALERTING: Final = (NearDue, Overdue, AlertWithdrawn)


def _alert_rows(rows: Sequence[LedgerRow]) -> tuple[list[Row], list[Row]]:
    """The alerts that the rows raise, each as it stands after them, and the earlier ones that they withdraw."""
    raised: dict[tuple[Matter, str, int, str], dict[str, Any]] = {}
    withdrawn: list[Row] = []
    for row in rows:
        fact, matter = row.entry.fact, row.entry.matter
        if not isinstance(fact, _ALERTING):
            continue
        key = {"owner": matter.owner, "number": matter.number, "clock": fact.clock, "version": fact.version, "rung": fact.rung}
        alert = (matter, fact.clock, fact.version, fact.rung)
        if not isinstance(fact, AlertWithdrawn):
            kind = "near" if isinstance(fact, NearDue) else "overdue"
            raised[alert] = key | {"kind": kind, "at": to_micros(fact.at), "due_at": to_micros(fact.due), "withdrawn_at": None}
        elif alert in raised:
            raised[alert]["withdrawn_at"] = to_micros(fact.at)
        else:
            withdrawn.append(key | {"withdrawn_at": to_micros(fact.at)})
    return list(raised.values()), withdrawn


def parked_event_of(row: Any) -> ParkedEvent:
    return ParkedEvent(
        event=EventId(row.event_source, row.event_id),
        matter=Matter(row.owner, row.number),
        raw=bytes(row.raw),
        path=row.path,
        message=row.message,
        parked_at=from_micros(row.parked_at),
        expires_at=from_micros(row.expires_at),
    )


def _parked_row(event: ParkedEvent, partition: int) -> Row:
    return {
        "event_source": event.event.source,
        "event_id": event.event.id,
        "partition": partition,
        "owner": event.matter.owner,
        "number": event.matter.number,
        "raw": event.raw,
        "path": event.path,
        "message": event.message,
        "parked_at": to_micros(event.parked_at),
        "expires_at": to_micros(event.expires_at),
    }


def _rejected_row(push: RejectedPush) -> Row:
    return {
        "subject": push.subject,
        "digest": push.digest,
        "sender": push.sender,
        "event_id": push.event_id,
        "reasons": json.dumps(push.reasons, ensure_ascii=False),
        "raw": push.raw,
        "first_at": to_micros(push.first_at),
        "last_at": to_micros(push.last_at),
        "times": push.times,
    }
