"""What happened: the rows of the ledger. A fact says all that `evolve` needs, so a replay needs neither policy nor zone."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.clock import Clock, ClockName
from shared.domain.matter import Cause, Family, Matter
from shared.domain.task import Closing, Evaluated, Grade, Priority, Satisfaction, Task, UrgeForm
from shared.domain.value import value


@value
class Fact:
    """Base of all facts; `at` is the instant in the matter's own time."""

    at: datetime

    kind: ClassVar[str]


@value
class Registered(Fact):
    """The matter became a task."""

    family: Family
    title: str
    policy: str
    policy_version: int
    unit: str | None
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    clocks: tuple[Clock, ...]
    signs: bool
    """Whether a unit has to sign for it; else it is in hand from the start."""
    priority: Priority
    starred: bool
    batch: str | None
    weight: float
    enterprise: tuple[str, ...]
    closing: Closing
    part_of: str | None
    repeat_of: str | None

    kind: ClassVar[str] = "registered"


@value
class Amended(Fact):
    """The sender corrected fields; None means unchanged. `clocks` are those that changed."""

    title: str | None
    unit: str | None
    co_units: tuple[str, ...] | None
    category: tuple[str, ...] | None
    priority: Priority | None
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "amended"


@value
class Recorded(Fact):
    """Something was put on record."""

    what: str

    kind: ClassVar[str] = "recorded"


@value
class Signed(Fact):
    """The unit signed for receipt; `stopped` names the clocks that this stopped, `clocks` are those that it started."""

    stopped: tuple[ClockName, ...]
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "signed"


@value
class Accepted(Fact):
    """Taken up (受理); `stopped` names the clocks that this stopped, `clocks` are those that it started."""

    stopped: tuple[ClockName, ...]
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "accepted"


@value
class Responded(Fact):
    """First contact or first answer; `stopped` names the clocks that this stopped, `clocks` are those that start no more."""

    stopped: tuple[ClockName, ...]
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "responded"


@value
class Noted(Fact):
    """A leader's note; `clocks` are those that it changed."""

    priority: Priority | None
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "noted"


@value
class Acknowledged(Fact):
    """A person of the office has taken note of alerts: of a clock, of one of its due-versions, or of all raised so far."""

    person: str
    clock: ClockName | None
    version: int | None
    seen: datetime | None = None
    """When the newest alert was raised that the person was shown."""

    kind: ClassVar[str] = "acknowledged"


@value
class Urged(Fact):
    """Somebody asked for speed, by a letter with its number or without one."""

    form: UrgeForm
    document_number: str | None

    kind: ClassVar[str] = "urged"


@value
class Assigned(Fact):
    """Given to a person of the unit, who handles it while it is open."""

    to: str

    kind: ClassVar[str] = "assigned"


@value
class UnitSubmitted(Fact):
    """One of several units says that its share is done; the task stays where it is."""

    unit: str

    kind: ClassVar[str] = "unit-submitted"


@value
class Submitted(Fact):
    """The unit says that it is done, as the last one whose word the closing rule asks for; `stopped`
    names the clocks that this stopped.
    """

    unit: str | None
    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "submitted"


@value
class SentBack(Fact):
    """The reviewer sent it back."""

    kind: ClassVar[str] = "sent-back"


@value
class Approved(Fact):
    """Closed, for the stage or in full; `stopped` names the clocks that this stopped, `clocks` are those that it started."""

    grade: Grade
    stopped: tuple[ClockName, ...]
    clocks: tuple[Clock, ...]
    minutes: int
    """Working minutes from receipt, by the calendar of the day."""

    kind: ClassVar[str] = "approved"


@value
class Withdrawn(Fact):
    """The sender took the matter back; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]
    parts: tuple[str, ...]
    """Its open parts, which end with it."""

    kind: ClassVar[str] = "withdrawn"


@value
class Transferred(Fact):
    """Given to another unit, whose time for signing starts."""

    to_unit: str
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "transferred"


@value
class ReturnRequested(Fact):
    """The unit says that it is not its affair; nothing changes until that is decided. `clocks`: the answer has its own."""

    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "return-requested"


@value
class ReturnRefused(Fact):
    """The unit keeps it; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "return-refused"


@value
class ReturnApproved(Fact):
    """No unit has it until it is transferred; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "return-approved"


@value
class NotAccepted(Fact):
    """Not taken up, on a ground; `stopped` names the clocks that this stopped."""

    ground: str
    stopped: tuple[ClockName, ...]
    parts: tuple[str, ...]
    """Its open parts, which end with it."""

    kind: ClassVar[str] = "not-accepted"


@value
class Merged(Fact):
    """Goes on as part of another matter; `stopped` names the clocks that this stopped."""

    into_owner: str
    into_number: str
    stopped: tuple[ClockName, ...]
    parts: tuple[str, ...]
    """Its open parts, which end with it."""

    kind: ClassVar[str] = "merged"


@value
class Excluded(Fact):
    """Out of the count; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]
    parts: tuple[str, ...]
    """Its open parts, which end with it."""

    kind: ClassVar[str] = "excluded"


@value
class Suspended(Fact):
    """The clocks named in `stopped` stand still, on a ground."""

    ground: str
    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "suspended"


@value
class Resumed(Fact):
    """The clocks run again, each in its next due-version: what was left of the budget when it was suspended. That of a response
    which came meanwhile stops at once.
    """

    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "resumed"


@value
class ExtensionRequested(Fact):
    """A later due was asked for; the clock runs on. `clocks`: the answer has its own."""

    until: datetime
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "extension-requested"


@value
class ExtensionGranted(Fact):
    """The finish clock in its next due-version; the clock of the answer is stopped."""

    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "extension-granted"


@value
class ExtensionRefused(Fact):
    """The due stays as it was; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "extension-refused"


@value
class Split(Fact):
    """Became so many parts, with these numbers of the same owner; what a part does not say for itself it has from here."""

    numbers: tuple[str, ...]
    policy: str
    unit: str | None
    due: datetime | None

    kind: ClassVar[str] = "split"


@value
class PartTold(Fact):
    """What became of a part; `over` is None when it is open again."""

    number: str
    over: Literal["stage", "full", "ended"] | None
    position: int
    """Of the part's own fact in its partition: the latest word counts."""

    kind: ClassVar[str] = "part-told"


@value
class Evaluation(Fact):
    """The complainant's evaluation."""

    of: Evaluated
    level: Satisfaction

    kind: ClassVar[str] = "evaluated"


@value
class LookedBack(Fact):
    """Looked at again after its closing: the result holds. `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "looked-back"


@value
class Archived(Fact):
    """Put away; `stopped` names the clocks that this stopped."""

    stopped: tuple[ClockName, ...]

    kind: ClassVar[str] = "archived"


@value
class Relapsed(Fact):
    """Open again, in a new episode with clocks of its own; the former episode keeps its verdict."""

    clocks: tuple[Clock, ...]
    signs: bool

    kind: ClassVar[str] = "relapsed"


@value
class DeadlineMoved(Fact):
    """Another calendar was loaded: `clocks` are those that it changed, as they run now."""

    calendar: str
    """Version of the calendar."""
    before: tuple[datetime | None, ...]
    """The dues of those clocks before."""
    clocks: tuple[Clock, ...]

    kind: ClassVar[str] = "deadline-moved"


@value
class NearDue(Fact):
    """A clock came near its due."""

    clock: ClockName
    version: int
    rung: str
    due: datetime

    kind: ClassVar[str] = "near-due"


@value
class Overdue(Fact):
    """A clock passed its due."""

    clock: ClockName
    version: int
    rung: str
    due: datetime

    kind: ClassVar[str] = "overdue"


@value
class AlertWithdrawn(Fact):
    """An alert turned out to be unfounded."""

    clock: ClockName
    version: int
    rung: str

    kind: ClassVar[str] = "alert-withdrawn"


@value
class Corrected(Fact):
    """An event told late changed the matter's history; `task` is the task as it stands now."""

    task: Task

    kind: ClassVar[str] = "corrected"


AnyFact = (
    Registered
    | Amended
    | Recorded
    | Signed
    | Accepted
    | Responded
    | Noted
    | Acknowledged
    | Urged
    | Assigned
    | UnitSubmitted
    | Submitted
    | SentBack
    | Approved
    | Withdrawn
    | Transferred
    | ReturnRequested
    | ReturnRefused
    | ReturnApproved
    | NotAccepted
    | Merged
    | Excluded
    | Suspended
    | Resumed
    | ExtensionRequested
    | ExtensionGranted
    | ExtensionRefused
    | Split
    | PartTold
    | Evaluation
    | LookedBack
    | Archived
    | Relapsed
    | DeadlineMoved
    | NearDue
    | Overdue
    | AlertWithdrawn
    | Corrected
)


@value
class Entry:
    """A fact about a matter with the event that caused it; None for what a clock caused."""

    matter: Matter
    cause: Cause | None
    fact: AnyFact


Entries = tuple[Entry, ...]
