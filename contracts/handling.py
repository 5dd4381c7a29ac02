"""The data of the `task` family: what is done with a matter of any family, by whom it may be said."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.event import Contract, Instant, Name, Text
from contracts.fact import ClockName
from contracts.matter import DuePeriod, Evidence, MatterData


class Handling(Contract):
    """Common to every handling event: who acted and in what words."""

    by: Name | None = Field(
        default=None, description="Who acted, as the sender names them.", json_schema_extra={"x-personal-data": True}
    )
    unit: Name | None = Field(default=None, description="Unit that acted.")
    text: Text | None = None
    evidence: tuple[Evidence, ...] = ()


class Signed(Handling):
    """签收."""


class Accepted(Handling):
    """受理: the matter is taken up; where the law counts from the acceptance, its period starts."""


class Assigned(Handling):
    """分派 to a person of the unit, who handles the task from then on."""

    to: Name = Field(description="The person: an id of the office's roster people.toml, or as the sender names them.")


class Transferred(Handling):
    """转办 to another unit."""

    to_unit: Name


class ReturnRequested(Handling):
    """退回申请 with its reason; effective only when approved (信访工作条例 art 23)."""

    reason: Text


class ReturnApproved(Handling):
    """退回同意."""


class ReturnRefused(Handling):
    """退回驳回."""

    reason: Text


class Progressed(Handling):
    """阶段反馈: progress reported, nothing closes."""

    percent: Annotated[float, Field(ge=0, le=100)] | None = None


class Responded(Handling):
    """响应: first contact or first answer within the response clock."""


class Submitted(Handling):
    """提交审核: the unit says that it is done; with co-units, `unit` tells whose share."""

    verified: Literal["founded", "mostly", "partly", "unfounded"] | None = Field(
        default=None, description="属实/基本属实/部分属实/不属实."
    )


class Approved(Handling):
    """审核通过: closed for the stage or in full."""

    grade: Literal["stage", "full"] = "full"


class SentBack(Handling):
    """驳回重办: the reviewer sends it back."""

    reason: Text


class ExtensionRequested(Handling):
    """延期申请."""

    until: Instant | DuePeriod
    reason: Text


class ExtensionGranted(Handling):
    """延期批准."""

    until: Instant | DuePeriod


class ExtensionRefused(Handling):
    """延期不批."""

    reason: Text


class Suspended(Handling):
    """中止 on a named ground."""

    ground: Name


class Resumed(Handling):
    """恢复."""


class NotAccepted(Handling):
    """不予受理 with its ground."""

    ground: Name


class Merged(Handling):
    """合并: same matter, other persons."""

    into_number: Name
    into_owner: Name | None = None


class Split(Handling):
    """拆分 into sub-tasks (一件分解到 54 家企业)."""

    parts: Annotated[tuple[MatterData, ...], Field(min_length=1)]
    first: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1, description="Number of the first part, as in 2026-118/1; a second split says where the numbers go on."
    )


class Excluded(Handling):
    """核减: out of the count, with approver and reason."""

    approver: Name
    reason: Text


class LookedBack(Handling):
    """回头看 with its result."""

    result: Literal["held", "relapsed"]


class Relapsed(Handling):
    """反弹: reopened as a new episode."""

    reason: Text
    due: Instant | DuePeriod | None = Field(default=None, description="The sender's own due of the new episode.")


class Archived(Handling):
    """归档 of what was closed in full."""


class PartTold(Contract):
    """What became of a part of this matter: said by Duban only."""

    number: Name
    over: Literal["stage", "full", "ended"] | None = Field(description="How it was closed or that it ended; null: open again.")
    position: Annotated[int, Field(ge=1)] = Field(description="Of the part's own fact in its partition: the latest word counts.")


class Noted(Handling):
    """批示: a leader's note, which may change priority or due."""

    priority: Literal["ordinary", "urgent", "extra_urgent"] | None = None
    due: Instant | DuePeriod | None = None


class Acknowledged(Handling):
    """知悉: a person of the office has taken note of alerts, and those above need not be told of them; no clock stops."""

    person: Name = Field(description="Id of the person in the office's roster people.toml; no name.")
    clock: ClockName | None = Field(default=None, description="Only the alerts of this clock; all raised so far, if absent.")
    version: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Only the alerts of this due-version of the clock; those of all its versions, if absent."
    )
    seen: Instant | None = Field(
        default=None,
        description="When the newest alert was raised that the person was shown: those raised later are not covered. Never more "
        "than those raised by the time of the event, which is what counts if absent.",
    )

    @model_validator(mode="after")
    def _version_of_a_clock(self) -> "Acknowledged":
        if self.version is not None and self.clock is None:
            raise ValueError("a due-version is one of a clock: name the clock")
        return self


class Urged(Handling):
    """催办, or a letter of supervision (督办函) with its number; no clock changes."""

    form: Literal["urge", "letter"] = "urge"
    document_number: Name | None = Field(default=None, description="文号 of the letter; a letter has one.")

    @model_validator(mode="after")
    def _letter_numbered(self) -> "Urged":
        if self.form == "letter" and self.document_number is None:
            raise ValueError("a letter needs its document_number (文号)")
        return self
