"""One round of telling: of the notices whose time has come, which are told, in which messages, and why the others are not."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Notice, highest, still_holds
from shared.domain.person import Roster
from shared.domain.silence import Silence
from shared.domain.task import Task
from shared.domain.value import value


@value
class Judged:
    """What becomes of the notices of a round."""

    told: tuple[Notice, ...]
    dropped: tuple[tuple[Notice, Dropped], ...]


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
) -> Judged:
    """What becomes of notices whose time has come, by the tasks as they stand now."""
    dropped: list[tuple[Notice, Dropped]] = []
    holding: list[Notice] = []
    for notice in waiting:
        task = tasks.get(Matter(notice.occasion.owner, notice.occasion.number))
        why = still_holds(notice, task, acknowledged)
        if why is None and any(silence.covers(notice, task, now) for silence in silences):
            why = "silenced"
        if why is None:
            holding.append(notice)
        else:
            dropped.append((notice, why))
    top = highest(holding)
    dropped += [(notice, "covered") for notice in holding if notice.id not in top]
    return Judged(tuple(notice for notice in holding if notice.id in top), tuple(dropped))


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
