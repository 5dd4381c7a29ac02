"""What a task adds to the counts over time: steps at which its measures change. Figures of any instant are sums of steps.

Lateness is judged by the dues themselves, not by when it was noticed: a step of the future is where a due will have passed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from shared.domain.clock import Clock, ClockName, Segment
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.task import Archived, Closed, Ended, Marked, Task
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
_MARKED: Final[dict[Marked, int]] = {
    "submitted": Measure.SUBMITTED.bit,
    "sent-back": Measure.SENT_BACK.bit,
    "returned": Measure.RETURNED.bit,
    "extended": Measure.EXTENDED.bit,
}
_SIGNING: Final = (Measure.SIGNED_ON_TIME.bit, Measure.SIGNED_LATE.bit, Measure.SIGN_OVERDUE.bit)
_RESPONDING: Final = (Measure.RESPONDED_ON_TIME.bit, Measure.RESPONDED_LATE.bit, Measure.RESPONSE_OVERDUE.bit)
# Looked up once: this stands in the tracker's innermost loop.
_ARRIVED: Final = Measure.RECEIVED.bit | Measure.GIVEN.bit
_OPEN: Final = Measure.OPEN.bit
_CLOSED: Final = Measure.CLOSED.bit
_CLOSED_NOW: Final = Measure.CLOSED.bit | Measure.SUBMITTED.bit
_CLOSED_FULL: Final = Measure.CLOSED_FULL.bit
_MOVED_IN: Final = Measure.MOVED_IN.bit
_MOVED_OUT: Final = Measure.MOVED_OUT.bit
_ON_TIME: Final = Measure.CLOSED_ON_TIME.bit
_LATE: Final = Measure.CLOSED_LATE.bit
_BY_ORIGINAL: Final = Measure.CLOSED_BY_ORIGINAL.bit
_CLOSED_PAST_ORIGINAL: Final = Measure.CLOSED_PAST_ORIGINAL.bit
_PAST_ORIGINAL: Final = Measure.PAST_ORIGINAL_OPEN.bit
_SUSPENDED: Final = Measure.SUSPENDED.bit
_DUE: Final = Measure.DUE.bit
_OVERDUE: Final = Measure.OVERDUE_OPEN.bit
_DUE_CLOSED: Final = Measure.DUE_CLOSED.bit
_DUE_CLOSED_ON_TIME: Final = Measure.DUE_CLOSED_ON_TIME.bit
_NOTHING: Final = (0, 0)

Turns = dict[datetime, tuple[int, int]]
"""What goes on and what goes off at each instant."""


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
        on, off = turns.get(at, _NOTHING)
        after = bits & ~off | on
        if excluded is not None and at >= excluded:
            after &= _OF_THE_EXCLUDED
        if after != bits:
            plus, minus = after & ~bits, bits & ~after
            yield Step(at, account, received_at, plus, minus, task.minutes if (plus | minus) & _CLOSED else 0)
            bits = after


def _account(task: Task, unit: str | None) -> Account:
    return Account(task.family, task.owner, unit or "", task.co_units, task.category, task.enterprise, task.weight)


class _Span(NamedTuple):
    """When an episode was open."""

    start: datetime
    closed: datetime | None
    ended: datetime | None
    over: datetime | None
    """When it was no longer open."""


def _turns(task: Task) -> Turns:
    """The instants at which measures of one episode go on and off."""
    turns: Turns = {}
    span = _state(turns, task)
    for clock in task.clocks:
        if clock.name is ClockName.FINISH:
            _finish(turns, clock, span)
        elif clock.name is ClockName.SIGN:
            _signed(turns, task, clock, span.over)
        elif clock.name is ClockName.RESPOND:
            _responded(turns, task, clock, span.over)
    _standstills(turns, task, span)
    if task.marks:
        _marks(turns, task)
    if task.evaluations:
        _evaluations(turns, task)
    return turns


def _state(turns: Turns, task: Task) -> _Span:
    start, state = task.received_at, task.state
    said = _ARRIVED | (Measure.REPEATED.bit if task.repeat_of is not None else 0)
    if task.episode > 1:
        said |= Measure.RELAPSED.bit
    if not isinstance(state, (Closed, Archived, Ended)):
        turns[start] = (said | _OPEN, 0)
        return _Span(start, None, None, None)
    closing, ended = task.closed, None
    if isinstance(state, Ended):
        closing, ended = state.closed, max(state.at, start)
    closed = max(closing.at, start) if closing is not None else None
    over = closed or ended
    assert over is not None
    turns[start] = (said, 0)
    _on(turns, _OPEN, start, over)
    if closing is not None:
        _on(turns, _CLOSED_NOW, over)
        if closing.full_at is not None:
            # No sooner than it was closed at all, whatever the clocks of those who said so.
            _on(turns, _CLOSED_FULL, max(closing.full_at, over))
    if isinstance(state, Ended) and ended is not None:
        _on(turns, _ENDED[state.how], ended)
    return _Span(start, closed, ended, over)


def _on(turns: Turns, bits: int, since: datetime, until: datetime | None = None) -> None:
    """Measures go on at an instant and off at another; what goes on where it goes off stays on."""
    if until is not None:
        if until <= since:
            return
        on, off = turns.get(until, _NOTHING)
        turns[until] = (on, off | bits & ~on)
    on, off = turns.get(since, _NOTHING)
    turns[since] = (on | bits, off & ~bits)


def _finish(turns: Turns, finish: Clock, span: _Span) -> None:
    segments = finish.segments
    first = next((one for one in segments if one.due is not None), segments[0])
    original = first.due
    if original is not None:
        passed = max(original + _AFTER, first.since, span.start)
        if span.over is None or passed < span.over:
            _on(turns, _PAST_ORIGINAL, passed, span.over)
    verdict = 0
    if span.closed is not None:
        verdict = _verdict(span.closed, original, finish.due)
        _on(turns, verdict, span.closed)
    for segment, following in zip_longest(segments, segments[1:]):
        if segment.due is not None:
            _due(turns, segment, following, span, verdict)


def _verdict(closed: datetime, original: datetime | None, due: datetime | None) -> int:
    bits = 0
    if original is not None:
        bits = _BY_ORIGINAL if closed <= original else _CLOSED_PAST_ORIGINAL
    if due is not None:
        bits |= _ON_TIME if closed <= due else _LATE
    return bits


def _standstills(turns: Turns, task: Task, span: _Span) -> None:
    """What was told early may end a task in the middle of a standstill."""
    if not isinstance(task.state, (Standstill, Ended)) and all(len(clock.segments) == 1 for clock in task.clocks):
        return  # nearly always
    last = span.start
    for since, until in sorted(_stood(task), key=lambda one: one[0]):
        _on(turns, _SUSPENDED, max(since, last), _earliest(until, span.over))
        last = max(last, until or last)


def _stood(task: Task) -> Iterator[tuple[datetime, datetime | None]]:
    """The gaps of the finish clock and of the clock of the response, one of which may not have started when a task stood still;
    and since when the one stands that tells of the present.
    """
    finish, respond = task.clock(ClockName.FINISH), task.clock(ClockName.RESPOND)
    for clock in (finish, respond):
        for one, following in pairwise(clock.segments) if clock is not None else ():
            if one.until is not None and one.until < following.since:
                yield one.until, following.since
    if isinstance(task.state, Standstill):
        yield task.state.since, None
    shown = finish if finish is not None or respond is None or _response(task, respond) is not None else respond
    if shown is not None and shown.stopped_at is not None:
        yield shown.stopped_at, None


def _due(turns: Turns, segment: Segment, following: Segment | None, span: _Span, verdict: int) -> None:
    """What follows from one due-version of the finish clock while it is in force."""
    due, stopped, closed = segment.due, segment.until, span.closed
    assert due is not None
    passed = max(due + _AFTER, segment.since, span.start)
    until = following.since if following is not None else None
    runs_out = stopped is None or passed <= stopped  # else it stood still or was over before it was due
    if closed is None:
        if runs_out:
            _on(turns, _DUE | _OVERDUE, passed, _earliest(until, span.ended))
        return
    if runs_out:
        _on(turns, _DUE, passed, until)
        _on(turns, _OVERDUE, passed, _earliest(until, closed))
    _on(turns, _DUE | _DUE_CLOSED | (_DUE_CLOSED_ON_TIME if verdict & _ON_TIME else 0), max(passed, closed), until)


def _signed(turns: Turns, task: Task, clock: Clock, over: datetime | None) -> None:
    """Signing: the clock stops when it is done, and another due-version asks for it anew."""
    on_time, late, overdue = _SIGNING
    start, segments = task.received_at, clock.segments
    signed = _signed_segments(task, segments)
    for nth, (segment, following) in enumerate(zip_longest(segments, segments[1:])):
        until = following.since if following is not None else None
        due, stopped = segment.due, segment.until
        if due is not None:
            _on(turns, overdue, max(due + _AFTER, segment.since, start), _earliest(stopped, until, over))
        if stopped is not None and nth in signed:
            _on(turns, late if due is not None and stopped > due else on_time, max(stopped, start), until)


def _signed_segments(task: Task, segments: Sequence[Segment]) -> list[int]:
    """The askings that were signed for, each by a signature of its own: one that the signature stopped, rather one that had begun
    by then. A clock also stops when the task ends or goes to another unit, where it mostly begins anew at once.
    """
    found: list[int] = []
    if segments[-1].until is None and len(segments) == 1:
        return found
    followed = enumerate(zip_longest(segments, segments[1:]))
    stood = [nth for nth, (one, following) in followed if following is None or one.until != following.since]
    for mark in task.marks:
        if mark.what == "signed":
            left = [nth for nth in stood if not found or nth > found[-1]]
            stopped = [nth for nth in left if segments[nth].until == max(mark.at, segments[nth].since)]
            begun = [nth for nth in stopped if segments[nth].since <= mark.at]
            found += begun[-1:] or stopped[:1]
    return found


def _responded(turns: Turns, task: Task, clock: Clock, over: datetime | None) -> None:
    """Responding: asked for once. A clock that stands still does not become late, and one that was late before stays so."""
    on_time, late, overdue = _RESPONDING
    start, segments, response = task.received_at, clock.segments, _response(task, clock)
    for segment, following in zip_longest(segments, segments[1:]):
        until = following.since if following is not None else None
        due, stopped = segment.due, segment.until
        passed = None if due is None else max(due + _AFTER, segment.since, start)
        if passed is not None and (stopped is None or passed <= stopped):
            _on(turns, overdue, passed, _earliest(response, until, over))
        if response is not None and (until is None or response < until):
            ran_until = response if stopped is None else min(response, stopped)
            _on(turns, late if due is not None and ran_until > due else on_time, max(response, start))
            return


def _response(task: Task, clock: Clock) -> datetime | None:
    """The first response: after it the clock stands, as it does not after the acceptance that starts it."""
    for mark in task.marks:
        if mark.what == "responded":
            for one in clock.segments:
                if one.until is not None and one.until <= max(mark.at, one.since):
                    return max(mark.at, clock.segments[0].since)
    return None


def _marks(turns: Turns, task: Task) -> None:
    submitted = task.received_at
    for mark in task.marks:
        since = max(mark.at, task.received_at)
        if mark.what == "submitted":
            submitted = since
        elif mark.what == "sent-back":
            # It was said to be done before, whatever the clocks of the two senders say.
            since = max(since, submitted)
        if mark.what in _MARKED:
            _on(turns, _MARKED[mark.what], since)


def _evaluations(turns: Turns, task: Task) -> None:
    for of, evaluated, satisfied in (
        ("handling_unit", Measure.EVALUATED.bit, Measure.SATISFIED.bit),
        ("receiving_office", Measure.OFFICE_EVALUATED.bit, Measure.OFFICE_SATISFIED.bit),
    ):
        said = sorted((one for one in task.evaluations if one.of == of), key=lambda one: one.at)
        for one, later in zip_longest(said, said[1:]):
            since = max(one.at, task.received_at)
            _on(turns, evaluated, since)
            if one.level in _SATISFIED:
                _on(turns, satisfied, since, later.at if later is not None else None)


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
