"""How punctual a task is, as its clocks say: on time, late, overdue or standing still, by the dues themselves and the answers.

Lateness is judged by the dues themselves, not by when it was noticed: a turn may lie in the future.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Final

from shared.domain.clock import Clock, ClockName, Segment
from shared.domain.measure import Measure
from shared.domain.task import Ended, Suspended, Task
from shared.domain.turns import Span, Turns, earliest, on

_AFTER: Final = timedelta(microseconds=1)
"""What is done at the due itself is on time: late begins right after it."""
_SIGNING: Final = (Measure.SIGNED_ON_TIME.bit, Measure.SIGNED_LATE.bit, Measure.SIGN_OVERDUE.bit)
_RESPONDING: Final = (Measure.RESPONDED_ON_TIME.bit, Measure.RESPONDED_LATE.bit, Measure.RESPONSE_OVERDUE.bit)
# Looked up once: this stands in the tracker's innermost loop.
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


def judged(turns: Turns, task: Task, span: Span) -> None:
    """What the clocks of an episode say of it."""
    for clock in task.clocks:
        if clock.name is ClockName.FINISH:
            _finish(turns, clock, span)
        elif clock.name is ClockName.SIGN:
            _signed(turns, task, clock, span.over)
        elif clock.name is ClockName.RESPOND:
            _responded(turns, task, clock, span.over)
    _standstills(turns, task, span)


def _finish(turns: Turns, finish: Clock, span: Span) -> None:
    segments = finish.segments
    first = next((one for one in segments if one.due is not None), segments[0])
    original = first.due
    if original is not None:
        passed = max(original + _AFTER, first.since, span.start)
        if span.over is None or passed < span.over:
            on(turns, _PAST_ORIGINAL, passed, span.over)
    verdict = 0
    if span.closed is not None:
        verdict = _verdict(span.closed, original, finish.due)
        on(turns, verdict, span.closed)
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


def _due(turns: Turns, segment: Segment, following: Segment | None, span: Span, verdict: int) -> None:
    """What follows from one due-version of the finish clock while it is in force."""
    due, stopped, closed = segment.due, segment.until, span.closed
    assert due is not None
    passed = max(due + _AFTER, segment.since, span.start)
    until = following.since if following is not None else None
    runs_out = stopped is None or passed <= stopped  # else it stood still or was over before it was due
    if closed is None:
        if runs_out:
            on(turns, _DUE | _OVERDUE, passed, earliest(until, span.ended))
        return
    if runs_out:
        on(turns, _DUE, passed, until)
        on(turns, _OVERDUE, passed, earliest(until, closed))
    on(turns, _DUE | _DUE_CLOSED | (_DUE_CLOSED_ON_TIME if verdict & _ON_TIME else 0), max(passed, closed), until)


def _signed(turns: Turns, task: Task, clock: Clock, over: datetime | None) -> None:
    """Signing: the clock stops when it is done, and another due-version asks for it anew."""
    on_time, late, overdue = _SIGNING
    start, segments = task.received_at, clock.segments
    signed = _signed_segments(task, segments)
    for nth, (segment, following) in enumerate(zip_longest(segments, segments[1:])):
        until = following.since if following is not None else None
        due, stopped = segment.due, segment.until
        if due is not None:
            on(turns, overdue, max(due + _AFTER, segment.since, start), earliest(stopped, until, over))
        if stopped is not None and nth in signed:
            on(turns, late if due is not None and stopped > due else on_time, max(stopped, start), until)


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
            on(turns, overdue, passed, earliest(response, until, over))
        if response is not None and (until is None or response < until):
            ran_until = response if stopped is None else min(response, stopped)
            on(turns, late if due is not None and ran_until > due else on_time, max(response, start))
            return


def _response(task: Task, clock: Clock) -> datetime | None:
    """The first response: after it the clock stands, as it does not after the acceptance that starts it."""
    for mark in task.marks:
        if mark.what == "responded":
            for one in clock.segments:
                if one.until is not None and one.until <= max(mark.at, one.since):
                    return max(mark.at, clock.segments[0].since)
    return None


def _standstills(turns: Turns, task: Task, span: Span) -> None:
    """What was told early may end a task in the middle of a standstill."""
    if not isinstance(task.state, (Suspended, Ended)) and all(len(clock.segments) == 1 for clock in task.clocks):
        return  # nearly always
    last = span.start
    for since, until in sorted(_stood(task), key=lambda one: one[0]):
        on(turns, _SUSPENDED, max(since, last), earliest(until, span.over))
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
    if isinstance(task.state, Suspended):
        yield task.state.since, None
    shown = finish if finish is not None or respond is None or _response(task, respond) is not None else respond
    if shown is not None and shown.stopped_at is not None:
        yield shown.stopped_at, None
