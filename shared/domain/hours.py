"""Office hours: the stretches of a working day in which an office works, and where in them a length of working time lies."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

Hours = tuple[tuple[time, time], ...]
"""Start and end of each stretch in local time, in order; between them the office rests."""

OFFICE_HOURS: Final[Hours] = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
"""A local preset: no notice sets them, and an office that works at other hours says so in a calendar file."""

LEAST: Final = timedelta(hours=1)
"""What a working day has at least: with less, the longest budget would lead out of the calendar."""


class BadHours(ValueError):
    """Office hours that contradict themselves; the message names the stretch."""


def office_hours(stretches: Iterable[tuple[time, time]]) -> Hours:
    """The stretches in order. Raises BadHours where one ends before it starts or two overlap, or where they are too short."""
    hours = tuple(sorted(stretches))
    for start, end in hours:
        if start >= end:
            raise BadHours(f"the office hours {_said(start, end)} end before they start")
    for former, following in pairwise(hours):
        if following[0] < former[1]:
            raise BadHours(f"the office hours {_said(*former)} and {_said(*following)} overlap")
    if day_of(hours) < LEAST:
        raise BadHours("office hours of less than an hour a day are no office hours")
    return hours


def day_of(hours: Hours) -> timedelta:
    """The working time of a whole working day."""
    return sum((_at(end) - _at(start) for start, end in hours), timedelta(0))


def worked_by(hours: Hours, at: time) -> timedelta:
    """The working time of a working day that lies before a local time."""
    passed = (min(_at(at), _at(end)) - _at(start) for start, end in hours if start < at)
    return sum(passed, timedelta(0))


def earliest(hours: Hours, worked: timedelta) -> time:
    """The earliest local time by which so much of a working day was worked: the end of the morning, not the start of the
    afternoon. More than nothing, and no more than the whole day.
    """
    for start, end in hours:
        if worked <= _at(end) - _at(start):
            return (datetime.combine(date.min, start) + worked).time()
        worked -= _at(end) - _at(start)
    raise ValueError("a working day has no more than its hours")


def latest(hours: Hours, worked: timedelta) -> time:
    """The latest local time by which no more than so much of a working day was worked: the start of the afternoon, not the end
    of the morning. Less than the whole day.
    """
    for start, end in hours:
        if worked < _at(end) - _at(start):
            return (datetime.combine(date.min, start) + worked).time()
        worked -= _at(end) - _at(start)
    raise ValueError("a working day ends with its hours")


def _at(when: time) -> timedelta:
    return timedelta(hours=when.hour, minutes=when.minute, seconds=when.second, microseconds=when.microsecond)


def _said(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"
