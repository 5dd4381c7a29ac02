"""A task: a matter that we track, in one of its states. States carry only what they have."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from shared.domain.clock import Alert, Clock, ClockName, Rung
from shared.domain.matter import Family, Matter, Order
from shared.domain.value import value

Grade = Literal["stage", "full"]
How = Literal["withdrawn", "not_accepted", "merged", "excluded"]
"""How a task ended without being closed."""
Priority = Literal["ordinary", "urgent", "extra_urgent"]
"""平件, 急件, 特急件."""
Closing = Literal["lead", "any", "all"]
"""Whose submission puts a task with co-units in review: the lead unit's (主办), any unit's, or the last of all units'."""
Satisfaction = Literal["satisfied", "mostly_satisfied", "dissatisfied"]
Evaluated = Literal["handling_unit", "receiving_office"]
UrgeForm = Literal["urge", "letter"]
"""催办, or a letter of supervision (督办函) with a number."""
Marked = Literal["signed", "responded", "submitted", "sent-back", "returned", "extended"]


@value
class Pending:
    """待签收."""

    place: Literal["pending"] = "pending"


@value
class Handling:
    """办理中."""

    since: datetime
    place: Literal["handling"] = "handling"


@value
class Suspended:
    """中止: its clocks stand still until it is resumed."""

    since: datetime
    ground: str
    stopped: tuple[ClockName, ...]
    place: Literal["suspended"] = "suspended"


@value
class InReview:
    """待审核."""

    since: datetime
    place: Literal["in_review"] = "in_review"


@value
class Closed:
    """办结, for the stage or in full. `at` is when it was closed first, by which lateness is judged; `full_at` when in full."""

    at: datetime
    full_at: datetime | None
    place: Literal["closed"] = "closed"

    @property
    def grade(self) -> Grade:
        """阶段性办结 or 办结."""
        return "stage" if self.full_at is None else "full"


@value
class Archived:
    """归档 of what was closed in full."""

    at: datetime
    closed: Closed
    place: Literal["archived"] = "archived"


@value
class Ended:
    """Ended without closing; a closing before it was excluded stays on record."""

    at: datetime
    how: How
    closed: Closed | None = None
    place: Literal["ended"] = "ended"


State = Pending | Handling | Suspended | InReview | Closed | Archived | Ended


@value
class Extension:
    """An extension that was asked for and is not decided: until when, and since when it waits."""

    until: datetime
    asked_at: datetime


@value
class UnitDone:
    """A unit of several said that its share is done."""

    unit: str
    at: datetime


@value
class Part:
    """A part of a task that was split (拆分), a task of its own under this number of the same owner; `over` tells how it went."""

    number: str
    over: Literal["stage", "full", "ended"] | None = None
    position: int = 0
    """Of the part's fact that said so, in its partition; 0 before any."""


@value
class Given:
    """Whose the task became, and when; None is its owner's, before a unit was named or after an approved return."""

    unit: str | None
    at: datetime


@value
class Mark:
    """When something was done that figures ask for: each signing and responding, the rest the first time."""

    what: Marked
    at: datetime


@value
class Evaluation:
    """The complainant's word on one of the two bodies."""

    of: Evaluated
    level: Satisfaction
    at: datetime


@value
class Task:
    """One task. `last` is the place of its last event in the matter's order.

    `alerts` are those on record that hold, of former due-versions, too: lateness is not erased by a new due.

    `displaced` tells that an event on record is out of force since one told late came before it: what makes it legal again is
    found only by folding the history.

    `extension` is the request that waits for its answer, `extensions` how many were granted.
    `return_asked_at` is since when a request to return it waits for its answer.

    A relapse (反弹) begins another episode of the same matter: `previous` is the task as its last episode left it.
    """

    owner: str
    number: str
    family: Family
    title: str
    policy: str
    policy_version: int
    unit: str | None
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    received_at: datetime
    state: State
    clocks: tuple[Clock, ...]
    sent_back: int
    last: Order
    alerts: tuple[Alert, ...] = ()
    displaced: bool = False
    extension: Extension | None = None
    extensions: int = 0
    return_asked_at: datetime | None = None
    handler: str | None = None
    """The person of the unit whom it was assigned to (分派), as the sender names them; None again once another unit has it."""
    priority: Priority = "ordinary"
    starred: bool = False
    """重点关注件: its priority is the owner's affair alone."""
    batch: str | None = None
    """The sender's own batch (第N批)."""
    weight: float = 1.0
    """By how much it counts where a matter is shared among several (4.5 件)."""
    enterprise: tuple[str, ...] = ()
    closing: Closing = "lead"
    done: tuple[UnitDone, ...] = ()
    part_of: str | None = None
    """Number of the task that it is a part of."""
    parts: tuple[Part, ...] = ()
    repeat_of: str | None = None
    """Number of the same person's earlier complaint of the same matter (重复件); other persons' are merged."""
    evaluations: tuple[Evaluation, ...] = ()
    given: tuple[Given, ...] = ()
    """The units that had it in turn, in this episode; the last one has it."""
    marks: tuple[Mark, ...] = ()
    minutes: int = 0
    """Working minutes from receipt to the first closing, by the calendar of that day; 0 before."""
    episode: int = 1
    previous: "Task | None" = None

    @property
    def matter(self) -> Matter:
        """The matter that this task tracks."""
        return Matter(self.owner, self.number)

    @property
    def closed(self) -> Closed | None:
        """The closing of a task that is closed or archived."""
        state = self.state
        if isinstance(state, Closed):
            return state
        return state.closed if isinstance(state, Archived) else None

    @property
    def episodes(self) -> Iterator["Task"]:
        """The task and its former episodes, the latest first."""
        task: Task | None = self
        while task is not None:
            yield task
            task = task.previous

    def clock(self, name: ClockName) -> Clock | None:
        """The clock of that name, if the task has one."""
        for clock in self.clocks:
            if clock.name is name:
                return clock
        return None

    @property
    def is_open(self) -> bool:
        """Whether the task is still to be done."""
        return not isinstance(self.state, (Closed, Archived, Ended))

    @property
    def wakes_at(self) -> datetime | None:
        """The next instant at which one of its clocks crosses a rung; None when nothing is to be waited for."""
        earliest: datetime | None = None
        for clock in self.clocks:
            if not clock.rungs or clock.segments[-1].until is not None:
                continue
            rungs = self.waiting(clock) if self.alerts else clock.rungs
            if rungs and (earliest is None or rungs[0].at < earliest):
                earliest = rungs[0].at
        return earliest

    def waiting(self, clock: Clock) -> Sequence[Rung]:
        """The rungs that a clock of the task has yet to cross, the earliest first; a clock that stopped crosses none."""
        if clock.stopped_at is not None:
            return ()
        if not self.alerts:
            return clock.rungs
        raised = [one.rung for one in self.alerts if one.clock is clock.name and one.version == clock.version]
        return [rung for rung in clock.rungs if rung.name not in raised] if raised else clock.rungs

    def raised(self, clock: Clock) -> dict[str, Alert]:
        """The alerts of a clock's present due-version by rung."""
        return {one.rung: one for one in self.alerts if one.clock is clock.name and one.version == clock.version}

    def is_overdue(self, name: ClockName) -> bool:
        """Whether the clock of that name is overdue in its present due-version."""
        clock = self.clock(name) if self.alerts else None
        if clock is None:
            return False
        return any(one.kind == "overdue" and one.clock is name and one.version == clock.version for one in self.alerts)
