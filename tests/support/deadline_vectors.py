"""What deadlines must come out at, whatever counts them: the cases of the field, and tables by an independent count.

`wrong` asks a calendar and a way of counting for all of them, so that a test may ask a faulty one as well.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import chinese_calendar

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.period import CIVIL_CODE, Counting, due
from tests.support.sample import SHANGHAI


class Vector(NamedTuple):
    """A budget from an instant, and the instant at which it must be used up."""

    budget: Budget
    start: datetime
    end: datetime

    def __str__(self) -> str:
        start, end = (one.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") for one in (self.start, self.end))
        return f"{self.budget} from {start} ends {end}"


def through(budget: str, start: str, last: str) -> Vector:
    """A period from a day that ends at 24:00 of its last day."""
    return Vector(Budget.parse(budget), _midnight(start), _midnight(last) + timedelta(days=1))


def until(budget: str, start: str, end: str) -> Vector:
    """A period from an instant to an instant, both local."""
    return Vector(Budget.parse(budget), _midnight(start), _midnight(end))


def _midnight(local: str | date) -> datetime:
    return datetime.fromisoformat(str(local)).replace(tzinfo=SHANGHAI).astimezone(UTC)


FIELD: Final = (
    through("2wd", "2025-12-31", "2026-01-05"),
    through("5wd", "2026-02-12", "2026-02-26"),
    through("5wd", "2026-02-13", "2026-02-27"),
    through("2wd", "2026-04-30", "2026-05-07"),
    through("5wd", "2026-09-18", "2026-09-24"),
    through("5wd", "2026-09-29", "2026-10-12"),
    through("5wd", "2026-11-23", "2026-11-30"),
    through("15cd", "2026-02-06", "2026-02-24"),
    through("10cd", "2026-09-21", "2026-10-08"),
    through("60cd", "2026-08-03", "2026-10-08"),
    through("60cd", "2026-07-28", "2026-09-28"),
    through("60cd", "2026-03-02", "2026-05-06"),
    through("60cd", "2025-12-20", "2026-02-24"),
    through("2mo", "2025-12-31", "2026-02-28"),
    through("5wd", "2026-12-28", "2027-01-05"),
    through("60cd", "2026-11-10", "2027-01-11"),
    until("2h", "2026-02-17T03:20", "2026-02-17T05:20"),
    until("30min", "2026-10-01T23:50", "2026-10-02T00:20"),
)
"""Counted by hand on the notices."""

FIRST, LAST = date(2023, 1, 1), date(2026, 12, 31)
"""The four years of the tables. The independent calendar ends with them: what comes after it is known by weekends and the
statutory days of fixed date alone.
"""
_FIXED: Final = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def _is_worked(day: date) -> bool:
    if day > LAST:
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED
    worked: bool = chinese_calendar.is_workday(day)
    return worked


def _five_working_days(day: date) -> date:
    left = 5
    while left:
        day += timedelta(days=1)
        left -= _is_worked(day)
    return day


def _fifteen_days(day: date) -> date:
    return _next_workday(day + timedelta(days=15))


def _sixty_days(day: date) -> date:
    return _next_workday(day + timedelta(days=60))


def _next_workday(day: date) -> date:
    while not _is_worked(day):
        day += timedelta(days=1)
    return day


_ORACLES: Final = {"5wd": _five_working_days, "15cd": _fifteen_days, "60cd": _sixty_days}


def _table(budget: str) -> Iterator[Vector]:
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        yield through(budget, str(day), str(_ORACLES[budget](day)))


TABLES: Final = {budget: tuple(_table(budget)) for budget in _ORACLES}
"""By budget, from every day of the four years."""

VECTORS: Final = tuple(sorted([*FIELD, *(one for table in TABLES.values() for one in table)], key=lambda one: one.start))


def wrong(vectors: Sequence[Vector], calendar: Calendar, counting: Counting = CIVIL_CODE) -> Iterator[str]:
    """The vectors that come out otherwise, with what came out; lazily, as one is enough to notice a fault."""
    for vector in vectors:
        there = due(vector.budget, counting, vector.start, calendar).at
        if there != vector.end:
            yield f"{vector}, not {there.astimezone(SHANGHAI).strftime('%Y-%m-%d %H:%M') if there else 'never'}"
