"""Tallies: what a task adds to the counts of its family, unit and day. A change of the task is a pure delta."""

from datetime import date, tzinfo
from typing import Literal, NamedTuple

from shared.domain.clock import ClockName
from shared.domain.matter import Family
from shared.domain.task import Task

Measure = Literal["received", "closed", "closed_on_time", "closed_late", "open", "overdue_open"]


class TallyKey(NamedTuple):
    """Whose counts: tasks of a family, given to a unit (empty: none named), received on a local day."""

    family: Family
    unit: str
    day: date


Tally = dict[tuple[TallyKey, Measure], int]


def tally_key(task: Task, zone: tzinfo) -> TallyKey:
    """The key of the counts to which the task adds."""
    return TallyKey(task.family, task.unit or "", task.received_at.astimezone(zone).date())


def measures(task: Task) -> tuple[Measure, ...]:
    """The counts to which one episode of a task adds one each. A closing at the due itself is on time. The parts of a task that
    was split add nothing: the task counts once, as it was given.
    """
    if task.part_of is not None:
        return ()
    closed = task.closed
    if closed is not None:
        finish = task.clock(ClockName.FINISH)
        if finish is None or finish.due is None:
            return ("received", "closed")
        return ("received", "closed", "closed_on_time" if closed.at <= finish.due else "closed_late")
    if not task.is_open:
        return ("received",)
    if task.is_overdue(ClockName.FINISH):
        return ("received", "open", "overdue_open")
    return ("received", "open")


def tally_delta(before: Task | None, after: Task | None, zone: tzinfo) -> Tally:
    """What changes in the tallies when a task changes; entries of zero are left out."""
    if before is not None and after is not None and _same_key(before, after):
        were, are = measures(before), measures(after)
        return {} if were == are else _between(tally_key(after, zone), were, are)
    delta: Tally = {}
    for task, sign in ((before, -1), (after, 1)):
        for episode in task.episodes if task is not None else ():
            key = tally_key(episode, zone)
            for measure in measures(episode):
                delta[key, measure] = delta.get((key, measure), 0) + sign
    return {counted: change for counted, change in delta.items() if change}


def _same_key(before: Task, after: Task) -> bool:
    if before.previous is not None or after.previous is not None:
        return False
    return before.received_at == after.received_at and before.unit == after.unit and before.family is after.family


def _between(key: TallyKey, before: tuple[Measure, ...], after: tuple[Measure, ...]) -> Tally:
    gone: Tally = {(key, measure): -1 for measure in before if measure not in after}
    return gone | {(key, measure): 1 for measure in after if measure not in before}
