"""The patterns that signals tell of, each a pure function over moments of tasks."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from typing import TypeVar

from shared.domain.calendar import Calendar
from shared.domain.hours import day_of
from shared.domain.signal import Finding, Kind, Thresholds, Watch
from shared.domain.story import Moment, Story, closed_again, in_order, moments, relapses

_K = TypeVar("_K")


def last_hour(closed: Iterable[Moment], limits: Thresholds, zone: tzinfo) -> Iterator[Finding]:
    """Several tasks of one unit closed on one local day within the last hour before their dues, the due itself included."""
    hour = timedelta(minutes=limits.last_hour_minutes)
    late = [one for one in closed if one.due is not None and timedelta(0) <= one.due - one.at <= hour]
    return _groups("last-hour", late, lambda one: (one.unit, _day(one, zone)), limits.last_hour_tasks)


def at_once(closed: Iterable[Moment], limits: Thresholds) -> Iterator[Finding]:
    """Many tasks of one unit closed within a few minutes; stretches that overlap are one."""
    minutes, least = timedelta(minutes=limits.at_once_minutes), limits.at_once_tasks
    for unit, group in _by(closed, lambda one: one.unit).items():
        for first, last in _dense(group, minutes, least):
            yield _finding("at-once", unit, group[first : last + 1], least)


def _dense(group: Sequence[Moment], length: timedelta, least: int) -> Iterator[tuple[int, int]]:
    """The places of the first and the last of each run in which so many lie within a length, overlapping ones joined."""
    start, end, first = 0, -1, 0
    for last, moment in enumerate(group):
        while moment.at - group[first].at > length:
            first += 1
        if last - first + 1 < least:
            continue
        if first > end >= 0:
            yield start, end
            end = -1
        start, end = (first if end < 0 else start), last
    if end >= 0:
        yield start, end


def loops(story: Story, watch: Watch) -> Iterator[Finding]:
    """Closing and opening again, of one task: relapses and sendings back until the period's end, if the last one lies in it, and
    closings soon after a relapse.
    """
    limits = watch.thresholds
    back = sorted(moments(story, "sent-back"), key=in_order)
    again: list[tuple[Kind, list[Moment], int]] = [
        ("relapses", relapses(story.task), limits.relapses),
        ("sent-back", back, limits.sent_back),
    ]
    for kind, all_moments, least in again:
        seen = [one for one in all_moments if one.at < watch.until]
        if len(seen) >= least and watch.sees(seen[-1]):
            yield _finding(kind, seen[-1].unit, seen, least)
    soon = timedelta(hours=limits.closed_again_hours)
    for relapsed_at, closing in closed_again(story.task):
        if watch.sees(closing) and closing.at - relapsed_at <= soon:
            start = Moment(relapsed_at, closing.matter, closing.unit)
            yield Finding("closed-again", closing.unit, (start, closing), 1, 1)


def same_texts(kind: Kind, said: Iterable[Moment], limits: Thresholds, least: int) -> Iterator[Finding]:
    """Several tasks of one unit submitted, or approved, in the same words."""
    long = [one for one in said if len(words(one.text)) >= limits.same_text_characters]
    for (unit, _), group in _by(long, lambda one: (one.unit, words(one.text))).items():
        tasks = len({one.matter for one in group})
        if tasks >= least:
            yield Finding(kind, unit, tuple(group), tasks, least)


@lru_cache(maxsize=10_000)
def words(text: str) -> str:
    """A text without white space and punctuation, in one width and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join([sign for sign in folded if unicodedata.category(sign)[0] in "LMNS"])


def on_a_day(kind: Kind, extensions: Iterable[Moment], limits: Thresholds, zone: tzinfo) -> Iterator[Finding]:
    """Many extensions of one unit on one local day."""
    return _groups(kind, extensions, lambda one: (one.unit, _day(one, zone)), limits.extensions_on_a_day)


def at_the_last(requested: Iterable[Moment], limits: Thresholds, calendar: Calendar) -> Iterator[Finding]:
    """Several extensions of one unit that were asked for when the last working days before the due had begun."""
    length = day_of(calendar.hours) * limits.at_the_last_working_days
    late = [
        one for one in requested if one.due is not None and calendar.before_working_time(one.due, length) <= one.at <= one.due
    ]
    return _groups("extensions-at-the-last", late, lambda one: (one.unit,), limits.extensions_at_the_last)


def _groups(
    kind: Kind, all_moments: Iterable[Moment], key: Callable[[Moment], tuple[object, ...]], least: int
) -> Iterator[Finding]:
    """A finding for each group with enough in it; the first of a key is the unit."""
    for group in _by(all_moments, key).values():
        if len(group) >= least:
            yield _finding(kind, group[0].unit, group, least)


def _by(all_moments: Iterable[Moment], key: Callable[[Moment], _K]) -> dict[_K, list[Moment]]:
    """Moments in the order of their instants, by a key."""
    groups: dict[_K, list[Moment]] = {}
    for one in sorted(all_moments, key=in_order):
        groups.setdefault(key(one), []).append(one)
    return groups


def _finding(kind: Kind, unit: str, seen: Sequence[Moment], least: int) -> Finding:
    return Finding(kind, unit, tuple(seen), len(seen), least)


def _day(moment: Moment, zone: tzinfo) -> date:
    return moment.at.astimezone(zone).date()
