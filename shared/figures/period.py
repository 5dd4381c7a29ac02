"""Periods as offices name them: 2023, 2023H1, 2023Q2, 2023-06, or any days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

_WRITTEN: Final = re.compile(r"(?P<year>[12]\d{3})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years that figures are asked of: at the ends of the calendar there is no day before and no instant of another zone."""
_HALVES: Final = ("上半年", "下半年")
_QUARTERS: Final = ("第一季度", "第二季度", "第三季度", "第四季度")


class BadPeriod(ValueError):
    """No period is written like that."""


@dataclass(frozen=True)
class Period:
    """Whole local days from `since` until the day before `until`."""

    name: str
    since: date
    until: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)

    @property
    def last_year(self) -> "Period":
        """The same days of the year before."""
        return period_of(year_before(self.since), year_before(self.until))

    def holds(self, other: "Period") -> bool:
        """Whether another period lies within it."""
        return self.since <= other.since and other.until <= self.until


def read_period(text: str) -> Period:
    """A period by its name, or as `2023-01-01..2023-06-18` with both days in it. Raises BadPeriod."""
    first, dots, last = text.partition("..")
    if dots:
        return _days(text, first, last)
    said = _WRITTEN.fullmatch(text)
    if said is None:
        raise BadPeriod(f"{text!r} is no period; write 2023, 2023H1, 2023Q2, 2023-06 or 2023-01-01..2023-06-18")
    year = int(said["year"])
    if year < FIRST_YEAR:
        raise BadPeriod(f"{text!r} is no period of the years {FIRST_YEAR} to {LAST_YEAR}")
    if said["half"]:
        return _months(year, int(said["half"]) * 6 - 5, 6)
    if said["quarter"]:
        return _months(year, int(said["quarter"]) * 3 - 2, 3)
    return _months(year, int(said["month"]), 1) if said["month"] else _months(year, 1, 12)


def period_of(since: date, until: date) -> Period:
    """The period from a day until before another, by the name that such days have. Raises BadPeriod when it has no day."""
    if since >= until:
        raise BadPeriod(f"the period from {since} until before {until} has no day")
    return Period(_name(since, until), since, until)


def year_before(day: date) -> date:
    """The same day a year before; 29 February, which ends what runs to the 28th, is 1 March."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def instant_a_year_before(at: datetime) -> datetime:
    """The same time of the same local day a year before."""
    return datetime.combine(year_before(at.date()), at.timetz())


def _days(text: str, first: str, last: str) -> Period:
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise BadPeriod(f"{text!r} is no period; write both days, such as 2023-01-01..2023-06-18") from None
    if not FIRST_YEAR <= since.year <= until.year <= LAST_YEAR + 1:
        raise BadPeriod(f"{text!r} is no period of the years {FIRST_YEAR} to {LAST_YEAR}")
    return period_of(since, until)


def _months(year: int, first: int, number: int) -> Period:
    return period_of(date(year, first, 1), _month_start(year, first + number))


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _name(since: date, until: date) -> str:
    months = (until.year - since.year) * 12 + until.month - since.month
    if since.day == until.day == 1 and (since.month - 1) % months == 0:
        place = (since.month - 1) // months
        names = {12: "", 6: _HALVES[place % 2], 3: _QUARTERS[place % 4], 1: f"{since.month}月"}
        if months in names:
            return f"{since.year}年{names[months]}"
    last = until - timedelta(days=1)
    year = "" if last.year == since.year else f"{last.year}年"
    return f"{chinese_day(since)}至{year}{last.month}月{last.day}日"


def chinese_day(day: date) -> str:
    """A day as it is written in a report."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_instant(at: datetime) -> str:
    """A local instant as it is written in a report: midnight ends the day before."""
    if at.hour == at.minute == at.second == at.microsecond == 0:
        return f"{chinese_day(at.date() - timedelta(days=1))}24时"
    return f"{chinese_day(at.date())}{at.hour}时{at.minute:02}分"
