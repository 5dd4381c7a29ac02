"""The tasks behind the figures, as known at an instant: for what the journal does not say, such as titles and batches."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from shared.codec.facts import decode_fact
from shared.domain.clock import ClockName
from shared.domain.evolve import evolve
from shared.domain.formula import Counts, exact_weight
from shared.domain.matter import Matter
from shared.domain.measure import Measure, measures
from shared.domain.task import Task
from shared.domain.timeline import standing
from shared.storage.instants import to_micros
from shared.storage.reading import Snapshot

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """An episode of a task and the measures that it adds at the instant of judgement."""

    task: Task
    bits: int
    received_on: date
    """Local day of receipt."""
    unit: str
    """Whose it was then; empty where nobody's."""
    due: datetime | None
    """For finishing, as in force then."""

    def has(self, measure: Measure) -> bool:
        """Whether it adds this measure."""
        return bool(self.bits & measure.bit)

    def days_late(self, as_of: datetime) -> int:
        """How many days it is past its due; a day begun counts."""
        return 0 if self.due is None else max(0, -((self.due - as_of) // _DAY))


async def counted_tasks(
    snapshot: Snapshot, as_of: datetime, known_at: datetime | None, until: date, zone: tzinfo
) -> list[Counted]:
    """All episodes that were received before a local day and count at an instant, as known at another; None is as known now."""
    found = []
    async for task in _known(snapshot, known_at):
        for episode in task.episodes:
            bits = standing(episode, as_of)
            received_on = episode.received_at.astimezone(zone).date()
            if bits and received_on < until:
                found.append(Counted(episode, bits, received_on, _unit(episode, as_of), _due(episode, as_of)))
    return sorted(found, key=lambda one: (one.task.received_at, one.task.owner, one.task.number))


async def _known(snapshot: Snapshot, known_at: datetime | None) -> AsyncIterator[Task]:
    if known_at is None:
        async for task in snapshot.tasks():
            yield task
        return
    tasks: dict[Matter, Task] = {}
    until = to_micros(known_at)
    async for row in snapshot.ledger():
        if row.recorded_at <= until:
            entry = decode_fact(row.body)
            tasks[entry.matter] = evolve(tasks.get(entry.matter), entry)
    for task in tasks.values():
        yield task


def _unit(task: Task, at: datetime) -> str:
    had = [given.unit for given in task.given if max(given.at, task.received_at) <= at]
    return (had[-1] if had else task.unit) or ""


def _due(task: Task, at: datetime) -> datetime | None:
    clock = task.clock(ClockName.FINISH)
    if clock is None:
        return None
    dues = [segment.due for segment in clock.segments if segment.since <= at]
    return dues[-1] if dues else clock.segments[0].due


def counts_of_tasks(tasks: Iterable[Counted]) -> Counts:
    """The counts that some tasks add up to, in tasks and by weight."""
    whole = [0] * len(Measure)
    weighted = [Decimal(0)] * len(Measure)
    for one in tasks:
        weight = exact_weight(one.task.weight)
        for measure in measures(one.bits):
            whole[measure] += 1
            weighted[measure] += weight
    return Counts(tuple(whole), tuple(weighted))


def grouped(tasks: Sequence[Counted], key: Callable[[Counted], str | None]) -> dict[str, list[Counted]]:
    """Tasks by a key, in the order in which the keys come first; what has none is in no group."""
    groups: dict[str, list[Counted]] = {}
    for one in tasks:
        name = key(one)
        if name is not None:
            groups.setdefault(name, []).append(one)
    return groups
