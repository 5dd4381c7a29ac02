"""What a fact about one task means for others: a split makes its parts, which end with it; a part tells its whole how it went.

Both are events like those of any sender, published on DUBAN_IN before the fact itself goes out. An id made of what caused it
makes a repetition harmless, so that each takes effect once whatever is interrupted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from nats.js import JetStreamContext

from contracts import subjects
from shared.codec.events import decode_known
from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.command import SplitTask
from shared.domain.matter import DUBAN, Family, Matter
from shared.domain.outcome import open_parts
from shared.domain.task import Ended, Task
from shared.ports import LedgerRow

_GIVEN: Final = {
    Family.DIRECTIVE: "directive.issued",
    Family.COMPLAINT: "complaint.received",
    Family.RECTIFICATION: "rectification.assigned",
}

_ABOUT_PARTS: Final = frozenset(kind.kind for kind in (f.Split, f.Corrected, f.Withdrawn, f.NotAccepted, f.Merged, f.Excluded))

Event = dict[str, Any]


class Parts:
    """Publishes what the facts of one partition mean for other tasks."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def follow(self, rows: list[LedgerRow]) -> None:
        """Publish the events that follow from the facts, each acknowledged by the stream. Raises what nats-py raises."""
        for row in rows:
            if row.part_of is None and row.entry.fact.kind not in _ABOUT_PARTS:
                continue
            for event in following(row):
                subject = subjects.for_event(event["source"], event["owner"], event["subject"], event["type"])
                await self._js.publish(subject, orjson.dumps(event))


def following(row: LedgerRow) -> Iterator[Event]:
    """The events that follow from a fact."""
    matter, fact = row.entry.matter, row.entry.fact
    yield from _parts(row)
    for number in _ended_with(fact):
        why = {"reason": f"{matter.number}: {fact.kind}"}
        yield _event(_id_for(row, number), Matter(matter.owner, number), fact.at, f"{row.family}.withdrawn", why)
    if row.part_of is not None and (how := _how_it_went(fact)) is not None:
        event_id = f"{row.partition}-{row.position}"
        told = {"number": matter.number, "over": None if how == "open" else how, "position": row.position}
        yield _event(event_id, Matter(matter.owner, row.part_of), fact.at, "task.part-told", told)


def _parts(row: LedgerRow) -> Iterator[Event]:
    """The parts that a split makes, whether it came in its turn or was told late and corrected the task."""
    matter, fact, cause = row.entry.matter, row.entry.fact, row.entry.cause
    if cause is None or cause.word != "split" or not isinstance(fact, f.Split | f.Corrected):
        return
    assert row.event is not None, "an event split it"
    split = decode_known(row.event)
    assert isinstance(split, SplitTask)
    inherited = _inherited(fact)
    for number, part in zip(split.numbers, orjson.loads(row.event)["data"]["parts"], strict=True):
        if isinstance(fact, f.Split) or number in {one.number for one in fact.task.parts}:
            given = inherited | {key: its for key, its in part.items() if its} | {"part_of": matter.number}
            whose = Matter(matter.owner, number)
            yield _event(
                f"{row.partition}-{row.position}:{number.rpartition('/')[2]}", whose, split.cause.at, _GIVEN[row.family], given
            )


def _id_for(row: LedgerRow, number: str) -> str:
    """The id of the event about a part that follows from a row: a short one, whatever the sender's own were."""
    return f"{row.partition}-{row.position}:{number.rpartition('/')[2]}"


def _ended_with(fact: f.AnyFact) -> tuple[str, ...]:
    """The open parts of a task that ended without closing."""
    match fact:
        case f.Withdrawn() | f.NotAccepted() | f.Merged() | f.Excluded():
            return fact.parts
        case f.Corrected():
            return open_parts(fact.task) if isinstance(fact.task.state, Ended) else ()
        case _:
            return ()


def _inherited(fact: f.Split | f.Corrected) -> Event:
    """What a part has from its whole unless it says otherwise."""
    if isinstance(fact, f.Split):
        return {"unit": fact.unit, "policy": fact.policy, "due": fact.due}
    finish = fact.task.clock(ClockName.FINISH)
    return {"unit": fact.task.unit, "policy": fact.task.policy, "due": finish.due if finish is not None else None}


def _event(event_id: str, matter: Matter, at: datetime, what: str, data: Event) -> Event:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": DUBAN,
        "type": f"duban.{what}.v1",
        "subject": matter.number,
        "owner": matter.owner,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    }


def _how_it_went(fact: f.AnyFact) -> str | None:
    """What a fact about a part says of how it went; None when it says nothing of that."""
    match fact:
        case f.Approved():
            return fact.grade
        case f.Withdrawn() | f.NotAccepted() | f.Merged() | f.Excluded():
            return "ended"
        case f.Relapsed():
            return "open"
        case f.Corrected():
            return _of_task(fact.task)
        case _:
            return None


def _of_task(task: Task) -> str:
    if task.closed is not None:
        return task.closed.grade
    return "open" if task.is_open else "ended"
