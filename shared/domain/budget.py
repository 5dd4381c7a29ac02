"""How long a clock runs, and due dates of coarser precision. How a budget is counted off is said in `period`."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal, assert_never

from shared.domain.value import value

_BUDGET = re.compile(r"([1-9][0-9]{0,4})(min|h|wh|cd|wd|mo)")
MOST_MONTHS = 1200
"""A century: more would lead out of the calendar."""
OPEN_ENDED = "open"
FIXED = "fixed"

Precision = Literal["day", "month_end", "quarter_end", "half_year_end", "open_ended"]
GIVEN: Final = frozenset({FIXED, OPEN_ENDED, "day", "month_end", "quarter_end", "half_year_end"})
"""What stands for the budget of a clock whose due was given: how precise it is."""
HOUR_SCALE: Final = timedelta(hours=24)
"""What has no more time than this is a matter of hours."""


class BadBudget(ValueError):
    """A budget is a number with min, h, wh, cd, wd or mo, such as 24h, 8wh, 30cd or 5wd, or the word `open`."""

    def __init__(self, text: str) -> None:
        how = "write a number with min, h, wh, cd, wd or mo, such as 24h, 8wh or 5wd, or the word open"
        super().__init__(f"{text!r} is no budget: {how}")


@value
class Budget:
    """How long a clock runs: minutes, hours, working hours (`wh`), calendar days, working days, months; `number` is 0 for an
    open-ended one.
    """

    number: int
    unit: Literal["min", "h", "wh", "cd", "wd", "mo", "open"]

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """Read a budget as policies write it; raises BadBudget."""
        if text == OPEN_ENDED:
            return cls(0, "open")
        match = _BUDGET.fullmatch(text)
        if match is None or (match[2] == "mo" and int(match[1]) > MOST_MONTHS):
            raise BadBudget(text)
        return cls(int(match[1]), match[2])  # type: ignore[arg-type]

    @property
    def working_time(self) -> timedelta:
        """The length of a budget in working hours."""
        assert self.unit == "wh", f"{self} is no working time"
        return timedelta(hours=self.number)

    @property
    def in_hours(self) -> timedelta | None:
        """The length of a budget in hours or minutes, which run at night and on holidays, too; None for any other."""
        match self.unit:
            case "min":
                return timedelta(minutes=self.number)
            case "h":
                return timedelta(hours=self.number)
            case _:
                return None

    def __str__(self) -> str:
        return OPEN_ENDED if self.unit == "open" else f"{self.number}{self.unit}"


def is_of_hours(budget: str, anchor: datetime, since: datetime, due: datetime | None) -> bool:
    """Whether a clock has no more than 24 hours from when its due was set: by what it was given, not by what is left of it.
    Thirty days of which an hour is left stay a matter of days, and so does a due that is a day and no instant.
    """
    if budget not in GIVEN:
        length = Budget.parse(budget).in_hours
        return length is not None and length <= HOUR_SCALE
    if budget != FIXED or due is None:
        return False
    return timedelta(0) < due - (since if due > since else anchor) <= HOUR_SCALE


@value
class DuePeriod:
    """A due date coarser than an instant: some day of the period, or no date at all for `open_ended`."""

    precision: Precision
    day: date | None

    def due(self, zone: tzinfo) -> datetime | None:
        """The due instant in UTC: 24:00 local time of the period's last day; None for open-ended."""
        if self.day is None:
            return None
        return start_of(_last_day(self.precision, self.day) + timedelta(days=1), zone)


def _last_day(precision: Precision, day: date) -> date:
    match precision:
        case "day" | "open_ended":
            return day
        case "month_end":
            return _month_end(day.year, day.month)
        case "quarter_end":
            return _month_end(day.year, (day.month + 2) // 3 * 3)
        case "half_year_end":
            return _month_end(day.year, 6 if day.month <= 6 else 12)
        case _:
            assert_never(precision)


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


@lru_cache(maxsize=4096)  # dues fall on few days, and a zone takes longer than all the rest of a due
def start_of(day: date, zone: tzinfo) -> datetime:
    """The instant in UTC at which a local day begins, which is 24:00 of the day before."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
