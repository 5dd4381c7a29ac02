"""When people are told: in working time, what comes outside of it in one digest; what is of hours at once."""

from datetime import datetime, time, timedelta
from typing import Final

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock
from shared.domain.shift import behind
from shared.domain.value import value

_MOMENT: Final = timedelta(microseconds=1)
HOUR_SCALE: Final = timedelta(hours=24)
"""What has no more time than this is a matter of hours."""
_OF_HOURS: Final = frozenset({"min", "h"})


@value
class Hours:
    """When an office is told what is not of hours."""

    digest_at: time = time(9)
    """Local time on working days at which everything is told that came since office hours ended."""
    settle: timedelta = timedelta(seconds=30)
    """What is settled so soon after its alert is not told."""
    spread: timedelta = timedelta(seconds=20)
    """Over so long the messages of one moment are spread; none is at once, also in the minutes in which everybody sends."""


def is_urgent(clock: Clock, rung: str) -> bool:
    """Whether an alert is of hours: its rung is counted in them, or its clock has no more than 24 of them in all."""
    lead = rung.partition("-")[2]
    if lead and Budget.parse(lead).unit in _OF_HOURS:
        return True
    return clock.due is not None and clock.due - clock.since <= HOUR_SCALE


def step_at(crossed: datetime, after: Budget | None, calendar: Calendar) -> datetime:
    """When a step is due that comes so long after an alert; working days are whole ones, as those of late rungs."""
    return crossed if after is None else behind(crossed, after, calendar)


def told_at(at: datetime, hours: Hours, calendar: Calendar, *, urgent: bool) -> datetime:
    """When somebody may be told of what is due to be told at an instant, in UTC: at once what is urgent or in office hours, after
    a break when it ends, else with the digest of the next working day.
    """
    at += hours.settle
    if urgent:
        return at
    working = calendar.after_working_time(at, _MOMENT) - _MOMENT
    if working == at:
        return at
    local = working.astimezone(calendar.zone)
    if local.time() > calendar.hours[0][0]:
        return working
    return max(working, datetime.combine(local.date(), hours.digest_at, calendar.zone)).astimezone(working.tzinfo)
