"""How a budget is counted off from an instant: which days count, where the last one ends, and why.

The rules are those of the civil code (民法典) arts 200 to 204; a rule of a policy may depart from them, as art 204 allows.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, assert_never

from shared.domain.budget import Budget, start_of
from shared.domain.calendar import Calendar, DayKind
from shared.domain.value import value


@value
class Counting:
    """How a rule counts days. Hours and minutes know none of this: they run from the instant itself (art 201(2))."""

    first_day_counts: bool = False
    """The day of the start is not counted (art 201(1)) unless the rule says that it is."""
    roll: bool = True
    """A period in calendar days or months whose last day is no working day ends on the next one that is (art 203(1))."""
    cut_off: time | None = None
    """The local time at which the last day ends: None is 24:00, else the close of business (art 203(2))."""
    day_from: time = time.min
    """When the days of the rule begin: 08:00 for the daily batches of an inspection."""


CIVIL_CODE = Counting()


@value
class Due:
    """When a period ends, in UTC; None for an open-ended one. Provisional while it rests on a day that a notice may change."""

    at: datetime | None
    provisional: bool


Why = Literal["first-day", "counted", "not-working", "rolled"]


@value
class Counted:
    """One day of a period: whether it counted and why; `kind` and `name` are the calendar's."""

    day: date
    counted: bool
    why: Why
    kind: DayKind
    name: str


def due(budget: Budget, counting: Counting, anchor: datetime, calendar: Calendar) -> Due:
    """When a budget that starts at `anchor` is used up."""
    match budget.unit:
        case "open":
            return Due(None, provisional=False)
        case "min":
            return Due(anchor + timedelta(minutes=budget.number), provisional=False)
        case "h":
            return Due(anchor + timedelta(hours=budget.number), provisional=False)
        case "cd" | "wd" | "mo":
            first = _first_day(counting, anchor, calendar)
            full = _full(budget, counting, first, calendar)
            last = _rolled(budget, counting, full, calendar)
            return Due(_end_of(last, counting, calendar), _rests_on_provisional(budget, counting, first, full, last, calendar))
        case _:
            assert_never(budget.unit)


def trace(budget: Budget, counting: Counting, anchor: datetime, calendar: Calendar) -> tuple[Counted, ...]:
    """Every day from the start to the due: counted or not, and why. Empty for hours, minutes and open-ended budgets."""
    if budget.unit not in {"cd", "wd", "mo"}:
        return ()
    first = _first_day(counting, anchor, calendar)
    full = _full(budget, counting, first, calendar)
    last = _rolled(budget, counting, full, calendar)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(_counted(day, first, full, budget, counting, calendar) for day in days)


def ahead(instant: datetime, lead: Budget, calendar: Calendar) -> datetime:
    """The instant that lies a lead before a due: a warning's. A lead in working days is the start of the working day that lies
    so many before the last one: one working day before the end of a Monday is the start of the Friday before, or of a Saturday
    that is worked.
    """
    match lead.unit:
        case "min":
            return instant - timedelta(minutes=lead.number)
        case "h":
            return instant - timedelta(hours=lead.number)
        case "cd":
            return instant - timedelta(days=lead.number)
        case "wd":
            return start_of(calendar.before(_last_day(instant, calendar), lead.number), calendar.zone)
        case "mo" | "open":
            raise ValueError(f"{lead} is no lead")
        case _:
            assert_never(lead.unit)


def later(instant: datetime, budget: Budget, calendar: Calendar) -> datetime:
    """The instant that lies a budget after a due: the latest to which it may be extended."""
    match budget.unit:
        case "min":
            return instant + timedelta(minutes=budget.number)
        case "h":
            return instant + timedelta(hours=budget.number)
        case "cd" | "wd" | "mo":
            last = _full(budget, CIVIL_CODE, _last_day(instant, calendar), calendar)
            return _moved(instant, last, calendar)
        case "open":
            raise ValueError("open is no length")
        case _:
            assert_never(budget.unit)


def resumed(
    instant: datetime, budget: Budget | None, counting: Counting, since: datetime, at: datetime, calendar: Calendar
) -> Due:
    """The due of a period that stood still from `since` to `at`: what was left of it runs from `at`.

    Hours and minutes, and a due of the sender's that is no end of a day, move by the time that passed. Days: the day on which the
    period stood still counted, the day on which it runs again does not; a due in working days keeps the number that was left.
    `budget` is None for a due that the sender gave.
    """
    if budget is not None and budget.unit in {"min", "h"}:
        return Due(instant + (at - since), provisional=False)
    stood, runs = (one.astimezone(calendar.zone).date() for one in (since, at))
    last = _last_day(instant, calendar)
    if budget is not None and budget.unit == "wd":
        left = calendar.working_days(stood, last)
        new = calendar.after(runs, left) if left else runs
        return Due(_moved(instant, new, calendar), calendar.has_provisional(stood, new))
    if budget is None:
        whole = instant.astimezone(calendar.zone).time() == time.min
        return Due(_moved(instant, last + (runs - stood), calendar) if whole else instant + (at - since), provisional=False)
    full = last + (runs - stood)
    new = calendar.on_or_after(full) if counting.roll else full
    return Due(_moved(instant, new, calendar), counting.roll and calendar.has_provisional(full, new))


def _last_day(instant: datetime, calendar: Calendar) -> date:
    """The day that ends at a due, or in which it lies."""
    return (instant - timedelta(microseconds=1)).astimezone(calendar.zone).date()


def _moved(instant: datetime, last: date, calendar: Calendar) -> datetime:
    """The due on another last day, at the same local time."""
    ends = instant.astimezone(calendar.zone).time()
    if ends == time.min:
        return start_of(last + timedelta(days=1), calendar.zone)
    return datetime.combine(last, ends, calendar.zone).astimezone(UTC)


def _counted(day: date, first: date, full: date, budget: Budget, counting: Counting, calendar: Calendar) -> Counted:
    there = calendar.day(day)
    if day == first and not counting.first_day_counts:
        return Counted(day, False, "first-day", there.kind, there.name)
    if day > full:
        return Counted(day, False, "rolled", there.kind, there.name)
    if budget.unit == "wd" and not there.working:
        return Counted(day, False, "not-working", there.kind, there.name)
    return Counted(day, True, "counted", there.kind, there.name)


def _first_day(counting: Counting, anchor: datetime, calendar: Calendar) -> date:
    local = anchor.astimezone(calendar.zone)
    if local.time() < counting.day_from:
        return local.date() - timedelta(days=1)
    return local.date()


def _full(budget: Budget, counting: Counting, first: date, calendar: Calendar) -> date:
    """The day on which the budget is used up, before it rolls."""
    start = first - timedelta(days=1) if counting.first_day_counts else first
    if budget.unit == "wd":
        return calendar.after(start, budget.number)
    if budget.unit == "cd":
        return start + timedelta(days=budget.number)
    return _months_after(start, budget.number)


def _months_after(day: date, months: int) -> date:
    """The corresponding day of a later month, or its last day where there is none (art 202)."""
    month = day.year * 12 + day.month - 1 + months
    last = _first_of(month + 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _rolled(budget: Budget, counting: Counting, full: date, calendar: Calendar) -> date:
    return calendar.on_or_after(full) if counting.roll and budget.unit != "wd" else full


def _rests_on_provisional(budget: Budget, counting: Counting, first: date, full: date, last: date, calendar: Calendar) -> bool:
    if budget.unit == "wd":
        return calendar.has_provisional(first, last)
    return counting.roll and calendar.has_provisional(full, last)


def _end_of(last: date, counting: Counting, calendar: Calendar) -> datetime:
    if counting.cut_off is None:
        return start_of(last + timedelta(days=1), calendar.zone)
    return datetime.combine(last, counting.cut_off, calendar.zone).astimezone(UTC)
