"""Messages that are being sent: tried by one sender at a time, each try with its outcome on record."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from shared.domain.notice import Dropped, Notice
from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, to_micros
from shared.storage.noticing import Delivery, Sent, deliver, delivery_of, wording
from shared.storage.reading import Snapshot
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

_CLAIM: Final = text(
    "UPDATE delivery SET tries = tries + 1, tried_at = :now, next_at = :again, people = :people, title = :title, lines = :lines"
    " WHERE id = :id AND state = 'sending' AND next_at <= :now"
)
_RECORD: Final = text(
    "UPDATE delivery SET state = :state, next_at = :next, answer = :answer WHERE id = :id AND state = 'sending'"
)
_DROP: Final = text("UPDATE notice SET state = 'dropped', why = :why, settled_at = :at WHERE id = :id AND state = 'told'")
_LEAVE_OUT: Final = text("DELETE FROM told WHERE delivery = :delivery AND notice = :notice")
Dropping = Collection[tuple[Notice, Dropped]]
"""Notices that people are not told of after all, with the reasons."""


class SendingStore:
    """The side of those who send. Every method may raise NotStored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, delivery: Delivery, now: datetime, again: datetime, dropped: Dropping = ()) -> bool:
        """Take a delivery for one try, which others leave alone until `again`, worded as it is now without what was dropped from
        it; False when somebody else has taken it.
        """
        terms = {"id": delivery.id, "now": to_micros(now), "again": to_micros(again), **wording(delivery)}

        def work(connection: Connection) -> bool:
            taken = bool(connection.execute(_CLAIM, terms).rowcount)
            if taken and dropped:
                _drop(connection, dropped, now)
                connection.execute(_LEAVE_OUT, [{"delivery": delivery.id, "notice": one.id} for one, _ in dropped])
            return taken

        return bool(await self._write(work))

    async def record(self, delivery: Delivery, state: Sent, next_at: datetime | None, answer: str) -> None:
        """What became of a try."""
        await self._write(lambda connection: _record(connection, delivery, state, next_at, answer))

    async def end(
        self,
        delivery: Delivery,
        state: Literal["failed", "dropped"],
        answer: str,
        now: datetime,
        dropped: Dropping = (),
        instead: Collection[Delivery] = (),
    ) -> None:
        """Nobody is sent this message any more; `instead` go to those of its people whom others reach."""

        def work(connection: Connection) -> None:
            if _record(connection, delivery, state, None, answer):
                _drop(connection, dropped, now)
                deliver(connection, instead)

        await self._write(work)

    async def _write(self, work: Any) -> Any:
        with trouble_as_not_stored():
            return await undivided(self._database.write(work))


def _record(connection: Connection, delivery: Delivery, state: Sent, next_at: datetime | None, answer: str) -> bool:
    again = None if next_at is None else to_micros(next_at)
    return bool(connection.execute(_RECORD, {"id": delivery.id, "state": state, "next": again, "answer": answer}).rowcount)


def _drop(connection: Connection, dropped: Dropping, now: datetime) -> None:
    if dropped:
        connection.execute(_DROP, [{"id": one.id, "why": why, "at": to_micros(now)} for one, why in sorted(dropped, key=_by_id)])


def _by_id(dropped: tuple[Notice, Dropped]) -> str:
    return dropped[0].id


async def sending(snapshot: Snapshot, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """Messages of a channel that are to be tried now, urgent ones first."""
    sql = (
        "SELECT * FROM delivery WHERE state = 'sending' AND next_at <= :now AND channel = :channel"
        " ORDER BY urgent DESC, next_at, id LIMIT :limit"
    )
    return [delivery_of(row) for row in await snapshot.rows(sql, channel=channel, now=to_micros(now), limit=limit)]


async def urgent_before(snapshot: Snapshot, channel: str, now: datetime, made_before: datetime) -> list[Delivery]:
    """Urgent messages of a channel that are to be tried now and were made before an instant."""
    sql = (
        "SELECT * FROM delivery WHERE state = 'sending' AND next_at <= :now AND channel = :channel AND urgent = 1"
        " AND made_at < :made ORDER BY made_at, id"
    )
    rows = await snapshot.rows(sql, channel=channel, now=to_micros(now), made=to_micros(made_before))
    return [delivery_of(row) for row in rows]


async def sending_by_others(snapshot: Snapshot, channels: Collection[str]) -> list[Delivery]:
    """Messages that are to be sent by other channels than these, whenever that is."""
    rows = await snapshot.rows("SELECT * FROM delivery WHERE state = 'sending' ORDER BY made_at, id")
    return [delivery_of(row) for row in rows if row.channel not in channels]


async def next_sending(snapshot: Snapshot, channel: str) -> datetime | None:
    """When the next message of a channel is to be tried."""
    sql = "SELECT min(next_at) FROM delivery WHERE state = 'sending' AND channel = :channel"
    return instant_or_none((await snapshot.rows(sql, channel=channel)).scalar_one())


async def sent_since(snapshot: Snapshot, channel: str, since: datetime) -> list[datetime]:
    """When messages of a channel were tried last, from an instant on, in order."""
    sql = "SELECT tried_at FROM delivery WHERE channel = :channel AND tried_at >= :since ORDER BY tried_at"
    return [from_micros(row.tried_at) for row in await snapshot.rows(sql, channel=channel, since=to_micros(since))]


async def alarmed_since_delivered(snapshot: Snapshot, owner: str, number: str, channel: str) -> bool:
    """Whether an alarm of this name was raised since a channel delivered last."""
    sql = (
        "SELECT 1 FROM notice WHERE owner = :owner AND number = :number AND topic = 'alarm' AND at >"
        " coalesce((SELECT max(tried_at) FROM delivery WHERE channel = :channel AND state = 'delivered'), 0) LIMIT 1"
    )
    return (await snapshot.rows(sql, owner=owner, number=number, channel=channel)).scalar_one_or_none() is not None
