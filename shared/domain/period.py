"""How a budget is counted off from an instant: which days count, where the last one ends, and why.

The rules are those of the civil code (民法典) arts 200 to 204; a rule of a policy may depart from them, as art 204 allows.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, assert_never

from shared.domain.budget import Budget, start_of
from shared.domain.calendar import Calendar, Day, DayKind
from shared.domain.value import value


@value
class Counting:
    """How a rule counts days. Minutes, hours and working hours know none of this: they run from the instant itself (art 201(2)),
    working hours while offices work.
    """

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
    """When a period ends, in UTC; None for an open-ended one. Provisional while it rests on a day that a notice may change.

    `days` explains it: the days of the period from its first on, a letter each (see LETTERS); empty where no days are counted.
    """

    at: datetime | None
    provisional: bool
    days: str = ""


Why = Literal["first-day", "counted", "not-working", "rolled", "stood-still"]
LETTERS: Final[dict[Why, str]] = {"first-day": "F", "counted": "C", "not-working": "N", "rolled": "R", "stood-still": "S"}


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
        case "wh":
            return working_due(anchor, budget.working_time, calendar)
        case "cd" | "wd" | "mo":
            first = first_day(counting, anchor, calendar)
            full = full_day(budget, counting, first, calendar)
            last = rolled_day(budget, counting, full, calendar)
            provisional = rests_on_provisional(budget, counting, first, full, last, calendar)
            days = _days(budget, counting, anchor, (first, full, last), calendar)
            return Due(end_of(last, counting, calendar), provisional, days)
        case _:
            assert_never(budget.unit)


def _days(budget: Budget, counting: Counting, anchor: datetime, marks: tuple[date, date, date], calendar: Calendar) -> str:
    """What `spelled` makes of the trace, without one: calendar days by their number, working days as the calendar spells them."""
    first, full, last = marks
    if counting.first_day_counts:
        return spelled(trace(budget, counting, anchor, calendar))
    if budget.unit == "wd":
        return "F" + calendar.spelled(first + timedelta(days=1), last)
    return "F" + "C" * (full - first).days + "R" * (last - full).days


def working_due(since: datetime, length: timedelta, calendar: Calendar) -> Due:
    """When so much working time has passed since an instant; provisional while one of the days up to then is."""
    at = calendar.after_working_time(since, length)
    days = (since.astimezone(calendar.zone).date(), at.astimezone(calendar.zone).date())
    return Due(at, provisional=calendar.has_provisional(*days))


Pause = tuple[date, date]
"""The day on which a period stood still, which counted, and the day on which it ran again, which did not."""


def trace(
    budget: Budget,
    counting: Counting,
    anchor: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    last: date | None = None,
) -> tuple[Counted, ...]:
    """Every day from the start to the due: counted or not, and why. Empty for budgets in minutes, hours, working hours, and
    open-ended ones.

    For a period that stood still the pauses and its last day are given.
    """
    if budget.unit not in {"cd", "wd", "mo"}:
        return ()
    first = first_day(counting, anchor, calendar)
    full = full_day(budget, counting, first, calendar)
    last = last or rolled_day(budget, counting, full, calendar)
    left = budget.number if budget.unit != "mo" else (full - first).days + counting.first_day_counts
    days: list[Counted] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        there = calendar.day(day)
        why = _why(day, first, left, budget, counting, there, pauses)
        left -= why == "counted"
        days.append(Counted(day, why == "counted", why, there.kind, there.name))
    return tuple(days)


def _why(day: date, first: date, left: int, budget: Budget, counting: Counting, there: Day, pauses: Sequence[Pause]) -> Why:
    if day == first and not counting.first_day_counts:
        return "first-day"
    if any(stood < day <= ran for stood, ran in pauses):
        return "stood-still"
    if not left:
        return "rolled"
    return "not-working" if budget.unit == "wd" and not there.working else "counted"


def spelled(days: Sequence[Counted]) -> str:
    """Why each day counted or not, a letter each."""
    return "".join([LETTERS[day.why] for day in days])


def first_day(counting: Counting, anchor: datetime, calendar: Calendar) -> date:
    """The local day on which a period starts, by the rule's own boundary of days."""
    local = anchor.astimezone(calendar.zone)
    if local.time() < counting.day_from:
        return local.date() - timedelta(days=1)
    return local.date()


def full_day(budget: Budget, counting: Counting, first: date, calendar: Calendar) -> date:
    """The day on which the budget is used up, before it rolls."""
    start = first - timedelta(days=1) if counting.first_day_counts else first
    if budget.unit == "wd":
        return calendar.after(start, budget.number)
    if budget.unit == "cd":
        return start + timedelta(days=budget.number)
    return _months_after(start, budget.number)


def _months_after(day: date, months: int) -> date:
    """The corresponding day of a later month, or its last day where there is none (art 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rolled_day(budget: Budget, counting: Counting, full: date, calendar: Calendar) -> date:
    """The day on which a period ends whose budget is used up on `full`."""
    return calendar.on_or_after(full) if counting.roll and budget.unit != "wd" else full


def rests_on_provisional(budget: Budget, counting: Counting, first: date, full: date, last: date, calendar: Calendar) -> bool:
    """Whether a notice that is not known yet may move the last day."""
    if budget.unit == "wd":
        return calendar.has_provisional(first, last)
    return counting.roll and calendar.has_provisional(full, last)


def end_of(last: date, counting: Counting, calendar: Calendar) -> datetime:
    """The instant at which a last day ends under the rule."""
    if counting.cut_off is None:
        return start_of(last + timedelta(days=1), calendar.zone)
    return datetime.combine(last, counting.cut_off, calendar.zone).astimezone(UTC)
