"""Dues that are moved: a warning ahead of one, an extension of one, what becomes of one while its period stands still."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from shared.domain.budget import Budget, start_of
from shared.domain.calendar import Calendar
from shared.domain.period import (
    CIVIL_CODE,
    Counting,
    Due,
    end_of,
    first_day,
    full_day,
    rests_on_provisional,
    rolled_day,
    working_due,
)

Ran = tuple[datetime, datetime]
"""A stretch of time in which a period ran."""


def ahead(instant: datetime, lead: Budget, calendar: Calendar) -> datetime:
    """The instant that lies a lead before a due: a warning's. A lead in working days is the start of the working day that lies
    so many before the last one: one working day before the end of a Monday is the start of the Friday before, or of a Saturday
    that is worked. A lead in working hours is so much working time before the due.
    """
    match lead.unit:
        case "min":
            return instant - timedelta(minutes=lead.number)
        case "h":
            return instant - timedelta(hours=lead.number)
        case "wh":
            return calendar.before_working_time(instant, lead.working_time)
        case "cd":
            return instant - timedelta(days=lead.number)
        case "wd":
            return start_of(calendar.before(last_day(instant, calendar), lead.number), calendar.zone)
        case "mo" | "open":
            raise ValueError(f"{lead} is no lead")
        case _:
            assert_never(lead.unit)


def behind(instant: datetime, lag: Budget, calendar: Calendar) -> datetime:
    """The instant that lies a lag after a due: that of telling again. A lag in working days is the start of the working day that
    comes so many after the last one: the first working day after the end of a Friday is the Monday, or a Saturday that is worked.
    """
    match lag.unit:
        case "min":
            return instant + timedelta(minutes=lag.number)
        case "h":
            return instant + timedelta(hours=lag.number)
        case "wh":
            return calendar.after_working_time(instant, lag.working_time)
        case "cd":
            return instant + timedelta(days=lag.number)
        case "wd":
            return start_of(calendar.after(last_day(instant, calendar), lag.number), calendar.zone)
        case "mo" | "open":
            raise ValueError(f"{lag} is no lag")
        case _:
            assert_never(lag.unit)


def later(instant: datetime, budget: Budget, calendar: Calendar) -> datetime:
    """The instant that lies a budget after a due: the latest to which it may be extended."""
    match budget.unit:
        case "min" | "h" | "wh":
            return behind(instant, budget, calendar)
        case "cd" | "wd" | "mo":
            last = full_day(budget, CIVIL_CODE, last_day(instant, calendar), calendar)
            return _moved(instant, last, calendar)
        case "open":
            raise ValueError("open is no length")
        case _:
            assert_never(budget.unit)


def resumed(
    due: datetime,
    budget: Budget | None,
    counting: Counting,
    anchor: datetime,
    ran: Sequence[Ran],
    at: datetime,
    calendar: Calendar,
    *,
    provisional: bool = False,
) -> Due:
    """The due of a period that ran in the stretches of time given and runs again from `at`, with what was left of its budget.

    Hours and minutes, and a due of the sender's that is no end of a day, move by the time that passed. Of working hours, what was
    left runs on. Of days, the one on which the period stood still counted and the one on which it runs again does not. What was
    overdue before stays so, and as `provisional` as it was. `budget` is None for a due that was given.
    """
    stood = ran[-1][1]
    if budget is None:
        return Due(_given_moved(due, stood, at, calendar), provisional=False)
    if budget.unit in {"min", "h"}:
        return Due(due + (at - stood), provisional=False)
    if stood > due:
        return Due(due, provisional=provisional)
    if budget.unit == "wh":
        used = [calendar.working_time(max(anchor, since), max(anchor, until)) for since, until in ran]
        return working_due(at, budget.working_time - sum(used, timedelta(0)), calendar)
    runs = first_day(counting, at, calendar)
    left = _left(budget, counting, anchor, ran, calendar)
    full = runs + timedelta(days=left)
    if budget.unit == "wd" and left:
        full = calendar.after(runs, left)
    last = rolled_day(budget, counting, full, calendar)
    return Due(end_of(last, counting, calendar), rests_on_provisional(budget, counting, runs, full, last, calendar))


def _given_moved(due: datetime, stood: datetime, at: datetime, calendar: Calendar) -> datetime:
    if due.astimezone(calendar.zone).time() != time.min:
        return due + (at - stood)
    days = at.astimezone(calendar.zone).date() - stood.astimezone(calendar.zone).date()
    return _moved(due, last_day(due, calendar) + days, calendar)


def _left(budget: Budget, counting: Counting, anchor: datetime, ran: Sequence[Ran], calendar: Calendar) -> int:
    """How many days of a budget are left after it ran."""
    first = first_day(counting, anchor, calendar)
    total, used = budget.number, 0
    if counting.first_day_counts and (budget.unit != "wd" or calendar.is_working(first)):
        used = 1
    if budget.unit == "mo":
        total = (full_day(budget, counting, first, calendar) - first).days + counting.first_day_counts
    for start, end in ran:
        since = max(first, first_day(counting, start, calendar))
        until = max(first, first_day(counting, end, calendar))
        used += calendar.working_days(since, until) if budget.unit == "wd" else (until - since).days
    return max(total - used, 0)


def last_day(instant: datetime, calendar: Calendar) -> date:
    """The day that ends at a due, or in which it lies."""
    return (instant - timedelta(microseconds=1)).astimezone(calendar.zone).date()


def _moved(instant: datetime, last: date, calendar: Calendar) -> datetime:
    """The due on another last day, at the same local time."""
    ends = instant.astimezone(calendar.zone).time()
    if ends == time.min:
        return start_of(last + timedelta(days=1), calendar.zone)
    return datetime.combine(last, ends, calendar.zone).astimezone(UTC)
