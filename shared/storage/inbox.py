"""The inbox of one person: the notices of that person, task by task, with the messages that carried them and who took note."""

from datetime import datetime
from typing import Any, Final, Literal

from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Notice
from shared.domain.task import Task
from shared.domain.value import value
from shared.storage.instants import from_micros
from shared.storage.noticing import Delivery, delivery_of, notice_of
from shared.storage.reading import Snapshot
from shared.storage.told import deliveries_of, noted

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
    sent = await deliveries_of(snapshot, [row.id for row in rows])
    listed: dict[Matter, list[Entry]] = {}
    for row in rows:
        entry = Entry(notice_of(row), from_micros(row.settled_at), row.why, tuple(sent.get(row.id, ())))
        listed.setdefault(Matter(row.owner, row.number), []).append(entry)
    tasks = await snapshot.tasks_of(listed)
    found = tuple(Thread(matter, tasks.get(matter), tuple(entries)) for matter, entries in listed.items())
    return Threads(found, int(total), tuple(await noted(snapshot, listed)))


async def was_told(snapshot: Snapshot, person: str, matter: Matter) -> bool:
    """Whether a person was told of a task."""
    sql = "SELECT 1 FROM notice WHERE owner = :owner AND number = :number AND person = :person AND state = 'told' LIMIT 1"
    rows = await snapshot.rows(sql, owner=matter.owner, number=matter.number, person=person)
    return rows.scalar_one_or_none() is not None


async def delivery_with(snapshot: Snapshot, id: str) -> Delivery | None:
    """One message; None where there is none of that id."""
    row = (await snapshot.rows("SELECT * FROM delivery WHERE id = :id", id=id)).one_or_none()
    return None if row is None else delivery_of(row)
