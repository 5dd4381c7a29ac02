"""What signals are found in: a task as it stands with what was said of it, and the instants of its life with the unit and the due
of each.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from shared.domain.clock import ClockName
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.domain.value import value

What = Literal["submitted", "approved", "sent-back", "extension-requested", "extension-granted"]


class Told(NamedTuple):
    """One event of a task in its sender's words."""

    what: What
    at: datetime
    unit: str | None
    """The unit that acted, where the sender names it."""
    text: str


@value
class Story:
    """A task, its former episodes within it, and what was told of it, in the order of the ledger."""

    task: Task
    told: tuple[Told, ...]


class Moment(NamedTuple):
    """Something that happened to a task, with the unit that had it and the due in force."""

    at: datetime
    matter: Matter
    unit: str
    due: datetime | None = None
    text: str = ""


def in_order(moment: Moment) -> tuple[datetime, str, str]:
    """The key by which moments are sorted."""
    return moment.at, moment.matter.owner, moment.matter.number


def closings(task: Task) -> Iterator[Moment]:
    """The first closing of each episode, with the due that was in force."""
    for episode in task.episodes:
        if episode.closed is not None:
            at = episode.closed.at
            yield Moment(at, task.matter, unit_at(task, at), _due(episode, at, before=False))


def closed_again(task: Task) -> Iterator[tuple[datetime, Moment]]:
    """The relapses after which the task was closed again, each with that closing."""
    for episode in task.episodes:
        if episode.episode > 1 and episode.closed is not None:
            at = episode.closed.at
            yield episode.received_at, Moment(at, task.matter, unit_at(task, at))


def relapses(task: Task) -> list[Moment]:
    """Every relapse, the earliest first."""
    found = [episode.received_at for episode in task.episodes if episode.episode > 1]
    return [Moment(at, task.matter, unit_at(task, at)) for at in sorted(found)]


def moments(story: Story, what: What) -> Iterator[Moment]:
    """Whenever that was told, with the due in force right before."""
    task = story.task
    for one in story.told:
        if one.what == what:
            due = _due(_episode_at(task, one.at), one.at, before=True)
            yield Moment(one.at, task.matter, unit_at(task, one.at), due)


def texts(story: Story, what: Literal["submitted", "approved"]) -> Iterator[Moment]:
    """What was said when it was done: by the unit that acted, or of the unit that had it, by the reviewer."""
    for one in story.told:
        if one.text and one.what == what:
            unit = one.unit if one.unit and what == "submitted" else unit_at(story.task, one.at)
            yield Moment(one.at, story.task.matter, unit, None, one.text)


def unit_at(task: Task, at: datetime) -> str:
    """Whose the task was at an instant; empty where none had it."""
    given = _episode_at(task, at).given
    had = [one.unit for one in given if one.at <= at] or [one.unit for one in given[:1]]
    return (had[-1] if had else task.unit) or ""


def _episode_at(task: Task, at: datetime) -> Task:
    """The episode that ran at an instant; the first one before all."""
    episode = task
    while episode.previous is not None and at < episode.received_at:
        episode = episode.previous
    return episode


def _due(episode: Task, at: datetime, *, before: bool) -> datetime | None:
    """The finish due in force at an instant, or right before it."""
    clock = episode.clock(ClockName.FINISH)
    if clock is None:
        return None
    begun = [one for one in clock.segments if one.since < at or (one.since == at and not before)]
    return (begun[-1] if begun else clock.segments[0]).due
