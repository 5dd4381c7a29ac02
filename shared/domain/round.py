"""One round of telling: of the notices whose time has come, which are told, in which messages, and why the others are not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.domain.grounds import is_theirs, still_holds
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Notice, Occasion, Office
from shared.domain.person import Roster
from shared.domain.silence import Silence
from shared.domain.task import Task
from shared.domain.telling import in_hours, rank
from shared.domain.value import value

LOOK_AGAIN: Final = timedelta(minutes=15)
"""A silence may be ended early."""


@value
class Judged:
    """What becomes of the notices of a round; those that are held wait until the instant beside them."""

    told: tuple[Notice, ...]
    dropped: tuple[tuple[Notice, Dropped], ...]
    held: tuple[tuple[Notice, datetime], ...] = ()


@value
class Envelope:
    """Notices that go out as one message by one channel, for one person or, by a channel that many share, for several. No
    channel is the inbox alone.
    """

    channel: str | None
    people: tuple[str, ...]
    notices: tuple[Notice, ...]


def judged(
    waiting: Sequence[Notice],
    tasks: Mapping[Matter, Task],
    acknowledged: Collection[Acknowledged],
    silences: Collection[Silence],
    now: datetime,
    told: Collection[Notice] = (),
    office: Office | None = None,
) -> Judged:
    """What becomes of notices whose time has come, by the tasks as they stand now; `told` is what the same people were told of
    these tasks before. With an office, what missed its hours waits for the next ones, and a step for the one before it. What a
    silence covers waits for its end, and is told then if it still holds: a window of maintenance swallows nothing.
    """
    roster = Roster({}) if office is None else office.roster
    dropped: list[tuple[Notice, Dropped]] = []
    holding: list[Notice] = []
    silenced: list[tuple[Notice, datetime]] = []
    for notice in waiting:
        task = tasks.get(_matter(notice))
        why = still_holds(notice, task, acknowledged)
        if why is None and office is not None and not is_theirs(notice, task, office.roster):
            why = "passed-on"
        if why is not None:
            dropped.append((notice, why))
        elif ends := [silence.until for silence in silences if silence.covers(notice, task, now, roster)]:
            silenced.append((notice, min(max(ends), now + LOOK_AGAIN)))
        else:
            holding.append(notice)
    before = (one for one in told if still_holds(one, tasks.get(_matter(one))) is None)
    top = highest([*before, *holding])
    dropped += [(notice, "covered") for notice in holding if notice.id not in top]
    found = [notice for notice in holding if notice.id in top]
    held = {} if office is None else _held(found, now, office)
    return Judged(
        tuple(notice for notice in found if notice.id not in held),
        tuple(dropped),
        (*((notice, held[notice.id]) for notice in found if notice.id in held), *silenced),
    )


def _held(found: Sequence[Notice], now: datetime, office: Office) -> dict[str, datetime]:
    """Until when notices are not told yet after all, by id."""
    first: dict[Occasion, Notice] = {}
    for notice in sorted(found, key=lambda one: one.reason.step):
        first.setdefault(notice.occasion, notice)
    held: dict[str, datetime] = {}
    for notice in found:
        until = now + (notice.tell_at - first[notice.occasion].tell_at)
        until = until if notice.urgent else in_hours(until, office.hours, office.calendar)
        if until > now:
            held[notice.id] = until
    return held


def highest(holding: Iterable[Notice]) -> set[str]:
    """The ids of the notices that stand above the others of the same person, task and clock, so that after a standstill a person
    hears of the highest rung and not of each. What somebody said, and an alarm, stand for themselves.
    """
    found: dict[tuple[str, ...], Notice] = {}
    for notice in holding:
        one = notice.occasion
        alone = (notice.id,) if one.topic in ("urge", "alarm") else ()
        key = (notice.person, one.owner, one.number, one.topic, *alone)
        best = found.get(key)
        if best is None or _height(best) < _height(notice):
            found[key] = notice
    return {notice.id for notice in found.values()}


def _height(notice: Notice) -> tuple[int, datetime, tuple[int, int]]:
    one = notice.occasion
    return (one.version, one.at, rank(one.rung))


def _matter(notice: Notice) -> Matter:
    return Matter(notice.occasion.owner, notice.occasion.number)


def envelopes(told: Sequence[Notice], roster: Roster, channels: Mapping[str, bool]) -> tuple[Envelope, ...]:
    """The messages that notices go out in: by each person's first channel that is known (`channels` says which are shared), what
    is urgent apart from the rest.
    """
    groups: dict[tuple[str | None, str, bool], list[Notice]] = {}
    for notice in told:
        channel = channel_of(notice, roster, channels)
        whose = "" if channel is not None and channels[channel] else notice.person
        groups.setdefault((channel, whose, notice.urgent), []).append(notice)
    return tuple(
        Envelope(channel, tuple(dict.fromkeys(notice.person for notice in group)), tuple(group))
        for (channel, _, _), group in groups.items()
    )


def channel_of(notice: Notice, roster: Roster, channels: Collection[str], after: str | None = None) -> str | None:
    """The first known channel by which a person is told; or the next one after a channel that failed."""
    person = roster.people.get(notice.person)
    names = [name for name in notice.channels or (person.channels if person else ()) if name in channels]
    if after is not None:
        names = names[names.index(after) + 1 :] if after in names else []
    return names[0] if names else None
