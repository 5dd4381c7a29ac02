"""Clocks counted anew when another calendar was loaded; what is closed keeps its verdict."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain import fact as f
from shared.domain.alert import crossings, unfounded
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName
from shared.domain.evolve import evolve
from shared.domain.policy import Policy
from shared.domain.setting import followed, rule_of
from shared.domain.task import Task


def recounted(task: Task, policy: Policy | None, calendar: Calendar, at: datetime) -> f.Entries:
    """The fact that the running clocks of a task are counted on another calendar from `at`, with the alerts that this raises or
    proves unfounded; nothing where it changes nothing, or where the policy is not loaded.
    """
    clocks = () if policy is None else tuple(_recounted(task, policy, calendar, at))
    if not clocks:
        return ()
    before = [task.clock(clock.name) for clock in clocks]
    dues = tuple([clock.due if clock is not None else None for clock in before])
    entry = f.Entry(task.matter, None, f.DeadlineMoved(at, calendar.version, dues, clocks))
    after = evolve(task, entry)
    return (entry, *unfounded(task, after, at), *crossings(after, at))


def _recounted(task: Task, policy: Policy, calendar: Calendar, at: datetime) -> Iterator[Clock]:
    finish = task.clock(ClockName.FINISH)
    for clock in task.clocks:
        rule = rule_of(task, clock.name, policy)
        if clock.stopped_at is not None or rule is None:
            continue
        again = clock.recounted(rule, at, calendar)
        if clock.name is ClockName.FINISH:
            finish = again
        if clock.name is ClockName.INTERNAL and finish is not None:
            again = followed(again, finish, policy, at, calendar)
        if again != clock:
            yield again
