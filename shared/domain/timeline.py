"""What a task adds to the counts over time: steps at which its measures change. Figures of any instant are sums of steps.

A step of the future is where a due will have passed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.punctuality import judged
from shared.domain.task import Ended, Task
from shared.domain.turns import NOTHING, Turns, evaluated, lived, marked

_FLOW: Final = Measure.GIVEN.bit | Measure.MOVED_IN.bit | Measure.MOVED_OUT.bit
"""Measures of a unit's past, which stay with it when a task goes on to another."""
_OF_THE_EXCLUDED: Final = _FLOW | Measure.RECEIVED.bit | Measure.EXCLUDED.bit
"""What is left of a task that is out of the count."""
# Looked up once: this stands in the tracker's innermost loop.
_CLOSED: Final = Measure.CLOSED.bit
_MOVED_IN: Final = Measure.MOVED_IN.bit
_MOVED_OUT: Final = Measure.MOVED_OUT.bit


class Account(NamedTuple):
    """Whose counts they are. `unit` is empty where none has the task; several categories or units count in each of them."""

    family: Family
    source: str
    unit: str
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    enterprise: tuple[str, ...]
    weight: float


class Step(NamedTuple):
    """At `at` the task begins to add the measures in `plus` to an account, and no longer adds those in `minus`."""

    at: datetime
    account: Account
    received_at: datetime
    """Of the episode: the cohort that it belongs to."""
    plus: int
    minus: int
    minutes: int
    """Working minutes from receipt to closing, of a step in which it is closed or no longer closed; else 0."""


def timeline(task: Task | None) -> list[Step]:
    """The steps of all episodes of a task. The parts of a task that was split have none: it counts once, as it was given."""
    if task is None or task.part_of is not None:
        return []
    return [step for episode in task.episodes for step in _steps(episode)]


def standing(task: Task, at: datetime) -> int:
    """The measures that an episode of a task adds at an instant, to whichever account."""
    bits = 0
    for step in _steps(task) if task.part_of is None else ():
        if step.at <= at:
            bits = bits & ~step.minus | step.plus
    return bits


def _steps(task: Task) -> Iterator[Step]:
    """The steps of one episode, in order."""
    turns = _turns(task)
    given, received_at, state = task.given, task.received_at, task.state
    moves = {max(one.at, received_at): one.unit for one in given[1:]} if len(given) > 1 else {}
    excluded = max(state.at, received_at) if isinstance(state, Ended) and state.how == "excluded" else None
    bits, unit = 0, moves.pop(received_at, given[0].unit)  # who gets it at its receipt was given it first
    account = _account(task, unit)
    for at in sorted({*turns, *moves} if moves else turns):
        going_to = moves.get(at, unit)
        if going_to != unit:
            held = bits & ~_FLOW
            yield Step(at, account, received_at, _MOVED_OUT, held, task.minutes if held & _CLOSED else 0)
            unit, account = going_to, _account(task, going_to)
            yield Step(at, account, received_at, _MOVED_IN | held, 0, task.minutes if held & _CLOSED else 0)
        on, off = turns.get(at, NOTHING)
        after = bits & ~off | on
        if excluded is not None and at >= excluded:
            after &= _OF_THE_EXCLUDED
        if after != bits:
            plus, minus = after & ~bits, bits & ~after
            yield Step(at, account, received_at, plus, minus, task.minutes if (plus | minus) & _CLOSED else 0)
            bits = after


def _account(task: Task, unit: str | None) -> Account:
    return Account(task.family, task.owner, unit or "", task.co_units, task.category, task.enterprise, task.weight)


def _turns(task: Task) -> Turns:
    """The instants at which measures of one episode go on and off."""
    turns: Turns = {}
    judged(turns, task, lived(turns, task))
    if task.marks:
        marked(turns, task)
    if task.evaluations:
        evaluated(turns, task)
    return turns
