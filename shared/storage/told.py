"""The log of those who are told, for people to read: was somebody told, when, how, and what did the gateway say."""

from datetime import datetime
from typing import Any, Final

from shared.domain.notice import Notice
from shared.domain.value import value
from shared.storage.instants import from_micros, instant_or_none, to_micros
from shared.storage.noticing import Delivery, delivery_of, notice_of
from shared.storage.reading import Snapshot

_NOTICES: Final = (
    "SELECT notice.*, task.title, acknowledged.at AS acknowledged_at, acknowledged.person AS acknowledged_by FROM notice"
    " LEFT JOIN task ON task.owner = notice.owner AND task.number = notice.number AND task.latest = 1"
    " LEFT JOIN acknowledgement AS acknowledged ON acknowledged.owner = notice.owner AND acknowledged.number = notice.number"
    " AND acknowledged.at = (SELECT min(at) FROM acknowledgement AS first WHERE first.owner = notice.owner"
    " AND first.number = notice.number AND first.at >= notice.at"
    " AND (first.clock IS NULL OR first.clock = notice.topic) AND (first.version IS NULL OR first.version = notice.version))"
)


@value
class Logged:
    """One notice with what became of it; `why` says why somebody was not told."""

    notice: Notice
    title: str
    state: str
    why: str
    settled_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
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
        named.append("notice.tell_at >= :since")
        terms["since"] = to_micros(wanted.since)
    where = f" WHERE {' AND '.join(named)}" if named else ""
    rows = (await snapshot.rows(f"{_NOTICES}{where} ORDER BY notice.tell_at DESC, notice.id LIMIT :n", **terms, n=limit)).all()
    return [_logged(row, await _deliveries(snapshot, row.id)) for row in rows]


async def _deliveries(snapshot: Snapshot, notice: str) -> tuple[Delivery, ...]:
    sql = "SELECT delivery.* FROM told JOIN delivery ON delivery.id = told.delivery WHERE told.notice = :notice ORDER BY made_at"
    return tuple(delivery_of(row) for row in await snapshot.rows(sql, notice=notice))


def _logged(row: Any, deliveries: tuple[Delivery, ...]) -> Logged:
    return Logged(
        notice=notice_of(row),
        title=row.title or "",
        state=row.state,
        why=row.why,
        settled_at=instant_or_none(row.settled_at),
        acknowledged_at=None if row.acknowledged_at is None else from_micros(row.acknowledged_at),
        acknowledged_by=row.acknowledged_by,
        deliveries=deliveries,
    )
