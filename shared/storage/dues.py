"""Dues that run: the clocks of open tasks that have one, for a person's calendar."""

from collections.abc import Callable
from datetime import datetime
from heapq import nsmallest
from typing import Final

from sqlalchemy import text

from shared.codec.tasks import decode_task
from shared.domain.clock import Clock
from shared.domain.task import Task
from shared.domain.value import value
from shared.storage.reading import Snapshot
from shared.storage.tables import OPEN

_OPEN_TASKS: Final = text(f"SELECT owner, unit, body FROM task WHERE {OPEN}")
_AT_ONCE: Final = 200


@value
class RunningDue:
    """A clock that runs towards a due, or past it."""

    task: Task
    clock: Clock
    due: datetime


async def running_dues(
    snapshot: Snapshot, concerns: Callable[[str, str], bool], handler: str, now: datetime, limit: int
) -> list[RunningDue]:
    """The clocks of open tasks that run and have a due, where (unit, owner) concern somebody or this person (id) has the task,
    in the order of their dues; of more than `limit` those whose dues are nearest to now. A task without a unit has the empty one.
    """
    nearest: list[RunningDue] = []
    named = f'"handler":"{handler}"'.encode()
    async for rows in (await snapshot.streamed(_OPEN_TASKS)).partitions(_AT_ONCE):
        for row in rows:
            body = bytes(row.body)
            # To read a task costs more than to look for a name in its bytes.
            if concerns(row.unit, row.owner) or named in body:
                nearest += _of(decode_task(body), concerns, handler)
        if len(nearest) > 2 * limit:
            nearest = _nearest(nearest, now, limit)
    return sorted(_nearest(nearest, now, limit), key=_order)


def _of(task: Task, concerns: Callable[[str, str], bool], handler: str) -> list[RunningDue]:
    if task.handler != handler and not concerns(task.unit or "", task.owner):
        return []
    return [RunningDue(task, one, one.due) for one in task.clocks if one.due is not None and one.stopped_at is None]


def _nearest(found: list[RunningDue], now: datetime, limit: int) -> list[RunningDue]:
    return nsmallest(limit, found, key=lambda one: (abs(one.due - now), *_order(one)))


def _order(one: RunningDue) -> tuple[datetime, str, str, str]:
    return one.due, one.task.owner, one.task.number, one.clock.name
