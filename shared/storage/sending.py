"""Messages that are being sent: tried by one sender at a time, each try with its outcome on record."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, to_micros
from shared.storage.noticing import Delivery, Sent, deliver, delivery_of
from shared.storage.reading import Snapshot
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

_CLAIM: Final = text(
    "UPDATE delivery SET tries = tries + 1, tried_at = :now, next_at = :again WHERE id = :id AND state = 'sending'"
    " AND next_at <= :now"
)
_RECORD: Final = text(
    "UPDATE delivery SET state = :state, next_at = :next, answer = :answer WHERE id = :id AND state = 'sending'"
)


class SendingStore:
    """The side of those who send. Every method may raise NotStored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, delivery: Delivery, now: datetime, again: datetime) -> bool:
        """Take a delivery for one try, which others leave alone until `again`; False when somebody else has taken it."""
        terms = {"id": delivery.id, "now": to_micros(now), "again": to_micros(again)}
        return bool(await self._write(lambda connection: connection.execute(_CLAIM, terms).rowcount))

    async def record(
        self, delivery: Delivery, state: Sent, next_at: datetime | None, answer: str, instead: Collection[Delivery] = ()
    ) -> None:
        """What became of a try; `instead` is the same message by other channels."""
        terms = {
            "id": delivery.id,
            "state": state,
            "next": None if next_at is None else to_micros(next_at),
            "answer": answer,
        }

        def work(connection: Connection) -> None:
            connection.execute(_RECORD, terms)
            deliver(connection, instead)

        await self._write(work)

    async def _write(self, work: Any) -> Any:
        with trouble_as_not_stored():
            return await undivided(self._database.write(work))


async def sending(snapshot: Snapshot, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """Messages of a channel that are to be tried now, urgent ones first."""
    sql = (
        "SELECT * FROM delivery WHERE state = 'sending' AND next_at <= :now AND channel = :channel"
        " ORDER BY urgent DESC, next_at, id LIMIT :limit"
    )
    return [delivery_of(row) for row in await snapshot.rows(sql, channel=channel, now=to_micros(now), limit=limit)]


async def next_sending(snapshot: Snapshot, channel: str) -> datetime | None:
    """When the next message of a channel is to be tried."""
    sql = "SELECT min(next_at) FROM delivery WHERE state = 'sending' AND channel = :channel"
    return instant_or_none((await snapshot.rows(sql, channel=channel)).scalar_one())


async def sent_since(snapshot: Snapshot, channel: str, since: datetime) -> list[datetime]:
    """When messages of a channel were tried last, from an instant on, in order."""
    sql = "SELECT tried_at FROM delivery WHERE channel = :channel AND tried_at >= :since ORDER BY tried_at"
    return [from_micros(row.tried_at) for row in await snapshot.rows(sql, channel=channel, since=to_micros(since))]
