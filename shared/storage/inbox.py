"""The inbox of one person: the notices of that person, task by task, with the messages that carried them and who took note."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from shared.codec.facts import decode_fact
from shared.domain import fact as f
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Notice
from shared.domain.task import Task
from shared.domain.value import value
from shared.storage.bulk import PairLookup
from shared.storage.instants import from_micros
from shared.storage.noticing import Delivery, delivery_of, notice_of
from shared.storage.reading import Snapshot

Settled = Literal["told", "dropped"]

_LISTED: Final = (
    "SELECT owner, number, max(settled_at) AS newest FROM notice WHERE person = :person AND state = :state GROUP BY owner, number"
)
_NOTICES: Final = (
    f"SELECT notice.* FROM ({_LISTED} ORDER BY newest DESC, owner, number LIMIT :limit OFFSET :offset) AS listed"
    " JOIN notice ON notice.owner = listed.owner AND notice.number = listed.number"
    " WHERE notice.person = :person AND notice.state = :state"
    " ORDER BY listed.newest DESC, listed.owner, listed.number, notice.settled_at DESC, notice.at DESC, notice.id"
)
_DELIVERIES: Final = PairLookup(
    "SELECT told.notice, delivery.* FROM {pairs} JOIN told ON told.notice = pair.a JOIN delivery ON delivery.id = told.delivery"
    " ORDER BY delivery.made_at, delivery.id"
)
_NOTED: Final = PairLookup(
    "SELECT ledger.body FROM {pairs} JOIN ledger ON ledger.owner = pair.a AND ledger.number = pair.b"
    " WHERE ledger.kind = 'acknowledged'"
)


@value
class Entry:
    """One notice that was told or dropped, and then `why`, with the messages that carried it beside the inbox itself."""

    notice: Notice
    settled_at: datetime
    why: str
    deliveries: tuple[Delivery, ...]


@value
class Thread:
    """The notices of one task, the latest first; no task where the notices are of Duban itself."""

    matter: Matter
    task: Task | None
    entries: tuple[Entry, ...]


@value
class Threads:
    """A part of a person's inbox: the task with the latest notice first; `total` counts the tasks of the whole."""

    threads: tuple[Thread, ...]
    total: int
    noted: tuple[Acknowledged, ...]
    """Who took note of these tasks."""


async def threads_of(snapshot: Snapshot, person: str, state: Settled, limit: int, offset: int) -> Threads:
    """The notices of a person (id) that were told, or that were dropped: so many tasks, after so many others."""
    terms: dict[str, Any] = {"person": person, "state": state}
    total = (await snapshot.rows(f"SELECT count(*) FROM ({_LISTED}) AS listed", **terms)).scalar_one()
    rows = (await snapshot.rows(_NOTICES, **terms, limit=limit, offset=offset)).all()
    sent = await _deliveries(snapshot, [row.id for row in rows])
    listed: dict[Matter, list[Entry]] = {}
    for row in rows:
        entry = Entry(notice_of(row), from_micros(row.settled_at), row.why, tuple(sent[row.id]))
        listed.setdefault(Matter(row.owner, row.number), []).append(entry)
    tasks = await snapshot.tasks_of(listed)
    found = tuple(Thread(matter, tasks.get(matter), tuple(entries)) for matter, entries in listed.items())
    return Threads(found, int(total), tuple(await noted(snapshot, listed)))


async def noted(snapshot: Snapshot, matters: Collection[Matter]) -> list[Acknowledged]:
    """Who took note of some tasks, in the order of the instants, as the ledger has it: what was just said is among it."""
    rows = await snapshot.looked_up(_NOTED, sorted({(one.owner, one.number) for one in matters}))
    found = []
    for row in rows:
        entry = decode_fact(bytes(row.body))
        if isinstance(entry.fact, f.Acknowledged):
            said, clock = entry.fact, None if entry.fact.clock is None else str(entry.fact.clock)
            found.append(Acknowledged(entry.matter.owner, entry.matter.number, said.at, said.person, clock, said.version))
    return sorted(found, key=lambda one: one.at)


async def was_told(snapshot: Snapshot, person: str, matter: Matter) -> bool:
    """Whether a person was told of a task."""
    sql = "SELECT 1 FROM notice WHERE owner = :owner AND number = :number AND person = :person AND state = 'told' LIMIT 1"
    rows = await snapshot.rows(sql, owner=matter.owner, number=matter.number, person=person)
    return rows.scalar_one_or_none() is not None


async def delivery_with(snapshot: Snapshot, id: str) -> Delivery | None:
    """One message; None where there is none of that id."""
    row = (await snapshot.rows("SELECT * FROM delivery WHERE id = :id", id=id)).one_or_none()
    return None if row is None else delivery_of(row)


async def _deliveries(snapshot: Snapshot, notices: Sequence[str]) -> defaultdict[str, list[Delivery]]:
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for row in await snapshot.looked_up(_DELIVERIES, [(id, id) for id in notices]):
        found[row.notice].append(delivery_of(row))
    return found
