"""The ladder: when those of each step are told, from when those of the step before are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby

from shared.domain.notice import Notice, Occasion, Office
from shared.domain.telling import Turn, in_hours, next_turn


def turns(
    waiting: Collection[Notice], told: Collection[Notice], held: Mapping[str, datetime], now: datetime, office: Office
) -> dict[str, datetime]:
    """When those who wait are told, by the ids of their notices: when they were to be, now if that has passed, not before the
    instant until which they are `held`, and so long after those of the step before as their route says; but the step after one of
    which somebody was told in a former round has waited since then.
    """
    ladders: defaultdict[Occasion, list[Notice]] = defaultdict(list)
    for notice in waiting:
        ladders[notice.occasion].append(notice)
    taken = {(one.occasion, one.reason.step) for one in told}
    found: dict[str, datetime] = {}
    for occasion, notices in ladders.items():
        before: datetime | None = None
        for step, together in groupby(sorted(notices, key=_step), key=_step):
            times = {one.id: _time(one, before, held.get(one.id, now), now, office) for one in together}
            found |= times
            before = None if (occasion, step) in taken else min(times.values())
    return found


def _step(notice: Notice) -> int:
    return notice.reason.step


def _time(notice: Notice, before: datetime | None, held: datetime, now: datetime, office: Office) -> datetime:
    at = max(notice.tell_at, held, now, now if before is None else _behind(before, notice, office))
    return at if notice.urgent else in_hours(at, office.hours, office.calendar)


def _behind(before: datetime, notice: Notice, office: Office) -> datetime:
    """When a step is due whose former one was told at `before`."""
    turn = Turn(before)
    for lag in notice.reason.after:
        turn = next_turn(turn, lag, office.hours, office.calendar, urgent=notice.urgent)
    return turn.tell_at
