"""Recurring campaigns (专项行动): the same checks of the same enterprises in every period, such as each half month."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, Literal, assert_never

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.value import value

Every = Literal["half_month", "month", "quarter", "week"] | int
"""How often: by the calendar, or a number of days counted from the campaign's first day. Weeks are those of ISO 8601."""

FIRST_HALF_DAYS: Final = 15
"""The first half of a month (上半月) is its 1st to 15th; the second one runs from the 16th to its end."""


@value
class Enterprise:
    """An enterprise that is checked; `uscc` is its unified social credit code, GB 32100-2015."""

    name: str
    uscc: str | None


@value
class Campaign:
    """A campaign of the source `owner`. `first` and `last` are local days, both inclusive."""

    id: str
    owner: str
    title: str
    family: Family
    unit: str | None
    """Code of the unit that handles it."""
    policy: str | None
    """None is the default policy."""
    every: Every
    first: date
    last: date
    due: Budget | None
    """Runs from the start of each period; None: each period's own end, 24:00 of its last day."""
    enterprises: tuple[Enterprise, ...]


@value
class CampaignPeriod:
    """One turn of a campaign: its first and last local day, both inclusive, within the campaign; the label is that of the whole
    period even where the campaign's first or last day cuts it.
    """

    first: date
    last: date
    label: str

    def contains(self, day: date) -> bool:
        """Whether a local day lies in it."""
        return self.first <= day <= self.last


def periods(campaign: Campaign) -> Iterator[CampaignPeriod]:
    """All periods of a campaign in order; together they are its days, each of them once."""
    day = campaign.first
    while day <= campaign.last:
        last = min(_last_day(campaign.every, day), campaign.last)
        yield CampaignPeriod(day, last, _label(campaign.every, day))
        day = last + timedelta(days=1)


def due_periods(campaign: Campaign, today: date) -> tuple[CampaignPeriod, ...]:
    """The periods that have begun by a local day, which may be the first day of the last one."""
    return tuple(period for period in periods(campaign) if period.first <= today)


def _last_day(every: Every, day: date) -> date:
    """The last day of the whole period in which a day lies; where days are counted, the day is the first one."""
    match every:
        case int():
            return day + timedelta(days=every - 1)
        case "week":
            return day + timedelta(days=7 - day.isoweekday())
        case "half_month":
            return day.replace(day=FIRST_HALF_DAYS) if day.day <= FIRST_HALF_DAYS else _month_end(day.year, day.month)
        case "month":
            return _month_end(day.year, day.month)
        case "quarter":
            return _month_end(day.year, _quarter(day) * 3)
        case _:
            assert_never(every)


def _label(every: Every, day: date) -> str:
    match every:
        case int():
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "half_month":
            return f"{day:%Y-%m}{'上' if day.day <= FIRST_HALF_DAYS else '下'}"
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}Q{_quarter(day)}"
        case _:
            assert_never(every)


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
