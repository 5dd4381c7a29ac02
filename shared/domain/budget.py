"""How long a clock runs: hours and calendar days, due dates of coarser precision. All local days are of the zone given."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, assert_never

from shared.domain.value import value

_BUDGET = re.compile(r"([1-9][0-9]{0,4})(min|h|cd)")
OPEN_ENDED = "open"
FIXED = "fixed"

Precision = Literal["day", "month_end", "quarter_end", "half_year_end", "open_ended"]


class BadBudget(ValueError):
    """A budget is a number with min, h or cd, such as 30min, 24h or 30cd, or the word `open`."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no budget: write a number with min, h or cd, such as 30min, 24h or 30cd, or the word open")


@value
class Budget:
    """How long a clock runs; `number` is 0 for an open-ended one."""

    number: int
    unit: Literal["min", "h", "cd", "open"]

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """Read a budget as policies write it; raises BadBudget."""
        if text == OPEN_ENDED:
            return cls(0, "open")
        match = _BUDGET.fullmatch(text)
        if match is None:
            raise BadBudget(text)
        return cls(int(match[1]), match[2])  # type: ignore[arg-type]

    def __str__(self) -> str:
        return OPEN_ENDED if self.unit == "open" else f"{self.number}{self.unit}"

    def due(self, anchor: datetime, zone: tzinfo) -> datetime | None:
        """The due instant in UTC of a clock that starts at `anchor`; None for an open-ended budget.

        Hours and minutes run from the instant itself, nights and holidays included (民法典 art 201(2)). Calendar days do not
        count the first day (art 201(1)) and end at 24:00 local time, which is the start of the next day (art 203(2)).
        """
        match self.unit:
            case "cd":
                return _start_of(anchor.astimezone(zone).date() + timedelta(days=self.number + 1), zone)
            case "h":
                return anchor + timedelta(hours=self.number)
            case "min":
                return anchor + timedelta(minutes=self.number)
            case "open":
                return None
            case _:
                assert_never(self.unit)


@value
class DuePeriod:
    """A due date coarser than an instant: some day of the period, or no date at all for `open_ended`."""

    precision: Precision
    day: date | None

    def due(self, zone: tzinfo) -> datetime | None:
        """The due instant in UTC: 24:00 local time of the period's last day; None for open-ended."""
        if self.day is None:
            return None
        return _start_of(_last_day(self.precision, self.day) + timedelta(days=1), zone)


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


def _start_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
