"""Who was told, as people ask for it: what became of notices, which messages carried them, and who took note."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from shared.codec.facts import decode_fact
from shared.codec.told import text_of
from shared.domain import fact as f
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Notice
from shared.domain.value import value
from shared.storage.bulk import PairLookup
from shared.storage.instants import instant_or_none, to_micros
from shared.storage.noticing import Delivery, delivery_of, notice_of
from shared.storage.reading import Snapshot

State = Literal["waiting", "told", "dropped"]

_MOST_NUMBERS: Final = 50_000
_NOTICES: Final = (
    "SELECT notice.*, task.title FROM notice"
    " LEFT JOIN task ON task.owner = notice.owner AND task.number = notice.number AND task.latest = 1"
)
_WHEN: Final = "COALESCE(notice.settled_at, notice.tell_at)"
"""When somebody was told, or it was settled that they are not, or when they are to be."""
_DELIVERIES: Final = PairLookup(
    "SELECT told.notice, delivery.* FROM {pairs} JOIN told ON told.notice = pair.a JOIN delivery ON delivery.id = told.delivery"
    " ORDER BY delivery.made_at, delivery.id"
)
_NOTED: Final = PairLookup(
    "SELECT ledger.body FROM {pairs} JOIN ledger ON ledger.owner = pair.a AND ledger.number = pair.b"
    " WHERE ledger.kind = 'acknowledged'"
)
_EVENTS: Final = PairLookup(
    "SELECT ledger.event_source, ledger.event_id, ledger.event FROM {pairs}"
    " JOIN ledger ON ledger.event_source = pair.a AND ledger.event_id = pair.b WHERE ledger.event IS NOT NULL"
)


@value
class Logged:
    """One notice with what became of it; `why` says why somebody was not told."""

    notice: Notice
    title: str
    state: State
    why: str
    settled_at: datetime | None
    acknowledged: Acknowledged | None
    """Who took note of it first."""
    deliveries: tuple[Delivery, ...]


@value
class Wanted:
    """Which notices are asked for; None is any."""

    person: str | None = None
    owner: str | None = None
    number: str | None = None
    state: str | None = None
    since: datetime | None = None


async def logged(snapshot: Snapshot, wanted: Wanted, limit: int) -> list[Logged]:
    """Notices with what became of them, the latest first."""
    terms = {name: said for name, said in vars(wanted).items() if said is not None}
    named = [f"notice.{name} = :{name}" for name in terms if name != "since"]
    if wanted.since is not None:
        named.append(f"{_WHEN} >= :since")
        terms["since"] = to_micros(wanted.since)
    where = f" WHERE {' AND '.join(named)}" if named else ""
    rows = (await snapshot.rows(f"{_NOTICES}{where} ORDER BY {_WHEN} DESC, notice.id LIMIT :n", **terms, n=limit)).all()
    sent = await deliveries_of(snapshot, [row.id for row in rows])
    taken = await noted(snapshot, {Matter(row.owner, row.number) for row in rows})
    return [_logged(row, taken, sent) for row in rows]


async def numbers_beside(snapshot: Snapshot, number: str, owner: str | None) -> set[str]:
    """The numbers of matters that there are, of one owner or all: at most 50,000, the number itself first."""
    where, terms = ("", {}) if owner is None else (" AND owner = :owner", {"owner": owner})
    sql = f"SELECT number FROM task WHERE latest = 1{where} ORDER BY CASE number WHEN :number THEN 0 ELSE 1 END LIMIT :n"
    return {row.number for row in await snapshot.rows(sql, number=number, n=_MOST_NUMBERS, **terms)}


async def deliveries_of(snapshot: Snapshot, notices: Collection[str]) -> Mapping[str, Sequence[Delivery]]:
    """The messages that carried each of some notices, the first one first."""
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for row in await snapshot.looked_up(_DELIVERIES, [(id, id) for id in notices]):
        found[row.notice].append(delivery_of(row))
    return found


async def noted(snapshot: Snapshot, matters: Collection[Matter]) -> list[Acknowledged]:
    """Who took note of some tasks, in the order of the instants, as the ledger has it: what was just said is among it."""
    rows = await snapshot.looked_up(_NOTED, sorted({(one.owner, one.number) for one in matters}))
    found = []
    for row in rows:
        entry = decode_fact(bytes(row.body))
        if isinstance(entry.fact, f.Acknowledged):
            said, clock = entry.fact, None if entry.fact.clock is None else str(entry.fact.clock)
            owner, number = entry.matter.owner, entry.matter.number
            found.append(Acknowledged(owner, number, said.at, said.person, clock, said.version, said.seen))
    return sorted(found, key=lambda one: one.at)


async def texts_of(snapshot: Snapshot, events: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What some events say in their senders' words, by source and id. They are no part of the facts, and not published."""
    rows = await snapshot.looked_up(_EVENTS, sorted(events))
    return {(row.event_source, row.event_id): text_of(bytes(row.event)) for row in rows}


def _logged(row: Any, taken: Iterable[Acknowledged], sent: Mapping[str, Sequence[Delivery]]) -> Logged:
    notice = notice_of(row)
    return Logged(
        notice=notice,
        title=row.title or "",
        state=row.state,
        why=row.why,
        settled_at=instant_or_none(row.settled_at),
        acknowledged=next((one for one in taken if one.covers(notice.occasion)), None),
        deliveries=tuple(sent.get(row.id, ())),
    )
