"""Notices, deliveries and silences in the store. One transaction settles a round whole or not at all."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from shared.domain.budget import Budget
from shared.domain.matter import Family, Matter
from shared.domain.notice import Notice, Occasion, Reason, Word
from shared.domain.person import Role
from shared.domain.round import Judged
from shared.domain.silence import Silence
from shared.domain.value import value
from shared.storage.bulk import BulkInsert, PairLookup
from shared.storage.engine import Database
from shared.storage.instants import from_micros, instant_or_none, to_micros
from shared.storage.notice_tables import DeliveryRow, NoticeRow, ToldRow
from shared.storage.reading import Snapshot
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

_PLAN: Final = BulkInsert(
    NoticeRow,
    # An alert that was unfounded and is raised again is told after all; what was told once is not told again. Who waits for it
    # is told no later than before, for the reason that there is now: the task, or a post, may have been passed on.
    "ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, urgent = excluded.urgent, channels = excluded.channels,"
    " at = excluded.at, due_at = excluded.due_at, state = 'waiting', why = '', settled_at = NULL,"
    " tell_at = CASE WHEN notice.state = 'waiting' AND notice.tell_at < excluded.tell_at THEN notice.tell_at"
    " ELSE excluded.tell_at END"
    " WHERE notice.state = 'waiting' OR (notice.state = 'dropped' AND notice.why NOT IN ('acknowledged', 'covered'))",
)
_DELIVER: Final = BulkInsert(
    DeliveryRow,
    # What was to be said once more after all, by the same channel and of the same notices, has the same id.
    "ON CONFLICT (id) DO UPDATE SET people = excluded.people, title = excluded.title, lines = excluded.lines,"
    " link = excluded.link, urgent = excluded.urgent, made_at = excluded.made_at, state = excluded.state,"
    " tries = excluded.tries, tried_at = excluded.tried_at, next_at = excluded.next_at, answer = excluded.answer,"
    " instead_of = excluded.instead_of"
    " WHERE delivery.state IN ('dropped', 'failed')",
)
_TELL: Final = BulkInsert(ToldRow, "ON CONFLICT DO NOTHING")
_TOLD_OF: Final = PairLookup(
    "SELECT notice.* FROM {pairs} JOIN notice ON notice.owner = pair.a AND notice.number = pair.b AND notice.state = 'told'"
)
_WAITING_OF: Final = PairLookup(
    "SELECT notice.* FROM {pairs} JOIN notice ON notice.owner = pair.a AND notice.number = pair.b AND notice.state = 'waiting'"
)
_LOCK_WAITING: Final = text("SELECT id FROM notice WHERE id = ANY(:ids) AND state = 'waiting' ORDER BY id FOR UPDATE")
_WAITING: Final = text("SELECT id FROM notice WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'waiting'")
_SETTLE: Final = text("UPDATE notice SET state = :state, why = :why, settled_at = :at WHERE id = :id")
_HOLD: Final = text("UPDATE notice SET tell_at = :until WHERE id = :id")

Sent = Literal["sending", "delivered", "failed", "dropped"]
"""`dropped`: nothing that it was to say held any more when it was to be tried."""


@value
class Delivery:
    """One message by one channel. `next_at` is when it is tried next, None once it is settled."""

    id: str
    channel: str
    people: tuple[str, ...]
    title: str
    lines: tuple[str, ...]
    link: str
    urgent: bool
    made_at: datetime
    state: Sent
    tries: int
    tried_at: datetime | None
    next_at: datetime | None
    answer: str
    instead_of: str
    """Id of the delivery by another channel that failed."""
    notices: tuple[str, ...] = ()


class NoticeStore:
    """The notifier's side: it alone writes these tables. Every method may raise NotStored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, notices: Collection[Notice]) -> None:
        """Remember who is to be told; who was told, or was not for good reasons, is so still."""
        if notices:
            await self._write(lambda connection: _plan(connection, notices))

    async def settle(self, judged: Judged, deliveries: Collection[Delivery], now: datetime) -> bool:
        """End a round: who is told by which message, why others are not, who will be later or in their place. False where
        somebody else has settled one of these notices in the meantime: then nothing is written.
        """
        settled = [{"id": one.id, "state": "told", "why": "", "at": to_micros(now)} for one in judged.told]
        settled += [{"id": one.id, "state": "dropped", "why": why, "at": to_micros(now)} for one, why in judged.dropped]
        held = [{"id": one.id, "until": to_micros(until)} for one, until in judged.held]

        def work(connection: Connection) -> bool:
            if not _all_wait(connection, [str(row["id"]) for row in (*settled, *held)]):
                return False
            if held:
                connection.execute(_HOLD, held)
            if settled:
                connection.execute(_SETTLE, settled)
            _plan(connection, judged.planned)
            deliver(connection, deliveries)
            return True

        return bool(await self._write(work))

    async def _write(self, work: Any) -> Any:
        with trouble_as_not_stored():
            return await undivided(self._database.write(work))


async def due_notices(snapshot: Snapshot, now: datetime, limit: int) -> list[Notice]:
    """Notices whose time has come, person by person."""
    sql = "SELECT * FROM notice WHERE state = 'waiting' AND tell_at <= :now ORDER BY person, tell_at, id LIMIT :limit"
    return [notice_of(row) for row in await snapshot.rows(sql, now=to_micros(now), limit=limit)]


async def next_telling(snapshot: Snapshot) -> datetime | None:
    """When the next notice is due to be told."""
    return instant_or_none((await snapshot.rows("SELECT min(tell_at) FROM notice WHERE state = 'waiting'")).scalar_one())


async def notices_in(snapshot: Snapshot, delivery: str) -> list[Notice]:
    """The notices that a message carries."""
    sql = "SELECT notice.* FROM told JOIN notice ON notice.id = told.notice WHERE told.delivery = :delivery ORDER BY notice.id"
    return [notice_of(row) for row in await snapshot.rows(sql, delivery=delivery)]


async def told_of(snapshot: Snapshot, matters: Collection[Matter]) -> list[Notice]:
    """Who was told of what of some tasks."""
    pairs = sorted({(one.owner, one.number) for one in matters})
    return [notice_of(row) for row in await snapshot.looked_up(_TOLD_OF, pairs)]


async def waiting_of(snapshot: Snapshot, matters: Collection[Matter]) -> list[Notice]:
    """Who waits to be told of some tasks, whether their time has come or not."""
    pairs = sorted({(one.owner, one.number) for one in matters})
    return [notice_of(row) for row in await snapshot.looked_up(_WAITING_OF, pairs)]


async def silences(snapshot: Snapshot, since: datetime) -> list[Silence]:
    """Silences that end after an instant, the earliest first."""
    rows = await snapshot.rows("SELECT * FROM silence WHERE until > :since ORDER BY since, id", since=to_micros(since))
    return [silence_of(row) for row in rows]


def notice_of(row: Any) -> Notice:
    """A notice as it lies in the store."""
    due = instant_or_none(row.due_at)
    occasion = Occasion(
        row.owner, row.number, row.topic, row.version, row.rung, row.kind, from_micros(row.at), due, _word_of(row.word)
    )
    said = json.loads(row.reason)
    after = tuple(map(Budget.parse, said.get("after", ())))
    reason = Reason(said["route"], said["step"], Role(said["role"]), tuple(said["instead_of"]), said["waited"], after)
    return Notice(occasion, row.person, reason, from_micros(row.tell_at), bool(row.urgent), tuple(json.loads(row.channels)))


def _word_of(said: str | None) -> Word | None:
    return None if said is None else Word(**json.loads(said))


def _notice_row(notice: Notice) -> dict[str, Any]:
    one = notice.occasion
    return {
        "id": notice.id,
        "owner": one.owner,
        "number": one.number,
        "topic": one.topic,
        "version": one.version,
        "rung": one.rung,
        "kind": one.kind,
        "at": to_micros(one.at),
        "due_at": None if one.due is None else to_micros(one.due),
        "word": None if one.word is None else _json(vars(one.word)),
        "person": notice.person,
        "reason": _json(vars(notice.reason) | {"after": [str(lag) for lag in notice.reason.after]}),
        "tell_at": to_micros(notice.tell_at),
        "urgent": int(notice.urgent),
        "channels": _json(notice.channels),
        "state": "waiting",
        "why": "",
        "settled_at": None,
    }


def delivery_of(row: Any) -> Delivery:
    """A message as it lies in the store, without its notices."""
    return Delivery(
        id=row.id,
        channel=row.channel,
        people=tuple(json.loads(row.people)),
        title=row.title,
        lines=tuple(json.loads(row.lines)),
        link=row.link,
        urgent=bool(row.urgent),
        made_at=from_micros(row.made_at),
        state=row.state,
        tries=row.tries,
        tried_at=instant_or_none(row.tried_at),
        next_at=instant_or_none(row.next_at),
        answer=row.answer,
        instead_of=row.instead_of,
    )


def _all_wait(connection: Connection, ids: Collection[str]) -> bool:
    """Whether notices wait; until the transaction ends they do so for nobody else. SQLite has one writer, who needs no locks."""
    if connection.dialect.name == "postgresql":
        return len(connection.execute(_LOCK_WAITING, {"ids": list(ids)}).all()) == len(ids)
    return len(connection.execute(_WAITING, {"ids": json.dumps(list(ids))}).all()) == len(ids)


def _plan(connection: Connection, notices: Collection[Notice]) -> None:
    _PLAN.run(connection, [_notice_row(one) for one in {one.id: one for one in notices}.values()])


def deliver(connection: Connection, deliveries: Collection[Delivery]) -> None:
    """Store messages with what they carry; those that are being sent or were delivered stay as they are."""
    _DELIVER.run(connection, [_delivery_row(one) for one in deliveries])
    _TELL.run(connection, [{"delivery": one.id, "notice": notice} for one in deliveries for notice in one.notices])


def wording(one: Delivery) -> dict[str, str]:
    """What a message says to whom, as its row has it."""
    return {"people": _json(one.people), "title": one.title, "lines": _json(one.lines)}


def _delivery_row(one: Delivery) -> dict[str, Any]:
    return {name: said for name, said in vars(one).items() if name != "notices"} | {
        **wording(one),
        "urgent": int(one.urgent),
        "made_at": to_micros(one.made_at),
        "tried_at": None if one.tried_at is None else to_micros(one.tried_at),
        "next_at": None if one.next_at is None else to_micros(one.next_at),
    }


def silence_of(row: Any) -> Silence:
    """A silence as it lies in the store."""
    covers = json.loads(row.covers)
    if covers.get("family") is not None:
        covers["family"] = Family(covers["family"])
    return Silence(row.id, row.reason, row.by, from_micros(row.since), from_micros(row.until), **covers)


def _json(said: Sequence[str] | dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False)
