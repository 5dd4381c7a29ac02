"""The figures that are published: every rate with its numerator, denominator, and the instants it is true for and known at.

What each count and each rate means stands in contracts/figures.md; a field has the id of its formula as its name.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Instant

Number = int | float
"""Tasks; a fraction where a matter is shared among several (4.5 件)."""


class FiguresContract(BaseModel):
    """Base of the figures models: frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(FiguresContract):
    """Tasks of a cohort, judged at an instant."""

    received: Number = 0
    given: Number = 0
    moved_in: Number = 0
    moved_out: Number = 0
    open: Number = 0
    closed: Number = 0
    closed_full: Number = 0
    withdrawn: Number = 0
    not_accepted: Number = 0
    merged: Number = 0
    excluded: Number = 0
    closed_on_time: Number = 0
    closed_late: Number = 0
    overdue_open: Number = 0
    closed_by_original: Number = 0
    closed_past_original: Number = 0
    past_original_open: Number = 0
    due: Number = 0
    due_closed: Number = 0
    due_closed_on_time: Number = 0
    signed_on_time: Number = 0
    signed_late: Number = 0
    sign_overdue: Number = 0
    responded_on_time: Number = 0
    responded_late: Number = 0
    response_overdue: Number = 0
    submitted: Number = 0
    sent_back: Number = 0
    returned: Number = 0
    extended: Number = 0
    repeated: Number = 0
    relapsed: Number = 0
    evaluated: Number = 0
    satisfied: Number = 0
    office_evaluated: Number = 0
    office_satisfied: Number = 0
    suspended: Number = 0


class Rate(FiguresContract):
    """A rate with what it was made of."""

    numerator: Number
    denominator: Number
    value: float | None = Field(
        description="Truncated to four decimals, so that it never reads 1 while something is open; null without a denominator."
    )
    n: int = Field(description="Tasks below the line, each counted whole.")
    interval: tuple[float, float] | None = Field(description="95 % interval of Wilson: how far so few tasks can be trusted.")
    few: bool = Field(description="Fewer tasks than the office's minimum: to be shown, not to be compared.")


class Rates(FiguresContract):
    """The rates of a cohort by the id of their formula."""

    closure: Rate
    closure_full: Rate
    on_time_closure: Rate
    on_time_closure_original: Rate
    matured_closure: Rate
    matured_on_time: Rate
    overdue: Rate
    sign_on_time: Rate
    response_on_time: Rate
    acceptance: Rate
    satisfaction: Rate
    participation: Rate
    office_satisfaction: Rate
    returned: Rate
    rework: Rate
    extension: Rate
    repeat: Rate
    relapse: Rate


class Handling(FiguresContract):
    """How long closed tasks took from receipt to the first closing, in working hours (truncated to two decimals)."""

    n: int
    mean_hours: float | None
    p50_hours: float | None
    p90_hours: float | None


class Flow(FiguresContract):
    """What came and went in a period, of all tasks whenever they were received.

    opening + received + moved in − moved out − withdrawn − not accepted − merged − excluded = closed + open.
    """

    basis: Literal["flow"] = "flow"
    since: Instant
    until: Instant
    opening: Number
    received: Number
    moved_in: Number
    moved_out: Number
    withdrawn: Number
    not_accepted: Number
    merged: Number
    excluded: Number
    closed: Number
    open: Number


class Group(FiguresContract):
    """The figures of one part of a cohort."""

    key: str
    name: str
    within: str | None = Field(default=None, description="The unit above, whose figures hold these, too.")
    counts: Counts
    rates: Rates
    tasks: str = Field(description="Path of the list behind these counts; a measure's name is to be added.")


class Asked(FiguresContract):
    """The cohort that was asked for; null leaves a side open."""

    family: str | None = None
    source: str | None = None
    unit: str | None = Field(default=None, description="With the units below it.")
    category: str | None = None
    enterprise: str | None = None
    received_from: date | None = None
    received_to: date | None = Field(default=None, description="No longer in the cohort.")
    co_units: bool = Field(default=False, description="Whether a task counts for its co-units, too.")


class Figures(FiguresContract):
    """Figures, whole: the answer to a question, `duban.stats.<scope>`, and the key `<scope>` of the KV bucket `duban-stats`.

    Scopes: `all`, `family.<family>`, `source.<source>`, `unit.<unit>`. A receiver keeps the message with the greatest positions.
    """

    scope: str
    asked: Asked
    basis: Literal["snapshot"] = "snapshot"
    as_of: Instant = Field(description="What happened until then counts.")
    known_at: Instant | None = Field(description="As it was known then; null is as known now.")
    positions: dict[str, int] = Field(description="Ledger position of each partition that the figures are true for.")
    timezone: str = Field(description="Zone whose days make the periods.")
    exclusions: tuple[str, ...] = Field(description="What is left out, and how many.")
    counts: Counts
    rates: Rates
    handling: Handling
    flow: Flow | None = Field(default=None, description="Of the period of receipt, where it has both ends.")
    tasks: str = Field(description="Path of the list behind the counts; a measure's name is to be added.")
    families: tuple[Group, ...] = ()
    sources: tuple[Group, ...] = ()
    units: tuple[Group, ...] = ()
    categories: tuple[Group, ...] = Field(default=(), description="A task counts in each of its categories.")
    enterprises: tuple[Group, ...] = ()
    unregistered_units: tuple[str, ...] = ()
    periods: tuple[Group, ...] = Field(default=(), description="By month of receipt, `YYYY-MM`.")
    left_out: tuple[str, ...] = Field(
        default=(),
        description="Fields that are empty here because their groups are too many for one message (over HTTP they are whole), or"
        " because they were not asked for (`by`).",
    )


class TrendPoint(FiguresContract):
    """One day, week or month of a trend."""

    key: str = Field(description="`YYYY-MM-DD`, `YYYY-Www` (ISO 8601) or `YYYY-MM`.")
    since: Instant
    until: Instant = Field(description="No longer in it; the instant of judgement where it is not over.")
    whole: bool = Field(description="False where it is not over, or the trend begins or ends within it.")
    flow: Flow
    counts: Counts = Field(description="Of all tasks at its end, whenever they were received.")
    rates: Rates = Field(description="Of all tasks at its end, whenever they were received.")
    received_counts: Counts = Field(description="Of the tasks received in it, at its end.")
    received_rates: Rates = Field(description="Of the tasks received in it, at its end.")


class Trend(FiguresContract):
    """How figures went: the flow of each period, and the rates at its end. What was open at the end is the next one's opening."""

    by: Literal["day", "week", "month"]
    asked: Asked = Field(description="Whose tasks; `received_from` and `received_to` are the days that the trend covers.")
    as_of: Instant = Field(description="Periods end here at the latest.")
    known_at: Instant | None = Field(description="As it was known then; null is as known now.")
    positions: dict[str, int] = Field(description="Ledger position of each partition that the trend is true for.")
    timezone: str = Field(description="Zone whose days make the periods. Weeks begin on Monday.")
    points: tuple[TrendPoint, ...]
