"""A task: a matter that we track, in one of its states. States carry only what they have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from shared.domain.clock import Alert, Clock, ClockName, Rung
from shared.domain.matter import Family, Matter, Order
from shared.domain.value import value

Grade = Literal["stage", "full"]
How = Literal["withdrawn", "not_accepted", "merged", "excluded"]
"""How a task ended without being closed."""


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
    """办结."""

    at: datetime
    grade: Grade
    place: Literal["closed"] = "closed"


@value
class Ended:
    """Ended without closing."""

    at: datetime
    how: How
    place: Literal["ended"] = "ended"


State = Pending | Handling | Suspended | InReview | Closed | Ended


@value
class Extension:
    """An extension that was asked for and is not decided: until when, and since when it waits."""

    until: datetime
    asked_at: datetime


@value
class Task:
    """One task. `last` is the place of its last event in the matter's order.

    `alerts` are those on record that hold, of former due-versions, too: lateness is not erased by a new due.

    `displaced` tells that an event on record is out of force since one told late came before it: what makes it legal again is
    found only by folding the history.

    `extension` is the request that waits for its answer, `extensions` how many were granted.
    `return_asked_at` is since when a request to return it waits for its answer.
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

    @property
    def matter(self) -> Matter:
        """The matter that this task tracks."""
        return Matter(self.owner, self.number)

    def clock(self, name: ClockName) -> Clock | None:
        """The clock of that name, if the task has one."""
        for clock in self.clocks:
            if clock.name is name:
                return clock
        return None

    @property
    def is_open(self) -> bool:
        """Whether the task is still to be done."""
        return not isinstance(self.state, (Closed, Ended))

    @property
    def wakes_at(self) -> datetime | None:
        """The next instant at which one of its clocks crosses a rung; None when nothing is to be waited for."""
        return min([waiting[0].at for clock in self.clocks if (waiting := self.waiting(clock))], default=None)

    def waiting(self, clock: Clock) -> Sequence[Rung]:
        """The rungs that a clock of the task has yet to cross, the earliest first; a clock that stopped crosses none."""
        if clock.stopped_at is not None:
            return ()
        if not self.alerts:
            return clock.rungs
        raised = self.raised(clock)
        return [rung for rung in clock.rungs if rung.name not in raised]

    def raised(self, clock: Clock) -> dict[str, Alert]:
        """The alerts of a clock's present due-version by rung."""
        return {one.rung: one for one in self.alerts if one.clock is clock.name and one.version == clock.version}

    def is_overdue(self, name: ClockName) -> bool:
        """Whether the clock of that name is overdue in its present due-version."""
        clock = self.clock(name) if self.alerts else None
        return clock is not None and any(alert.kind == "overdue" for alert in self.raised(clock).values())
