"""The days, weeks and months that a trend is made of."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

Pace = Literal["day", "week", "month"]


class Stretch(NamedTuple):
    """Local days from `since` until the day before `until`; `key` is 2023-01-05, 2023-W01 or 2023-01."""

    key: str
    since: date
    until: date
    whole: bool
    """False where the trend begins or ends within it."""


def stretches(pace: Pace, since: date, until: date) -> Iterator[Stretch]:
    """What lies between two days, cut off at both ends. Weeks begin on Monday and have the numbers of ISO 8601."""
    first = _first(pace, since)
    while max(first, since) < until:
        following = _following(pace, first)
        start, end = max(first, since), min(following, until)
        yield Stretch(_key(pace, first), start, end, (start, end) == (first, following))
        first = following


def _first(pace: Pace, day: date) -> date:
    if pace == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if pace == "week" else day


def _following(pace: Pace, first: date) -> date:
    if pace == "month":
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=7 if pace == "week" else 1)


def _key(pace: Pace, first: date) -> str:
    if pace == "month":
        return f"{first:%Y-%m}"
    if pace == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return first.isoformat()
