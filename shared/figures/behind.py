"""The tasks behind a count: one line for each time that a task counts, so that the list is as long as the count is large."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from shared.codec.facts import decode_fact
from shared.codec.tasks import decode_task
from shared.domain.evolve import evolve_all
from shared.domain.formula import Number, exact_weight
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.domain.task import Task
from shared.domain.timeline import Account, timeline
from shared.figures.document import Keep, Office, midnight, moment_before
from shared.storage.cohort import Cohort
from shared.storage.reading import Snapshot

_OF_THE_OPEN: Final = frozenset({Measure.OPEN, Measure.OVERDUE_OPEN, Measure.PAST_ORIGINAL_OPEN})
"""Measures that only tasks have that are still to be done."""


class Behind(NamedTuple):
    """An episode of a task, as it is known, and the account to which it adds the measure."""

    task: Task
    account: Account


@dataclass(frozen=True)
class Page:
    """A part of a list, and what the whole of it comes to."""

    total: int
    """Tasks, each counted whole: the lines of the whole list."""
    weight: Number
    """The same by weight: the count that is published."""
    lines: Sequence[Behind]


async def page_behind(snapshot: Snapshot, question: Question, measure: Measure, office: Office, limit: int, offset: int) -> Page:
    """So many lines of `tasks_behind` after the first `offset`."""
    total, weight = 0, Decimal(0)
    first: list[Behind] = []
    async for found in _pieces(snapshot, question, measure, office):
        total += len(found)
        weight += sum((exact_weight(one.account.weight) for one in found), Decimal(0))
        first = sorted([*first, *found], key=_place)[: offset + limit]
    return Page(total, int(weight) if weight == int(weight) else weight, first[offset:])


async def tasks_behind(snapshot: Snapshot, question: Question, measure: Measure, office: Office) -> list[Behind]:
    """All that adds a measure to what the question covers, by receipt, owner and number.

    A measure of a unit's past belongs to that unit: what moved out, to the unit that it left. A task that moved twice is there
    twice, as it counts twice.
    """
    return sorted([one async for found in _pieces(snapshot, question, measure, office) for one in found], key=_place)


def _place(one: Behind) -> tuple[datetime, str, str, int, str]:
    return (one.task.received_at, one.task.owner, one.task.number, one.task.episode, one.account.unit)


async def _pieces(snapshot: Snapshot, question: Question, measure: Measure, office: Office) -> AsyncIterator[list[Behind]]:
    """The list in pieces, in no order. What takes long is done in a thread: others wait for their answers meanwhile."""
    cohort, counting = cohort_of(question, measure, office), _Counting(question, measure, office)
    if question.known_at is None:
        async for bodies in snapshot.episodes(cohort):
            yield await asyncio.to_thread(counting.of_tasks, bodies)
        return
    async for histories in snapshot.histories(cohort, question.known_at):
        yield await asyncio.to_thread(counting.of_histories, histories)


def cohort_of(question: Question, measure: Measure, office: Office) -> Cohort:
    """What the store need not even read for a question."""
    until = question.as_of
    if question.until is not None:
        until = min(until, moment_before(midnight(question.until, office.zone)))
    return Cohort(
        received_until=until,
        received_since=None if question.since is None else midnight(question.since, office.zone),
        family=question.family,
        owner=question.source,
        open_at=question.as_of if measure in _OF_THE_OPEN else None,
    )


class _Counting:
    """Finds which episodes count, and in which accounts."""

    def __init__(self, question: Question, measure: Measure, office: Office) -> None:
        self._question = question
        self._bit = measure.bit
        self._zone = office.zone
        self._keep: Keep = office.keeper(question)

    def of_tasks(self, bodies: Sequence[bytes]) -> list[Behind]:
        """Of episodes as they lie in the store."""
        return [one for body in bodies for one in self._of(decode_task(body))]

    def of_histories(self, histories: Sequence[Sequence[bytes]]) -> list[Behind]:
        """Of matters whose facts they are."""
        found: list[Behind] = []
        for bodies in histories:
            task = evolve_all(None, map(decode_fact, bodies))
            for episode in task.episodes if task is not None else ():
                found += self._of(episode)
        return found

    def _of(self, episode: Task) -> Iterator[Behind]:
        if not self._received(episode.received_at.astimezone(self._zone).date()):
            return
        times: dict[Account, int] = {}
        for step in timeline(replace(episode, previous=None)):
            if step.at <= self._question.as_of and (step.plus | step.minus) & self._bit:
                times[step.account] = times.get(step.account, 0) + (1 if step.plus & self._bit else -1)
        for account, counted in times.items():
            if counted > 0 and self._keep(account):
                yield from [Behind(episode, account)] * counted

    def _received(self, day: date) -> bool:
        since, until = self._question.since, self._question.until
        return (since is None or day >= since) and (until is None or day < until)
