"""What a sender says of a matter when it gives it to us: the parts common to the three families."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from contracts.event import Contract, Instant, Name, Text

Category = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Personal: dict[str, Any] = {"x-personal-data": True}
"""JSON Schema mark of personal data (个人信息): never published on DUBAN_OUT, shown by role only."""


class DuePeriod(Contract):
    """A due date that is coarser than an instant, as plans are written: 「9月底前」, 「2025年底前」, 「长期坚持」."""

    precision: Literal["day", "month_end", "quarter_end", "half_year_end", "open_ended"]
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        default=None, description="Any day within the period; the due instant is the period's last day at 24:00 local time."
    )

    @model_validator(mode="after")
    def _dated_unless_open(self) -> "DuePeriod":
        if (self.date is None) != (self.precision == "open_ended"):
            raise ValueError("a date is needed for every precision but open_ended, which has none")
        return self


class Enterprise(Contract):
    """The enterprise or site concerned."""

    name: Name
    uscc: Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")] | None = Field(
        default=None, description="Unified social credit code, GB 32100-2015."
    )


class Location(Contract):
    """Where the matter is."""

    address: Text | None = None
    division: Name | None = Field(default=None, description="GB/T 2260 division code, where there is one.")
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None


class Evidence(Contract):
    """A file held elsewhere: its reference and its hash travel, its bytes do not."""

    name: Name
    url: Text
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    media_type: Name | None = None


class Reporter(Contract):
    """The person who complained. Sealed from the reported and from needless handlers (信访工作条例 arts 30, 46)."""

    name: Name | None = Field(default=None, json_schema_extra=Personal)
    phone: Name | None = Field(default=None, json_schema_extra=Personal)
    address: Text | None = Field(default=None, json_schema_extra=Personal)
    reply_wanted: bool = True


class MatterData(Contract):
    """A matter as its sender gives it."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    text: Text | None = None
    category: tuple[Category, ...] = ()
    unit: Name | None = Field(default=None, description="Lead unit's code; an unregistered code is accepted and listed.")
    co_units: tuple[Name, ...] = ()
    policy: Name | None = Field(default=None, description="Id of the policy; the default policy where absent.")
    due: Instant | DuePeriod | None = Field(default=None, description="The sender's own due date for finishing.")
    received_at: Instant | None = Field(
        default=None, description="When the sender received the matter itself (收到), where that was before the event."
    )
    closing: Literal["lead", "any", "all"] | None = Field(
        default=None,
        description="With co-units: whose submission asks for the review, the lead unit's, any unit's or the last of all units'.",
    )
    part_of: Name | None = Field(
        default=None, description="Number of the matter that was split into this part; said by Duban only."
    )
    priority: Literal["ordinary", "urgent", "extra_urgent"] = "ordinary"
    starred: bool = Field(default=False, description="重点关注件: set by the sender only.")
    batch: Name | None = Field(default=None, description="The sender's batch (第N批); never renumbered.")
    weight: Annotated[float, Field(ge=0.000001, le=1000)] = Field(
        default=1.0, description="Allocation weight (4.5件); it counts to six decimals."
    )
    document_number: Name | None = Field(default=None, description="文号 / 指令编号.")
    enterprise: tuple[Enterprise, ...] = ()
    location: Location | None = None
    evidence: tuple[Evidence, ...] = ()


class Amendment(Contract):
    """Fields of the matter that its sender corrects; absent fields stay as they are."""

    reason: Text
    title: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    text: Text | None = None
    unit: Name | None = None
    co_units: tuple[Name, ...] | None = None
    category: tuple[Category, ...] | None = None
    due: Instant | DuePeriod | None = None
    priority: Literal["ordinary", "urgent", "extra_urgent"] | None = None


class Urge(Contract):
    """催办: the sender asks for speed; no clock changes."""

    text: Text | None = None


class Withdrawal(Contract):
    """撤销: the sender takes the matter back."""

    reason: Text
