"""The readers' side of the store: figures, lists, one task's history. Everything of one `snapshot()` is of one instant."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from shared.codec.journal import decode_account, decode_change
from shared.codec.tasks import decode_task
from shared.domain.matter import Family, Matter
from shared.domain.task import Task
from shared.domain.timeline import Account
from shared.ports import AlertRecord, LedgerRow, OverdueTask, ParkedEvent, RejectedPush, StoredRow
from shared.storage.bulk import PairLookup
from shared.storage.cohort import Cohort
from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, to_micros
from shared.storage.tracking import KNOWN_TASKS, PARKED_COLUMNS, ledger_row_of, parked_event_of
from shared.storage.trouble import trouble_as_not_stored


class Snapshot:
    """One instant of the database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, **parameters: Any) -> Any:
        return await self._connection.execute(text(sql), parameters)

    async def rows(self, sql: str, **parameters: Any) -> Any:
        """What a query of another reader of this package finds."""
        return await self._rows(sql, **parameters)

    async def streamed(self, query: TextClause) -> AsyncResult[Any]:
        """The same, read piece by piece."""
        return await self._connection.stream(query)

    async def looked_up(self, lookup: PairLookup, pairs: Collection[tuple[str, str]]) -> Sequence[Any]:
        """The rows of many pairs of keys at once."""
        return await self._connection.run_sync(lambda connection: lookup.run(connection, pairs))

    async def tasks_of(self, matters: Collection[Matter]) -> dict[Matter, Task]:
        """The tasks of some matters as they stand; what is unknown is left out, and what somebody made unreadable, of which the
        auditor tells.
        """
        rows = await self.looked_up(KNOWN_TASKS, sorted({(one.owner, one.number) for one in matters}))
        return {task.matter: task for task in map(_readable, rows) if task is not None}

    async def positions(self) -> dict[int, int]:
        """The last ledger position of each partition."""
        return {row.partition: row.position for row in await self._rows("SELECT partition, position FROM partition")}

    async def journal_words(self) -> tuple[dict[int, list[Account]], dict[int, list[tuple[int, int]]]]:
        """What the numbers in the lines of the journal stand for: accounts and changes, by partition, in the order of numbers."""
        accounts: dict[int, list[Account]] = {}
        for row in await self._rows("SELECT partition, body FROM account ORDER BY partition, id"):
            accounts.setdefault(row.partition, []).append(decode_account(row.body))
        changes: dict[int, list[tuple[int, int]]] = {}
        for row in await self._rows("SELECT partition, body FROM change ORDER BY partition, id"):
            changes.setdefault(row.partition, []).append(decode_change(row.body))
        return accounts, changes

    async def journal(self, before: datetime | None = None) -> AsyncIterator[tuple[int, bytes]]:
        """The chunks of the journal with their partitions, in order; those that only hold lines after an instant are left out."""
        where = "" if before is None else "WHERE first_at <= :before"
        stream = await self._connection.stream(
            text(f"SELECT partition, chunk, body FROM journal {where} ORDER BY partition, chunk"),
            {} if before is None else {"before": to_micros(before)},
        )
        async for rows in stream.partitions(200):
            for row in rows:
                yield row.partition, bytes(row.body)

    async def journal_words_from(
        self, partition: int, accounts: int, changes: int
    ) -> tuple[list[Account], list[tuple[int, int]]]:
        """The accounts and changes of a partition from these numbers on, in the order of numbers."""
        new_accounts = await self._rows(
            "SELECT body FROM account WHERE partition = :partition AND id >= :id ORDER BY id", partition=partition, id=accounts
        )
        new_changes = await self._rows(
            "SELECT body FROM change WHERE partition = :partition AND id >= :id ORDER BY id", partition=partition, id=changes
        )
        return [decode_account(row.body) for row in new_accounts], [decode_change(row.body) for row in new_changes]

    async def journal_from(self, partition: int, chunk: int) -> AsyncIterator[tuple[int, bytes]]:
        """The chunks of a partition from this number on, each with its number; only the last one still grows."""
        stream = await self._connection.stream(
            text("SELECT chunk, body FROM journal WHERE partition = :partition AND chunk >= :chunk ORDER BY chunk"),
            {"partition": partition, "chunk": chunk},
        )
        async for rows in stream.partitions(100):
            for row in rows:
                yield row.chunk, bytes(row.body)

    async def overdue(self, limit: int) -> list[OverdueTask]:
        """Open tasks whose finish clock has raised its overdue alert, the longest overdue first."""
        rows = await self._rows(
            "SELECT owner, number, family, title, unit, due_at FROM task WHERE overdue = 1"
            " ORDER BY due_at, owner, number LIMIT :n",
            n=limit,
        )
        return [OverdueTask(Matter(r.owner, r.number), Family(r.family), r.title, r.unit, from_micros(r.due_at)) for r in rows]

    async def alerts(self, kind: str | None) -> list[AlertRecord]:
        """All alerts, or those of one kind (`near`, `overdue`), in the order of their instants."""
        where = "" if kind is None else "WHERE kind = :kind"
        parameters = {} if kind is None else {"kind": kind}
        rows = await self._rows(f"SELECT * FROM alert {where} ORDER BY at, owner, number, clock, version, rung", **parameters)
        return [
            AlertRecord(
                matter=Matter(row.owner, row.number),
                clock=row.clock,
                version=row.version,
                rung=row.rung,
                kind=row.kind,
                at=from_micros(row.at),
                due=from_micros(row.due_at),
                withdrawn_at=instant_or_none(row.withdrawn_at),
            )
            for row in rows
        ]

    async def task(self, matter: Matter) -> tuple[Task, list[LedgerRow]] | None:
        """A task with its ledger rows in order; None when there is none."""
        key = {"owner": matter.owner, "number": matter.number}
        body = (
            await self._rows("SELECT body FROM task WHERE owner = :owner AND number = :number AND latest = 1", **key)
        ).scalar_one_or_none()
        if body is None:
            return None
        rows = await self._rows(
            "SELECT * FROM ledger WHERE owner = :owner AND number = :number ORDER BY partition, position", **key
        )
        return decode_task(body), [ledger_row_of(row) for row in rows]

    async def parked(self, matter: Matter) -> list[ParkedEvent]:
        """The parked events of a matter, the oldest first."""
        rows = await self._rows(
            f"SELECT {PARKED_COLUMNS} FROM parked WHERE owner = :owner AND number = :number ORDER BY parked_at, event_id",
            owner=matter.owner,
            number=matter.number,
        )
        return [parked_event_of(row) for row in rows]

    async def rejected(self, limit: int) -> list[RejectedPush]:
        """Pushes that were not taken, the newest first."""
        rows = await self._rows("SELECT * FROM rejected ORDER BY last_at DESC, subject, digest LIMIT :n", n=limit)
        return [
            RejectedPush(
                subject=row.subject,
                digest=row.digest,
                sender=row.sender,
                event_id=row.event_id,
                reasons=tuple((path, message) for path, message in json.loads(row.reasons)),
                raw=bytes(row.raw),
                first_at=from_micros(row.first_at),
                last_at=from_micros(row.last_at),
                times=row.times,
            )
            for row in rows
        ]

    async def count(self, table: str) -> int:
        """Number of rows of a table of ours."""
        return int((await self._rows(f'SELECT count(*) FROM "{table}"')).scalar_one())

    async def heads(self) -> dict[int, tuple[int, bytes]]:
        """Position and hash of the last row of each partition, as the writer left them."""
        rows = await self._rows("SELECT partition, position, head FROM partition")
        return {row.partition: (row.position, bytes(row.head)) for row in rows}

    async def ledger(self) -> AsyncIterator[StoredRow]:
        """The whole ledger in order, as stored."""
        stream = await self._connection.stream(
            text(
                "SELECT partition, position, recorded_at, owner, number, kind, event_source, event_id, event, body, hash"
                " FROM ledger ORDER BY partition, position"
            )
        )
        async for rows in stream.partitions(1000):
            for row in rows:
                event = None if row.event is None else bytes(row.event)
                yield StoredRow(
                    partition=row.partition,
                    position=row.position,
                    recorded_at=row.recorded_at,
                    owner=row.owner,
                    number=row.number,
                    kind=row.kind,
                    event_source=row.event_source,
                    event_id=row.event_id,
                    event=event,
                    body=bytes(row.body),
                    hash=bytes(row.hash),
                )

    async def received(self, since: datetime, until: datetime) -> int:
        """How many matters were received first in [since, until)."""
        where = "episode = 1 AND received_at >= :since AND received_at < :until"
        bounds = {"since": to_micros(since), "until": to_micros(until)}
        return int((await self._rows(f"SELECT count(*) FROM task WHERE {where}", **bounds)).scalar_one())

    async def told(self, since: datetime, until: datetime) -> AsyncIterator[tuple[Matter, list[bytes]]]:
        """The events of each matter that was received first in [since, until), as pushed, in the order of the ledger."""
        stream = await self._connection.stream(
            text(
                "SELECT ledger.owner, ledger.number, ledger.event FROM task"
                " JOIN ledger ON ledger.owner = task.owner AND ledger.number = task.number"
                " WHERE task.episode = 1 AND task.received_at >= :since AND task.received_at < :until"
                " AND ledger.event IS NOT NULL ORDER BY ledger.owner, ledger.number, ledger.partition, ledger.position"
            ),
            {"since": to_micros(since), "until": to_micros(until)},
        )
        matter: Matter | None = None
        events: list[bytes] = []
        async for rows in stream.partitions(1000):
            for row in rows:
                if matter != (row.owner, row.number):
                    if matter is not None:
                        yield matter, events
                    matter, events = Matter(row.owner, row.number), []
                events.append(bytes(row.event))
        if matter is not None:
            yield matter, events

    async def tasks(self) -> AsyncIterator[Task]:
        """All tasks."""
        stream = await self._connection.stream(text("SELECT body FROM task WHERE latest = 1 ORDER BY owner, number"))
        async for rows in stream.partitions(1000):
            for row in rows:
                yield decode_task(row.body)

    async def spoken(self, kinds: Sequence[str]) -> AsyncIterator[tuple[bytes, list[bytes]]]:
        """Each task as it stands, with the events beside its facts of these kinds, as pushed, in the order of the ledger; none
        that has no such fact.
        """
        named = ", ".join(f":kind{nth}" for nth in range(len(kinds)))
        stream = await self._connection.stream(
            text(
                "SELECT ledger.owner, ledger.number, ledger.event, task.body FROM task"
                " JOIN ledger ON ledger.owner = task.owner AND ledger.number = task.number"
                f" WHERE task.latest = 1 AND ledger.kind IN ({named}) AND ledger.event IS NOT NULL"
                " ORDER BY ledger.owner, ledger.number, ledger.partition, ledger.position"
            ),
            {f"kind{nth}": kind for nth, kind in enumerate(kinds)},
        )
        matter: tuple[str, str] | None = None
        body, events = b"", list[bytes]()
        async for rows in stream.partitions(1000):
            for row in rows:
                if matter != (row.owner, row.number):
                    if matter is not None:
                        yield body, events
                    matter, body, events = (row.owner, row.number), bytes(row.body), []
                events.append(bytes(row.event))
        if matter is not None:
            yield body, events

    async def episodes(self, cohort: Cohort) -> AsyncIterator[list[bytes]]:
        """The episodes of tasks of a cohort as they lie in the store, in pieces and in no order; no parts of others."""
        where, terms = cohort.of_tasks()
        stream = await self._connection.stream(text(f"SELECT body FROM task WHERE {where}"), terms)
        async for rows in stream.partitions(500):
            yield [bytes(row.body) for row in rows]

    async def histories(self, cohort: Cohort, known_at: datetime) -> AsyncIterator[list[list[bytes]]]:
        """The facts recorded until then of each matter that may have had a task of the cohort, in order; in pieces."""
        where, terms = cohort.of_ledger(known_at)
        order = "ledger.owner, ledger.number, ledger.partition, ledger.position"
        stream = await self._connection.stream(
            text(f"SELECT ledger.owner, ledger.number, ledger.body FROM ledger WHERE {where} ORDER BY {order}"), terms
        )
        matter: tuple[str, str] | None = None
        whole: list[list[bytes]] = []
        async for rows in stream.partitions(1000):
            for row in rows:
                if matter != (row.owner, row.number):
                    if len(whole) >= 200:
                        yield whole
                        whole = []
                    matter = (row.owner, row.number)
                    whole.append([])
                whole[-1].append(bytes(row.body))
        if whole:
            yield whole


def _readable(row: Any) -> Task | None:
    try:
        return decode_task(row.body)
    except (ValueError, KeyError, TypeError):
        return None


class ReadStore:
    """Opens snapshots for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """One instant of the database, for as long as the context lasts; raises NotStored while the database is away."""
        with trouble_as_not_stored():
            async with self._database.snapshot() as connection:
                yield Snapshot(connection)
