"""What another policy or calendar would have made of past events: the same history folded twice, and the verdicts compared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from shared.domain.alert import crossings
from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.evolve import evolve_all
from shared.domain.history import fold
from shared.domain.policy import Rulebook
from shared.domain.task import Task
from shared.domain.value import value

Word = Literal["on-time", "late", "closed", "open", "overdue", "ended", "unknown"]


@value
class Verdict:
    """How a task stands at an instant: `closed` is a closing without a due, `unknown` a history that is not legal."""

    word: Word
    due: datetime | None


@value
class Differs:
    """A task whose verdict would change, with the events that the proposed rules would not take."""

    owner: str
    number: str
    title: str
    now: Verdict
    proposed: Verdict
    refused: tuple[tuple[str, str], ...]
    """Id and reason of each event that would wait or be refused."""


def simulated(told: Sequence[Command], now: Rulebook, proposed: Rulebook, at: datetime) -> Differs | None:
    """The difference for one matter, judged at an instant in all its events up to then; None when there is none."""
    history = [command for command in told if command.cause.at <= at]
    before, after = fold(history, now), fold(history, proposed)
    if before.task is None:
        return None
    refused = tuple([(one.cause.id, after.refusals[one].message) for one in after.waiting if one not in before.waiting])
    here, there = _verdict(before.task, at), _verdict(after.task, at)
    if here == there and not refused:
        return None
    task = before.task
    return Differs(task.owner, task.number, task.title, here, there, refused)


def _verdict(task: Task | None, at: datetime) -> Verdict:
    if task is None:
        return Verdict("unknown", None)
    task = evolve_all(task, crossings(task, at)) or task
    finish, closed = task.clock(ClockName.FINISH), task.closed
    due = finish.due if finish is not None else None
    if closed is not None:
        return Verdict("closed" if due is None else "on-time" if closed.at <= due else "late", due)
    if not task.is_open:
        return Verdict("ended", due)
    return Verdict("overdue" if task.is_overdue(ClockName.FINISH) else "open", due)
