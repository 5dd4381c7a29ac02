"""The data of the three families of matters: directive, complaint, rectification."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.event import Contract, Instant, Name, Text
from contracts.matter import MatterData, Reporter


class DirectiveIssued(MatterData):
    """指令/交办单 issued: `duban.directive.issued`."""

    level: Literal["province", "city", "district"] | None = None
    window_from: Instant | None = Field(default=None, description="Start of the execution window, where the directive has one.")
    window_to: Instant | None = None


class ComplaintReceived(MatterData):
    """信访件/12345/12369 complaint received: `duban.complaint.received`."""

    channel: Literal["letter", "phone", "visit", "web", "wechat", "app", "inspection", "other"] | None = None
    reporter: Reporter | None = None
    repeat_of: Name | None = Field(default=None, description="Number of the same person's earlier complaint of the same matter.")


class Evaluated(Contract):
    """The complainant's evaluation; the two bodies are scored apart (阳光信访)."""

    of: Literal["handling_unit", "receiving_office"]
    level: Literal["satisfied", "mostly_satisfied", "dissatisfied"]
    text: Text | None = None


class RectificationAssigned(MatterData):
    """督察反馈问题 broken down into a rectification task: `duban.rectification.assigned`."""

    inspection: Name | None = Field(default=None, description="Round and batch of the inspection.")
    problem: Name | None = Field(default=None, description="Number of the problem in the feedback.")
    goal: Text | None = None
    measures: tuple[Text, ...] = ()
    supervising_unit: Name | None = None
    accepting_unit: Name | None = Field(default=None, description="验收单位.")


class RectificationPlanned(Contract):
    """整改方案 set: measures with a date each."""

    measures: tuple[Text, ...]
    plan_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")] | None = None
