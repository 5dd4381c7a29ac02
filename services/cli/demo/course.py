"""How a matter goes: which steps are taken and when, between its issue and the end of the half-year."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from random import Random
from typing import Final, NamedTuple

ZONE: Final = timezone(timedelta(hours=8))
YEAR: Final = 2023
END: Final = datetime(2023, 7, 1, tzinfo=ZONE)
"""24:00 on 30 June: nothing of the demo happens later."""

_OPENS, _CLOSES = time(8, 30), time(17, 30)
_UNHURRIED: Final = timedelta(hours=40)
"""What has less time is handled at any hour of the day."""
_FORTNIGHT: Final = timedelta(days=14)
_WEEKDAY_HOLIDAYS: Final = frozenset(
    ("01-02", "01-23", "01-24", "01-25", "01-26", "01-27", "04-05", "05-01", "05-02", "05-03", "06-22", "06-23")
)
_WITHOUT_WEEKENDS: Final = timedelta(days=8)
"""What has more time rests on weekends and holidays; the rest is handled by whoever is on duty."""
_SIGNED_WITHIN_HOURS: Final = 8.0

Stage = tuple[str, float, float]
"""A step with the earliest and the latest part of the span at which it is taken."""


class Step(NamedTuple):
    """One step: the word of its event, such as `submitted`, and when it is taken."""

    word: str
    at: datetime


_STRAIGHT: Final[tuple[Stage, ...]] = (("progressed", 0.28, 0.42), ("submitted", 0.5, 0.62), ("approved", 0.7, 0.78))
_BACK: Final[tuple[Stage, ...]] = (
    ("submitted", 0.26, 0.36),
    ("sent-back", 0.4, 0.47),
    ("progressed", 0.5, 0.54),
    ("submitted", 0.58, 0.66),
    ("approved", 0.7, 0.78),
)
_BACK_TWICE: Final[tuple[Stage, ...]] = (
    ("submitted", 0.16, 0.22),
    ("sent-back", 0.26, 0.32),
    ("submitted", 0.38, 0.44),
    ("sent-back", 0.48, 0.54),
    ("submitted", 0.6, 0.66),
    ("approved", 0.7, 0.78),
)
_UNDER_WAY: Final[tuple[Stage, ...]] = (("progressed", 0.35, 0.55),)
_IN_REVIEW: Final[tuple[Stage, ...]] = (("progressed", 0.3, 0.45), ("submitted", 0.6, 0.75))
_BACK_AND_OPEN: Final[tuple[Stage, ...]] = (("submitted", 0.4, 0.5), ("sent-back", 0.6, 0.7), ("progressed", 0.8, 0.9))

STORIES: Final[dict[str, tuple[tuple[Stage, ...], tuple[float, float]]]] = {
    "": (_STRAIGHT, (1, 1)),
    "slow-sign": (_STRAIGHT, (1, 1)),
    "extended": (_STRAIGHT, (1, 1)),
    "back": (_BACK, (1, 1)),
    "back2": (_BACK_TWICE, (1, 1)),
    "late": (_STRAIGHT, (1.8, 2)),
    "back-late": (_BACK, (1.8, 2)),
    "stalled": (_STRAIGHT, (3.3, 3.6)),
    "open": (_UNDER_WAY, (1, 1)),
    "overdue": (_UNDER_WAY, (1, 1)),
    "review": (_IN_REVIEW, (1, 1)),
    "back-open": (_BACK_AND_OPEN, (1, 1)),
}
"""The stages after the signing, and how far they are stretched past the due. What has no `approved` stays open."""


def at_day(day: str, clock: time) -> datetime:
    """An instant of the half-year: the day as `mm-dd`."""
    return datetime.combine(datetime.fromisoformat(f"{YEAR}-{day}"), clock, ZONE)


def course(story: str, start: datetime, span: timedelta, early: tuple[Stage, ...], rng: Random) -> Iterator[Step]:
    """The steps of a matter in order: its signing, the `early` ones within a fortnight, and those of its story."""
    stages, (least, most) = STORIES[story]
    if not any(word == "approved" for word, _, _ in stages):
        span = min(span, END - start)
    before = _signing(story, start, span, rng)
    yield Step("signed", before)
    stretched = span * rng.uniform(least, most)
    for part, (word, earliest, latest) in (
        *((min(span, _FORTNIGHT), stage) for stage in early),
        *((stretched, stage) for stage in stages),
    ):
        wanted = start + part * rng.uniform(earliest, latest)
        if part >= _WITHOUT_WEEKENDS:
            wanted = _on_workday(wanted, start + part - timedelta(days=1))
        if part >= _UNHURRIED:
            wanted = _in_hours(wanted, rng)
        before = max(wanted.replace(microsecond=0), before + _pause(span, rng))
        yield Step(word, before)


def _signing(story: str, start: datetime, span: timedelta, rng: Random) -> datetime:
    if story == "slow-sign":
        # Past the 24 hours of the sign clock, whatever hour of the day it was issued.
        return at_day(f"{start + timedelta(days=2):%m-%d}", time(8, rng.randint(35, 59), rng.randint(0, 59)))
    hours = min(rng.uniform(0.02, 0.06) * (span / timedelta(hours=1)), rng.uniform(0.3, _SIGNED_WITHIN_HOURS))
    at = (start + timedelta(hours=hours)).replace(microsecond=0)
    return max(at if span < _UNHURRIED else _in_hours(at, rng), start + _pause(span, rng))


def _on_workday(at: datetime, latest: datetime) -> datetime:
    """The instant moved to the next working day, if that is not too late."""
    moved = at
    while moved.weekday() >= 5 or f"{moved:%m-%d}" in _WEEKDAY_HOLIDAYS:
        moved += timedelta(days=1)
    return moved if moved <= latest else at


def _in_hours(at: datetime, rng: Random) -> datetime:
    """The same day within office hours."""
    if _OPENS <= at.time() <= _CLOSES:
        return at
    first_minute = 515 if at.time() < _OPENS else 905
    return at.replace(hour=0, minute=0) + timedelta(minutes=first_minute + rng.randint(0, 140))


def _pause(span: timedelta, rng: Random) -> timedelta:
    """The least time between two steps."""
    most = 120 if span < timedelta(hours=6) else 1500
    return timedelta(seconds=rng.randint(most // 4, most))
