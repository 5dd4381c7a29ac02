"""The days of a period spelled out, one letter each from its first day on: the explanation that every due carries with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.period import Counting, Pause, Why, first_day, full_day, trace
from shared.domain.shift import last_day

LETTERS: Final[dict[Why, str]] = {"first-day": "F", "counted": "C", "not-working": "N", "rolled": "R", "stood-still": "S"}
IN_DAYS: Final = frozenset({"cd", "wd", "mo"})


def spelled(
    budget: Budget, counting: Counting, anchor: datetime, due: datetime | None, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> str:
    """F the first day, which does not count; C a day that counts; N no working day; R rolled over; S stood still. Empty for
    hours, minutes and open-ended budgets.
    """
    if due is None or budget.unit not in IN_DAYS:
        return ""
    last = last_day(due, calendar)
    if pauses or counting.first_day_counts:
        days = trace(budget, counting, anchor, calendar, pauses=pauses, last=last)
        return "".join([LETTERS[day.why] for day in days])
    first = first_day(counting, anchor, calendar)
    if budget.unit == "wd":
        return "F" + calendar.spelled(first + timedelta(days=1), last)
    counted = (full_day(budget, counting, first, calendar) - first).days
    return "F" + "C" * counted + "R" * ((last - first).days - counted)
