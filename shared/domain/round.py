"""One round of telling: of the notices whose time has come, which are told, in which messages, and why the others are not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.domain.grounds import instead, still_holds
from shared.domain.ladder import turns
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Notice, Office
from shared.domain.person import Roster
from shared.domain.silence import Silence
from shared.domain.task import Task
from shared.domain.telling import rank
from shared.domain.value import value

LOOK_AGAIN: Final = timedelta(minutes=15)
"""A silence may be ended early."""


@value
class Judged:
    """What becomes of the notices of a round; those that are held, and the later steps behind them, wait until the instant beside
    them.
    """

    told: tuple[Notice, ...]
    dropped: tuple[tuple[Notice, Dropped], ...]
    held: tuple[tuple[Notice, datetime], ...] = ()
    planned: tuple[Notice, ...] = ()
    """For those who are there in place of others; they are due with the next round."""


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
    told: Collection[Notice],
    office: Office,
    later: Collection[Notice] = (),
) -> Judged:
    """What becomes of notices whose time has come, by tasks and posts as they are now. `told` is what people were told of these
    tasks before, `later` what they are yet to be told. What missed its hours waits for the next ones, what a silence covers for
    its end, each step for the one before it, and they are told then if they still hold: maintenance swallows nothing.
    """
    over = [(notice, still_holds(notice, tasks.get(notice.occasion.matter), acknowledged)) for notice in waiting]
    dropped: list[tuple[Notice, Dropped]] = [(notice, why) for notice, why in over if why is not None]
    holding = [notice for notice, why in over if why is None]
    places = [(notice, instead(notice, tasks.get(notice.occasion.matter), office, now)) for notice in holding]
    if handed := [(notice, others) for notice, others in places if others is not None]:
        # First they are planned for others; the round that follows at once tells everybody all there is in one message.
        dropped += [(notice, "passed-on") for notice, _ in handed]
        return Judged((), tuple(dropped), planned=tuple(one for _, others in handed for one in others))
    silent = {one.id: until for one in holding if (until := _silent_until(one, tasks, silences, now, office.roster)) is not None}
    when = turns((*holding, *later), told, silent, now, office)
    ready = [notice for notice in holding if when[notice.id] <= now]
    before = (one for one in told if still_holds(one, tasks.get(one.occasion.matter)) is None)
    top = highest([*before, *ready])
    return Judged(
        told=tuple(notice for notice in ready if notice.id in top),
        dropped=(*dropped, *((notice, "covered") for notice in ready if notice.id not in top)),
        held=tuple((one, when[one.id]) for one in (*holding, *later) if when[one.id] > max(now, one.tell_at)),
    )


def _silent_until(
    notice: Notice, tasks: Mapping[Matter, Task], silences: Collection[Silence], now: datetime, roster: Roster
) -> datetime | None:
    """Until when a silence covers a notice; None where none does."""
    task = tasks.get(notice.occasion.matter)
    ends = [silence.until for silence in silences if silence.covers(notice, task, now, roster)]
    return min(max(ends), now + LOOK_AGAIN) if ends else None


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
