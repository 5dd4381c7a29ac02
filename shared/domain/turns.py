"""The instants at which measures of a task go on and off; here those that its own events tell, whatever was due.

Open, closed or ended; submitted, sent back, returned, extended; evaluated. What its clocks tell is in `punctuality`.
"""

from datetime import datetime
from itertools import zip_longest
from typing import Final, NamedTuple

from shared.domain.measure import Measure
from shared.domain.task import Archived, Closed, Ended, Marked, Task

_ENDED: Final = {
    "withdrawn": Measure.WITHDRAWN.bit,
    "not_accepted": Measure.NOT_ACCEPTED.bit,
    "merged": Measure.MERGED.bit,
    "excluded": Measure.EXCLUDED.bit,
}
_SATISFIED: Final = frozenset({"satisfied", "mostly_satisfied"})
_MARKED: Final[dict[Marked, int]] = {
    "submitted": Measure.SUBMITTED.bit,
    "sent-back": Measure.SENT_BACK.bit,
    "returned": Measure.RETURNED.bit,
    "extended": Measure.EXTENDED.bit,
}
# Looked up once: this stands in the tracker's innermost loop.
_ARRIVED: Final = Measure.RECEIVED.bit | Measure.GIVEN.bit
_OPEN: Final = Measure.OPEN.bit
_CLOSED_NOW: Final = Measure.CLOSED.bit | Measure.SUBMITTED.bit
_CLOSED_FULL: Final = Measure.CLOSED_FULL.bit
NOTHING: Final = (0, 0)
"""Nothing goes on and nothing off."""

Turns = dict[datetime, tuple[int, int]]
"""What goes on and what goes off at each instant."""


class Span(NamedTuple):
    """When an episode was open."""

    start: datetime
    closed: datetime | None
    ended: datetime | None
    over: datetime | None
    """When it was no longer open."""


def on(turns: Turns, bits: int, since: datetime, until: datetime | None = None) -> None:
    """Measures go on at an instant and off at another; what goes on where it goes off stays on."""
    if until is not None:
        if until <= since:
            return
        plus, minus = turns.get(until, NOTHING)
        turns[until] = (plus, minus | bits & ~plus)
    plus, minus = turns.get(since, NOTHING)
    turns[since] = (plus | bits, minus & ~bits)


def earliest(*instants: datetime | None) -> datetime | None:
    """The first of the instants that are known; None when none is."""
    return min((instant for instant in instants if instant is not None), default=None)


def lived(turns: Turns, task: Task) -> Span:
    """Its receipt, its closing and its other end; the instants of these."""
    start, state = task.received_at, task.state
    said = _ARRIVED | (Measure.REPEATED.bit if task.repeat_of is not None else 0)
    if task.episode > 1:
        said |= Measure.RELAPSED.bit
    if not isinstance(state, (Closed, Archived, Ended)):
        turns[start] = (said | _OPEN, 0)
        return Span(start, None, None, None)
    closing, ended = task.closed, None
    if isinstance(state, Ended):
        closing, ended = state.closed, max(state.at, start)
    closed = max(closing.at, start) if closing is not None else None
    over = closed or ended
    assert over is not None
    turns[start] = (said, 0)
    on(turns, _OPEN, start, over)
    if closing is not None:
        on(turns, _CLOSED_NOW, over)
        if closing.full_at is not None:
            # No sooner than it was closed at all, whatever the clocks of those who said so.
            on(turns, _CLOSED_FULL, max(closing.full_at, over))
    if isinstance(state, Ended) and ended is not None:
        on(turns, _ENDED[state.how], ended)
    return Span(start, closed, ended, over)


def marked(turns: Turns, task: Task) -> None:
    """Since when it counts as submitted, sent back, returned, extended: from the first time on."""
    submitted = task.received_at
    for mark in task.marks:
        since = max(mark.at, task.received_at)
        if mark.what == "submitted":
            submitted = since
        elif mark.what == "sent-back":
            # It was said to be done before, whatever the clocks of the two senders say.
            since = max(since, submitted)
        if mark.what in _MARKED:
            on(turns, _MARKED[mark.what], since)


def evaluated(turns: Turns, task: Task) -> None:
    """Of the handling unit and of the receiving office: from when on it was evaluated, and while the last word was good."""
    for of, said_at_all, satisfied in (
        ("handling_unit", Measure.EVALUATED.bit, Measure.SATISFIED.bit),
        ("receiving_office", Measure.OFFICE_EVALUATED.bit, Measure.OFFICE_SATISFIED.bit),
    ):
        said = sorted((one for one in task.evaluations if one.of == of), key=lambda one: one.at)
        for one, later in zip_longest(said, said[1:]):
            since = max(one.at, task.received_at)
            on(turns, said_at_all, since)
            if one.level in _SATISFIED:
                on(turns, satisfied, since, later.at if later is not None else None)
