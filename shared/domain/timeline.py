"""What a task adds to the counts over time: steps at which its measures change. Figures of any instant are sums of steps.

Lateness is judged by the dues themselves, not by when it was noticed: a step of the future is where a due will have passed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final, NamedTuple

from shared.domain.clock import Clock, ClockName, Segment
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.task import Ended, Marked, Task
from shared.domain.task import Suspended as Standstill

_AFTER: Final = timedelta(microseconds=1)
"""What is done at the due itself is on time: late begins right after it."""
_FLOW: Final = Measure.GIVEN.bit | Measure.MOVED_IN.bit | Measure.MOVED_OUT.bit
"""Measures of a unit's past, which stay with it when a task goes on to another."""
_ENDED: Final = {
    "withdrawn": Measure.WITHDRAWN.bit,
    "not_accepted": Measure.NOT_ACCEPTED.bit,
    "merged": Measure.MERGED.bit,
    "excluded": Measure.EXCLUDED.bit,
}
_OF_THE_EXCLUDED: Final = _FLOW | Measure.RECEIVED.bit | Measure.EXCLUDED.bit
"""What is left of a task that is out of the count."""
_SATISFIED: Final = frozenset({"satisfied", "mostly_satisfied"})


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
    turns: dict[datetime, tuple[int, int]] = {}
    _Turns(task, turns).write()
    bits, unit = 0, task.given[0].unit
    excluded = max(task.state.at, task.received_at) if isinstance(task.state, Ended) and task.state.how == "excluded" else None
    moves = {max(one.at, task.received_at): one.unit for one in task.given[1:]}
    for at in sorted(turns.keys() | moves.keys()):
        going_to = moves.get(at, unit)
        if going_to != unit:
            held = bits & ~_FLOW
            yield Step(at, _account(task, unit), task.received_at, Measure.MOVED_OUT.bit, held, _minutes(task, held))
            yield Step(at, _account(task, going_to), task.received_at, Measure.MOVED_IN.bit | held, 0, _minutes(task, held))
            unit = going_to
        on, off = turns.get(at, (0, 0))
        after = bits & ~off | on
        if excluded is not None and at >= excluded:
            after &= _OF_THE_EXCLUDED
        plus, minus = after & ~bits, bits & ~after
        if plus or minus:
            yield Step(at, _account(task, unit), task.received_at, plus, minus, _minutes(task, plus | minus))
        bits = after


def _account(task: Task, unit: str | None) -> Account:
    return Account(task.family, task.owner, unit or "", task.co_units, task.category, task.enterprise, task.weight)


def _minutes(task: Task, changed: int) -> int:
    return task.minutes if changed & Measure.CLOSED.bit else 0


class _Turns:
    """The instants at which measures of one episode go on and off."""

    def __init__(self, task: Task, turns: dict[datetime, tuple[int, int]]) -> None:
        self._task = task
        self._turns = turns
        self._start = task.received_at
        state = task.state
        closed = state.closed if isinstance(state, Ended) else task.closed
        self._ended = max(state.at, self._start) if isinstance(state, Ended) else None
        self._closed = max(closed.at, self._start) if closed is not None else None
        self._full = closed.full_at if closed is not None else None
        self._over = self._closed or self._ended
        """When it was no longer open."""

    def write(self) -> None:
        self._state()
        self._finish()
        self._answered(ClockName.SIGN, Measure.SIGNED_ON_TIME.bit, Measure.SIGNED_LATE.bit, Measure.SIGN_OVERDUE.bit)
        self._answered(ClockName.RESPOND, Measure.RESPONDED_ON_TIME.bit, Measure.RESPONDED_LATE.bit, Measure.RESPONSE_OVERDUE.bit)
        for mark in self._task.marks:
            if mark.what in _MARKED:
                self._on(_MARKED[mark.what], mark.at)
        self._evaluations()

    def _on(self, bits: int, since: datetime, until: datetime | None = None) -> None:
        since = max(since, self._start)
        if until is not None and until <= since:
            return
        on, off = self._turns.get(since, (0, 0))
        self._turns[since] = (on | bits, off & ~bits)
        if until is not None:
            on, off = self._turns.get(until, (0, 0))
            self._turns[until] = (on, off | bits & ~on)

    def _state(self) -> None:
        task = self._task
        said = Measure.RECEIVED.bit | Measure.GIVEN.bit
        if task.repeat_of is not None:
            said |= Measure.REPEATED.bit
        if task.episode > 1:
            said |= Measure.RELAPSED.bit
        self._on(said, self._start)
        self._on(Measure.OPEN.bit, self._start, self._over)
        if self._ended is not None and isinstance(task.state, Ended):
            self._on(_ENDED[task.state.how], self._ended)
        if self._closed is not None:
            self._on(Measure.CLOSED.bit | Measure.SUBMITTED.bit, self._closed)
        if self._full is not None:
            self._on(Measure.CLOSED_FULL.bit, self._full)

    def _finish(self) -> None:
        finish = self._task.clock(ClockName.FINISH)
        if finish is None:
            return
        original = finish.segments[0].due
        if original is not None:
            self._on(Measure.PAST_ORIGINAL_OPEN.bit, max(original + _AFTER, finish.segments[0].since), self._over)
        closed = self._closed
        if closed is not None and original is not None:
            self._on(Measure.CLOSED_BY_ORIGINAL.bit if closed <= original else Measure.CLOSED_PAST_ORIGINAL.bit, closed)
        if closed is not None and finish.due is not None:
            self._on(Measure.CLOSED_ON_TIME.bit if closed <= finish.due else Measure.CLOSED_LATE.bit, closed)
        segments = finish.segments
        for segment, following in zip_longest(segments, segments[1:]):
            self._due(segment, following)

    def _due(self, segment: Segment, following: Segment | None) -> None:
        """What follows from one due-version of the finish clock while it is in force."""
        due, stopped = segment.due, segment.until
        in_force_until = following.since if following is not None else self._ended
        if following is not None and stopped is not None and stopped < following.since:
            self._on(Measure.SUSPENDED.bit, stopped, following.since)
        if following is None and isinstance(self._task.state, Standstill) and stopped is not None:
            self._on(Measure.SUSPENDED.bit, stopped)
        if due is None:
            return
        passed = max(due + _AFTER, segment.since)
        if self._closed is None and stopped is not None and passed > stopped:
            return  # it stood still before it was due
        if following is not None and stopped is not None and passed > stopped:
            return
        self._on(Measure.DUE.bit, passed, in_force_until)
        until = in_force_until if self._over is None or following is not None else self._over
        self._on(Measure.OVERDUE_OPEN.bit, passed, until)
        if self._closed is not None and following is None:
            both = Measure.DUE_CLOSED.bit | (Measure.DUE_CLOSED_ON_TIME.bit if self._closed <= due else 0)
            self._on(both, max(passed, self._closed))

    def _answered(self, name: ClockName, on_time: int, late: int, overdue: int) -> None:
        """Signing and responding: the clock stops when it is done, and another due-version asks for it anew."""
        clock = self._task.clock(name)
        if clock is None:
            return
        segments = clock.segments
        for segment, following in zip_longest(segments, segments[1:]):
            until = following.since if following is not None else None
            done = segment.until if self._was_done(clock, segment) else None
            if segment.due is not None:
                passed = max(segment.due + _AFTER, segment.since)
                self._on(overdue, passed, _earliest(segment.until, until, self._over))
            if done is not None:
                self._on(late if segment.due is not None and done > segment.due else on_time, done, until)

    def _was_done(self, clock: Clock, segment: Segment) -> bool:
        """Whether the clock stopped because it was done, not because the task stood still or ended or went to another unit."""
        what = "signed" if clock.name is ClockName.SIGN else "responded"
        return any(mark.what == what and max(mark.at, segment.since) == segment.until for mark in self._task.marks)

    def _evaluations(self) -> None:
        for of, evaluated, satisfied in (
            ("handling_unit", Measure.EVALUATED.bit, Measure.SATISFIED.bit),
            ("receiving_office", Measure.OFFICE_EVALUATED.bit, Measure.OFFICE_SATISFIED.bit),
        ):
            said = sorted((one for one in self._task.evaluations if one.of == of), key=lambda one: one.at)
            for one, later in zip_longest(said, said[1:]):
                until = later.at if later is not None else None
                self._on(evaluated, one.at)
                if one.level in _SATISFIED:
                    self._on(satisfied, one.at, until)


_MARKED: Final[dict[Marked, int]] = {
    "submitted": Measure.SUBMITTED.bit,
    "sent-back": Measure.SENT_BACK.bit,
    "returned": Measure.RETURNED.bit,
    "extended": Measure.EXTENDED.bit,
}


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
