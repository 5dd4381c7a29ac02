"""When people are told: in working time, what comes outside of it in one digest; what is of hours at once."""

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName
from shared.domain.shift import behind
from shared.domain.task import Task
from shared.domain.value import value

_MOMENT: Final = timedelta(microseconds=1)
_BY_THE_MATTER: Final = frozenset({ClockName.SIGN, ClockName.ANSWER, ClockName.LOOK_BACK})
_OF_THE_MATTER: Final = frozenset({ClockName.FINISH, ClockName.RESPOND})
_BEGINNING: Final = datetime.fromtimestamp(0, UTC)
_SIDES: Final = {"near": -1, "late": 1}
_MINUTES: Final = {"min": 1, "h": 60, "wh": 60, "cd": 24 * 60, "wd": 24 * 60}


@value
class Hours:
    """When an office is told what is not of hours."""

    digest_at: time = time(9)
    """Local time on working days, in office hours, at which everything is told that came since those of the day before ended."""
    settle: timedelta = timedelta(seconds=30)
    """What is settled so soon after its alert is not told."""
    spread: timedelta = timedelta(seconds=20)
    """Over so long the messages of one moment are spread; none is at once, also in the minutes in which everybody sends."""


def is_urgent(task: Task, clock: Clock, rung: str) -> bool:
    """Whether an alert is of hours. What is counted in days or in working time never is; else what is counted in hours or minutes
    is, and the due of a clock of hours. Signing, answering and looking back are of hours only where the matter itself is.
    """
    length = rung.partition("-")[2]
    if length and Budget.parse(length).in_hours is None:
        return False
    if clock.name in _BY_THE_MATTER:
        return is_of_hours(task)
    return bool(length) or clock.is_of_hours


def is_of_hours(task: Task) -> bool:
    """Whether a matter was given no more than 24 hours, for its finishing or its response."""
    return any(clock.is_of_hours for clock in task.clocks if clock.name in _OF_THE_MATTER)


def rank(rung: str) -> tuple[int, int]:
    """Orders the rungs of a clock that fall on one instant: the nearer the due the higher before it, the later the higher after
    it, and any word of somebody's by itself.
    """
    side, _, length = rung.partition("-")
    if not length or side not in _SIDES:
        return (0, 0)
    budget = Budget.parse(length)
    return (_SIDES[side], _SIDES[side] * budget.number * _MINUTES[budget.unit])


@value
class Turn:
    """When people are told, and what that waited for: office hours, or that nobody told before took note."""

    tell_at: datetime
    waited: Literal["", "hours", "step"] = ""


def first_turn(
    at: datetime, after: Budget | None, hours: Hours, calendar: Calendar, *, urgent: bool, now: datetime | None = None
) -> Turn:
    """When the first step is told of what happened at an instant. What is heard of only now, when it should have been told,
    settles anew.
    """
    settled = (step_at(at, after, calendar) + hours.settle).astimezone(UTC)
    start = settled if now is None or now <= settled else _settled_together(now.astimezone(UTC), hours)
    return _turn(start, "", hours, calendar, urgent=urgent and _keeps_hours(after))


def _settled_together(now: datetime, hours: Hours) -> datetime:
    """When what is heard late has settled, at a full multiple of that time: what an outage held up is heard in several turns, and
    told in one message.
    """
    settled = now + hours.settle
    return settled + (_BEGINNING - settled) % hours.settle if hours.settle else settled


def next_turn(before: Turn, after: Budget | None, hours: Hours, calendar: Calendar, *, urgent: bool) -> Turn:
    """When the step is told that comes so long after the one before."""
    start = step_at(before.tell_at, after, calendar).astimezone(UTC)
    return _turn(start, "step", hours, calendar, urgent=urgent and _keeps_hours(after))


def _keeps_hours(after: Budget | None) -> bool:
    """Whether what is urgent stays so after a lag: a day later is told by day, and not when the day begins."""
    return after is None or after.in_hours is not None


def _turn(at: datetime, waited: Literal["", "step"], hours: Hours, calendar: Calendar, *, urgent: bool) -> Turn:
    tell_at = at if urgent else in_hours(at, hours, calendar)
    return Turn(tell_at, waited if tell_at == at else "hours")


def step_at(told: datetime, after: Budget | None, calendar: Calendar) -> datetime:
    """When a step is due that comes so long after those before were told; working days are whole ones, as those of late rungs."""
    return told if after is None else behind(told, after, calendar)


def in_hours(at: datetime, hours: Hours, calendar: Calendar) -> datetime:
    """The first instant from `at` on, in UTC, at which an office may be told: after a break when it ends, and not before the
    digest of the day, so that the later thing is never told first.
    """
    working = _working(at, calendar)
    day = working.astimezone(calendar.zone).date()
    digest = datetime.combine(day, hours.digest_at, calendar.zone).astimezone(UTC)
    return working if working >= digest else _working(digest, calendar)


def _working(at: datetime, calendar: Calendar) -> datetime:
    return calendar.after_working_time(at, _MOMENT) - _MOMENT
