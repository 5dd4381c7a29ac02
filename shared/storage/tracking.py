"""The writer's side of the store: what one tracker loads and writes for one partition."""

import json
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.codec.facts import GENESIS, decode_fact
from shared.codec.tasks import decode_task, encode_task
from shared.domain.clock import ClockName
from shared.domain.fact import AlertWithdrawn, NearDue, Overdue
from shared.domain.matter import Family, Matter
from shared.domain.tally import Tally
from shared.domain.task import Closed, Ended, Task
from shared.ports import Changes, EventId, Known, Lease, LeaseLost, LedgerRow, ParkedEvent, PartitionTaken, RejectedPush
from shared.storage.bulk import BulkInsert, PairLookup, Row
from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, micros_or_none, to_micros
from shared.storage.tables import AlertRow, Ledger, ParkedRow, RejectedRow, TallyRow, TaskRow
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

MEASURES: Final = ("received", "closed", "closed_on_time", "closed_late", "open", "overdue_open")


def _replaced(*columns: str) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


_LEDGER = BulkInsert(Ledger)
_TASKS = BulkInsert(
    TaskRow,
    "ON CONFLICT (owner, number) DO UPDATE SET "
    + _replaced("unit", "title", "state", "received_at", "due_at", "closed_at", "ended_at", "overdue", "wakes_at", "body"),
)
_TALLIES = BulkInsert(
    TallyRow,
    "ON CONFLICT (partition, family, unit, day) DO UPDATE SET "
    + ", ".join(f"{measure} = tally.{measure} + excluded.{measure}" for measure in MEASURES),
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

_KNOWN_TASKS = PairLookup("SELECT task.body FROM {pairs} JOIN task ON task.owner = pair.a AND task.number = pair.b")
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
_UNPARK = PairLookup("DELETE FROM parked WHERE (event_source, event_id) IN (SELECT a, b FROM {pairs}) RETURNING event_id")


class SqlTrackerStore:
    """`TrackerStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        with trouble_as_not_stored():
            async with self._database.writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with trouble_as_not_stored():
            async with self._database.reader.connect() as connection:
                yield connection

    async def acquire(self, partition: int, holder: str, now: datetime, until: datetime) -> Lease:
        """Take the partition under a new epoch, at once when the same holder had it; raises PartitionTaken."""
        return await undivided(self._acquire(partition, holder, now, until))

    async def _acquire(self, partition: int, holder: str, now: datetime, until: datetime) -> Lease:
        async with self._writing() as connection:
            await connection.execute(
                text(
                    "INSERT INTO partition (partition, holder, epoch, expires_at, position, head, clock)"
                    " VALUES (:partition, '', 0, 0, 0, :head, 0) ON CONFLICT (partition) DO NOTHING"
                ),
                {"partition": partition, "head": GENESIS},
            )
            taken = await connection.execute(
                text(
                    "UPDATE partition SET holder = :holder, epoch = epoch + 1, expires_at = :until"
                    " WHERE partition = :partition AND (holder = :holder OR expires_at < :now)"
                    " RETURNING epoch, position, head, clock"
                ),
                {"partition": partition, "holder": holder, "until": to_micros(until), "now": to_micros(now)},
            )
            row = taken.one_or_none()
        if row is None:
            raise PartitionTaken(f"partition {partition} is held by another tracker")
        return Lease(partition, row.epoch, row.position, bytes(row.head), from_micros(row.clock))

    async def refresh(self, lease: Lease) -> Lease:
        async with self._reading() as connection:
            rows = await connection.execute(
                text("SELECT epoch, position, head, clock FROM partition WHERE partition = :partition AND epoch = :epoch"),
                {"partition": lease.partition, "epoch": lease.epoch},
            )
            row = rows.one_or_none()
        if row is None:
            raise LeaseLost(f"partition {lease.partition} was taken by another tracker")
        return Lease(lease.partition, row.epoch, row.position, bytes(row.head), from_micros(row.clock))

    async def renew(self, lease: Lease, until: datetime) -> None:
        await undivided(self._renew(lease, until))

    async def _renew(self, lease: Lease, until: datetime) -> None:
        async with self._writing() as connection:
            await self._hold(connection, lease, until)

    async def known(self, matters: Collection[Matter], events: Collection[EventId]) -> Known:
        pairs = [(matter.owner, matter.number) for matter in matters]
        ids = [(event.source, event.id) for event in events]
        async with self._reading() as connection:
            tasks = [decode_task(row.body) for row in await _KNOWN_TASKS.run(connection, pairs)]
            taken = await _TAKEN.run(connection, ids)
            parked = [*await _PARKED_OF_MATTERS.run(connection, pairs), *await _PARKED_BY_ID.run(connection, ids)]
        return Known(
            tasks={task.matter: task for task in tasks},
            taken={EventId(row.event_source, row.event_id): (bytes(row.event), row.partition, row.position) for row in taken},
            parked={event.event: event for event in map(parked_event_of, parked)},
        )

    async def told(self, matter: Matter) -> list[bytes]:
        async with self._reading() as connection:
            rows = await connection.execute(
                text(
                    "SELECT event FROM ledger WHERE owner = :owner AND number = :number AND event IS NOT NULL"
                    " ORDER BY partition, position"
                ),
                {"owner": matter.owner, "number": matter.number},
            )
            return [bytes(event) for event in rows.scalars()]

    async def waking(self, partition: int, before: datetime, limit: int) -> list[Task]:
        async with self._reading() as connection:
            rows = await connection.execute(
                text(
                    "SELECT body FROM task WHERE partition = :partition AND wakes_at < :before AND wakes_at IS NOT NULL"
                    " ORDER BY wakes_at, owner, number LIMIT :limit"
                ),
                {"partition": partition, "before": to_micros(before), "limit": limit},
            )
            return [decode_task(body) for body in rows.scalars()]

    async def expired(self, partition: int, before: datetime, limit: int) -> list[ParkedEvent]:
        async with self._reading() as connection:
            rows = await connection.execute(
                text(
                    f"SELECT {PARKED_COLUMNS} FROM parked WHERE partition = :partition AND expires_at < :before"
                    " ORDER BY expires_at, event_source, event_id LIMIT :limit"
                ),
                {"partition": partition, "before": to_micros(before), "limit": limit},
            )
            return [parked_event_of(row) for row in rows]

    async def next_wake(self, partition: int) -> datetime | None:
        async with self._reading() as connection:
            rows = await connection.execute(
                text(
                    "SELECT min(wakes_at) AS wake FROM task WHERE partition = :partition AND wakes_at IS NOT NULL"
                    " UNION ALL SELECT min(expires_at) FROM parked WHERE partition = :partition"
                ),
                {"partition": partition},
            )
            return instant_or_none(min((wake for wake in rows.scalars() if wake is not None), default=None))

    async def commit(self, lease: Lease, changes: Changes, until: datetime) -> None:
        await undivided(self._commit(lease, changes, until))

    async def _commit(self, lease: Lease, changes: Changes, until: datetime) -> None:
        async with self._writing() as connection:
            await self._hold(connection, lease, until)
            await _LEDGER.run(connection, map(_ledger_row, changes.rows))
            await _TASKS.run(connection, (_task_row(task, lease.partition) for task in changes.tasks))
            await _TALLIES.run(connection, _tally_rows(changes.tally, lease.partition))
            raised, withdrawn = _alert_rows(changes.rows)
            if withdrawn:
                await connection.execute(_WITHDRAW_ALERT, withdrawn)
            await _ALERTS.run(connection, raised)
            await _UNPARK.run(connection, sorted((event.source, event.id) for event in changes.unparked))
            await _PARKED.run(connection, (_parked_row(event, lease.partition) for event in changes.parked))
            await _REJECTED.run(connection, map(_rejected_row, changes.rejected))

    async def published_from(self, partition: int, after: int, limit: int) -> list[LedgerRow]:
        async with self._reading() as connection:
            rows = await connection.execute(
                text(
                    "SELECT partition, position, recorded_at, family, unit, event, body, hash FROM ledger"
                    " WHERE partition = :partition AND position > :after ORDER BY position LIMIT :limit"
                ),
                {"partition": partition, "after": after, "limit": limit},
            )
            return [ledger_row_of(row) for row in rows]

    async def _hold(self, connection: AsyncConnection, lease: Lease, until: datetime) -> None:
        held = await connection.execute(
            text(
                "UPDATE partition SET expires_at = :until, position = :position, head = :head, clock = :clock"
                " WHERE partition = :partition AND epoch = :epoch"
            ),
            {
                "until": to_micros(until),
                "position": lease.position,
                "head": lease.head,
                "clock": to_micros(lease.clock),
                "partition": lease.partition,
                "epoch": lease.epoch,
            },
        )
        if held.rowcount != 1:
            raise LeaseLost(f"partition {lease.partition} was taken by another tracker")


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


def _task_row(task: Task, partition: int) -> Row:
    finish = task.clock(ClockName.FINISH)
    return {
        "owner": task.owner,
        "number": task.number,
        "partition": partition,
        "family": task.family,
        "unit": task.unit or "",
        "title": task.title,
        "state": task.state.place,
        "received_at": to_micros(task.received_at),
        "due_at": micros_or_none(finish.due) if finish else None,
        "closed_at": to_micros(task.state.at) if isinstance(task.state, Closed) else None,
        "ended_at": to_micros(task.state.at) if isinstance(task.state, Ended) else None,
        "overdue": int(task.is_open and task.is_overdue(ClockName.FINISH)),
        "wakes_at": micros_or_none(task.wakes_at),
        "body": encode_task(task),
    }


def _tally_rows(tally: Tally, partition: int) -> Iterable[Row]:
    rows: dict[Any, dict[str, Any]] = {}
    for (key, measure), change in tally.items():
        row = rows.setdefault(
            key,
            {"partition": partition, "family": key.family, "unit": key.unit, "day": key.day.isoformat()}
            | dict.fromkeys(MEASURES, 0),
        )
        row[measure] += change
    return rows.values()


def _alert_rows(rows: Sequence[LedgerRow]) -> tuple[list[Row], list[Row]]:
    """The alerts that the rows raise, each as it stands after them, and the earlier ones that they withdraw."""
    raised: dict[tuple[Matter, str, int, str], dict[str, Any]] = {}
    withdrawn: list[Row] = []
    for row in rows:
        fact, matter = row.entry.fact, row.entry.matter
        if not isinstance(fact, NearDue | Overdue | AlertWithdrawn):
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
