"""What Duban publishes on DUBAN_OUT: one event for each row of the ledger."""

from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Instant

Body = TypeVar("Body", bound="FactData")

UNTOLD: Final = "-"
"""The unit token of a fact whose matter names no unit."""


ClockName = Literal["sign", "respond", "finish", "internal", "answer", "look-back"]
Priority = Literal["ordinary", "urgent", "extra_urgent"]
Closing = Literal["lead", "any", "all"]
Over = Literal["stage", "full", "ended"]


class Published(BaseModel):
    """Base of what we say ourselves: frozen and closed, so that a drift between code and schema fails a test."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RungState(Published):
    """An instant at which a running clock alerts."""

    name: str
    kind: Literal["near", "overdue"]
    at: Instant


class AlertState(Published):
    """An alert that was raised and holds: the clock, in one of its due-versions, crossed a rung."""

    clock: ClockName
    version: int
    rung: str
    kind: Literal["near", "overdue"]
    at: Instant = Field(description="The rung's instant, or when the due was set if that lay in the past then.")
    due: Instant


class SegmentState(Published):
    """A stretch of time in which the clock ran under one due; `until` is null while it runs."""

    since: Instant
    until: Instant | None
    due: Instant | None = Field(description="The due in this stretch; the former due-versions are read here.")


class ClockState(Published):
    """One clock of a task: the budget and the segments are the record, the due instant follows from them."""

    name: ClockName
    rule: str = Field(description="Id and version of the rule that set it.")
    citation: str
    budget: str = Field(description="Such as 24h, 8wh, 30cd or 5wd; `fixed` for the sender's own due, `open` without a due.")
    anchor: Instant
    due: Instant | None
    version: int = Field(description="Due-version: each change of the due makes a new one.")
    segments: tuple[SegmentState, ...]
    rungs: tuple[RungState, ...]
    calendar: str = Field(description="Version of the calendar that the due was counted on; empty for the sender's own due.")
    provisional: bool = Field(description="Whether the due rests on a day that a notice of the State Council may yet change.")
    days: str = Field(
        description="The days of the present due from the anchor's local day on, a letter each: F the first day, which does not"
        " count; C a day that counts; N no working day; R rolled over; S stood still. Empty for hours and for given dues."
    )


Stopped = Annotated[tuple[ClockName, ...], Field(description="The clocks that this stopped, at `at`.")]


OpenParts = Annotated[tuple[str, ...], Field(description="Numbers of its open parts, which end with it.")]


class FactData(Published):
    """Common to every fact."""

    at: Instant = Field(description="When it happened in the matter's own time.")


class Registered(FactData):
    """The matter became a task."""

    family: Literal["directive", "complaint", "rectification"]
    title: str
    policy: str
    policy_version: int
    unit: str | None
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    clocks: tuple[ClockState, ...]
    signs: bool = Field(description="Whether a unit has to sign for it; else it is in hand from the start.")
    priority: Priority
    starred: bool
    batch: str | None
    weight: float
    enterprise: tuple[str, ...]
    closing: Closing
    part_of: str | None = Field(description="Number of the task that was split into this part.")
    repeat_of: str | None = Field(description="Number of the same person's earlier complaint of the same matter.")


class Amended(FactData):
    """The sender corrected fields of the matter; null means unchanged."""

    title: str | None
    unit: str | None
    co_units: tuple[str, ...] | None
    category: tuple[str, ...] | None
    priority: Priority | None
    clocks: tuple[ClockState, ...]


class Recorded(FactData):
    """Something was said of the matter that moves neither state nor clock, such as progress."""

    what: str


class Signed(FactData):
    """The unit signed for receipt; `clocks` are those that this started."""

    stopped: Stopped
    clocks: tuple[ClockState, ...]


class Accepted(FactData):
    """Taken up (受理); `clocks` are those that this started."""

    stopped: Stopped
    clocks: tuple[ClockState, ...]


class Responded(FactData):
    """First contact or first answer (响应); `clocks` are those that need not start any more."""

    stopped: Stopped
    clocks: tuple[ClockState, ...]


class Noted(FactData):
    """A leader's note (批示); `clocks` are those that it changed."""

    priority: Priority | None
    clocks: tuple[ClockState, ...]


class Acknowledged(FactData):
    """A person of the office has taken note of alerts (知悉); state and clocks stay as they are."""

    person: str = Field(description="Id of the person in the office's roster.")
    clock: ClockName | None = Field(description="Whose alerts; null for all that were raised so far.")
    version: int | None = Field(description="Of which due-version of the clock; null for all.")
    seen: Instant | None = Field(
        description="When the newest alert was raised that the person was shown; null where nobody said."
    )


class Urged(FactData):
    """Urged (催办), or supervised by a letter (督办函); state and clocks stay as they are."""

    form: Literal["urge", "letter"]
    document_number: str | None = Field(description="文号 of the letter.")


class Assigned(FactData):
    """Given to a person of the unit (分派): who handles it while it is open. On what is closed it only stays on record."""

    to: str


class UnitSubmitted(FactData):
    """One of several units says that its share is done; the task stays where it is."""

    unit: str


class Submitted(FactData):
    """The unit says that it is done, as the last one whose word the closing rule asks for."""

    unit: str | None
    stopped: Stopped


class SentBack(FactData):
    """The reviewer sent it back."""


class Approved(FactData):
    """Closed, for the stage or in full; `clocks` are those that this started. By its parts, when no event caused it."""

    grade: Literal["stage", "full"]
    stopped: Stopped
    clocks: tuple[ClockState, ...]
    minutes: int = Field(description="Working minutes from receipt, by the calendar of the day.")


class Withdrawn(FactData):
    """The sender took the matter back."""

    stopped: Stopped
    parts: OpenParts


class Transferred(FactData):
    """Given to another unit (转办), whose time for signing starts."""

    to_unit: str
    clocks: tuple[ClockState, ...]


class ReturnRequested(FactData):
    """The unit says that it is not its affair; nothing changes until that is decided. `clocks`: the answer has its own."""

    clocks: tuple[ClockState, ...]


class ReturnRefused(FactData):
    """The unit keeps it."""

    stopped: Stopped


class ReturnApproved(FactData):
    """No unit has it until it is transferred."""

    stopped: Stopped


class NotAccepted(FactData):
    """Not taken up (不予受理), on a ground that the policy names."""

    ground: str
    stopped: Stopped
    parts: OpenParts


class Merged(FactData):
    """Goes on as part of another matter."""

    into_owner: str
    into_number: str
    stopped: Stopped
    parts: OpenParts


class Excluded(FactData):
    """Out of the count (核减)."""

    stopped: Stopped
    parts: OpenParts


class Suspended(FactData):
    """The stopped clocks stand still, on a ground that the policy names."""

    ground: str
    stopped: Stopped


class Resumed(FactData):
    """The clocks that stood still run again, each in its next due-version; that of a response given meanwhile stops at once."""

    clocks: tuple[ClockState, ...]


class ExtensionRequested(FactData):
    """A later due was asked for; the clock runs on. `clocks`: the answer has its own."""

    until: Instant
    clocks: tuple[ClockState, ...]


class ExtensionGranted(FactData):
    """The finish clock in its next due-version."""

    clocks: tuple[ClockState, ...]


class ExtensionRefused(FactData):
    """The due stays as it was."""

    stopped: Stopped


class Split(FactData):
    """Became so many parts (拆分), tasks of their own under these numbers of the same owner."""

    numbers: tuple[str, ...]
    policy: str
    unit: str | None
    due: Instant | None


class PartTold(FactData):
    """What became of a part; `over` is null when it is open again."""

    number: str
    over: Over | None
    position: int = Field(description="Of the part's own fact in its partition: the latest word counts.")


class Evaluation(FactData):
    """The complainant's evaluation (评价)."""

    of: Literal["handling_unit", "receiving_office"]
    level: Literal["satisfied", "mostly_satisfied", "dissatisfied"]


class LookedBack(FactData):
    """Looked at again after its closing (回头看): the result holds."""

    stopped: Stopped


class Archived(FactData):
    """Put away (归档)."""

    stopped: Stopped


class Relapsed(FactData):
    """Open again (反弹), in a new episode with clocks of its own; the former episode keeps its verdict."""

    clocks: tuple[ClockState, ...]
    signs: bool


class DeadlineMoved(FactData):
    """Another calendar was loaded: `clocks` are those that it changed, as they run now."""

    calendar: str = Field(description="Version of the calendar.")
    before: tuple[Instant | None, ...] = Field(description="The dues of those clocks before.")
    clocks: tuple[ClockState, ...]


class AlertRaised(FactData):
    """A clock crossed one of its rungs: the decision to tell somebody, taken once."""

    clock: ClockName
    version: int
    rung: str
    due: Instant


class NearDue(AlertRaised):
    """The clock came near its due."""


class Overdue(AlertRaised):
    """The clock passed its due."""


class AlertWithdrawn(FactData):
    """An alert turned out to be unfounded: what would have prevented it had happened in time and was told late."""

    clock: ClockName
    version: int
    rung: str


class PendingState(Published):
    """待签收."""

    place: Literal["pending"]


class HandlingState(Published):
    """办理中."""

    place: Literal["handling"]
    since: Instant


class SuspendedState(Published):
    """中止."""

    place: Literal["suspended"]
    since: Instant
    ground: str
    stopped: tuple[ClockName, ...]


class InReviewState(Published):
    """待审核."""

    place: Literal["in_review"]
    since: Instant


class ClosedState(Published):
    """办结; `at` is when it was closed first, by which lateness is judged, `full_at` when in full."""

    place: Literal["closed"]
    at: Instant
    full_at: Instant | None


class ArchivedState(Published):
    """归档."""

    place: Literal["archived"]
    at: Instant
    closed: ClosedState


class EndedState(Published):
    """Ended without closing; a closing before it was excluded stays on record."""

    place: Literal["ended"]
    at: Instant
    closed: ClosedState | None
    how: Literal["withdrawn", "not_accepted", "merged", "excluded"]


TaskStateNow = Annotated[
    PendingState | HandlingState | SuspendedState | InReviewState | ClosedState | ArchivedState | EndedState,
    Field(discriminator="place"),
]


class ExtensionState(Published):
    """An extension that was asked for and is not decided."""

    until: Instant
    asked_at: Instant


class UnitDoneState(Published):
    """A unit of several said that its share is done."""

    unit: str
    at: Instant


class PartState(Published):
    """One part of a task that was split, and how it went."""

    number: str
    over: Over | None
    position: int = Field(description="Of the part's fact that said so; 0 before any.")


class EvaluationState(Published):
    """The complainant's word on one of the two bodies."""

    of: Literal["handling_unit", "receiving_office"]
    level: Literal["satisfied", "mostly_satisfied", "dissatisfied"]
    at: Instant


class GivenState(Published):
    """Whose the task became, and when; null is its owner's."""

    unit: str | None
    at: Instant


class MarkState(Published):
    """When something was done that figures ask for: each signing and responding, the rest the first time."""

    what: Literal["signed", "responded", "submitted", "sent-back", "returned", "extended"]
    at: Instant


class TaskSnapshot(Published):
    """A task, whole."""

    owner: str
    number: str
    family: Literal["directive", "complaint", "rectification"]
    title: str
    policy: str
    policy_version: int
    unit: str | None
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    received_at: Instant
    state: TaskStateNow
    clocks: tuple[ClockState, ...]
    sent_back: int
    last: tuple[Instant, int, str, str] = Field(
        description="Place of the last event in the matter's order: time, rank, source, id."
    )
    alerts: tuple[AlertState, ...] = Field(description="Those that hold, of former due-versions, too.")
    displaced: bool = Field(description="Whether an event on record is out of force since one told late came before it.")
    extension: ExtensionState | None = Field(description="The request that waits for its answer.")
    extensions: int = Field(description="How many extensions were granted.")
    return_asked_at: Instant | None = Field(description="Since when a request to return it waits for its answer.")
    handler: str | None = Field(description="The person of the unit whom it is assigned to; null again once another unit has it.")
    priority: Priority
    starred: bool
    batch: str | None
    weight: float
    enterprise: tuple[str, ...]
    closing: Closing
    done: tuple[UnitDoneState, ...]
    part_of: str | None
    repeat_of: str | None
    parts: tuple[PartState, ...]
    evaluations: tuple[EvaluationState, ...]
    given: tuple[GivenState, ...] = Field(description="The units that had it in turn, in this episode.")
    marks: tuple[MarkState, ...]
    minutes: int = Field(description="Working minutes from receipt to the first closing; 0 before.")
    episode: int = Field(description="1, and one more with each relapse.")
    previous: "TaskSnapshot | None" = Field(description="The task as its former episode left it.")


class Corrected(FactData):
    """An event told late changed the matter's history: the task as it stands now, refolded in the order of the events' times."""

    task: TaskSnapshot


FACTS: Final[dict[str, type[FactData]]] = {
    "registered": Registered,
    "amended": Amended,
    "recorded": Recorded,
    "signed": Signed,
    "accepted": Accepted,
    "responded": Responded,
    "noted": Noted,
    "acknowledged": Acknowledged,
    "urged": Urged,
    "assigned": Assigned,
    "unit-submitted": UnitSubmitted,
    "submitted": Submitted,
    "sent-back": SentBack,
    "approved": Approved,
    "withdrawn": Withdrawn,
    "transferred": Transferred,
    "return-requested": ReturnRequested,
    "return-refused": ReturnRefused,
    "return-approved": ReturnApproved,
    "not-accepted": NotAccepted,
    "merged": Merged,
    "excluded": Excluded,
    "suspended": Suspended,
    "resumed": Resumed,
    "extension-requested": ExtensionRequested,
    "extension-granted": ExtensionGranted,
    "extension-refused": ExtensionRefused,
    "split": Split,
    "part-told": PartTold,
    "evaluated": Evaluation,
    "looked-back": LookedBack,
    "archived": Archived,
    "relapsed": Relapsed,
    "deadline-moved": DeadlineMoved,
    "near-due": NearDue,
    "overdue": Overdue,
    "alert-withdrawn": AlertWithdrawn,
    "corrected": Corrected,
}
"""The data of every fact by its kind, the last token of its subject and the last but one of its type."""


class FactEvent(Published, Generic[Body]):
    """A fact as it is published, a CloudEvents 1.0 event. (partition, position) is gapless and identifies it for ever."""

    specversion: Literal["1.0"]
    id: str
    source: Literal["duban"]
    type: str
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"]
    owner: str
    family: Literal["directive", "complaint", "rectification"]
    partition: int
    position: int
    recordedat: Instant
    causesource: str | None = Field(description="Source of the event that caused it; null for what a clock caused.")
    causeid: str | None
    causetype: str | None
    causerank: int | None = Field(description="Order of the event among those of the same instant.")
    partof: str | None = Field(description="Number of the owner's task that the fact's own task is a part of.")
    data: Body
