"""The figures that are published: every rate with its numerator, denominator and the instant it is true for."""

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Instant


class FiguresContract(BaseModel):
    """Base of the figures models: frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(FiguresContract):
    """Tasks of a cohort, judged at an instant. closed = on time + late + those without a due."""

    received: int
    closed: int
    closed_on_time: int
    closed_late: int
    open: int
    overdue_open: int


class Rate(FiguresContract):
    """A rate; `value` is null when the denominator is zero."""

    numerator: int
    denominator: int
    value: float | None = Field(description="Truncated to four decimals, so that it never reads 1 while something is open.")


class Rates(FiguresContract):
    """closure: closed ÷ (closed + open). on_time_closure: closed by the due ÷ (closed with a due + open and past it)."""

    closure: Rate
    on_time_closure: Rate


class Group(FiguresContract):
    """The figures of one part of a cohort."""

    key: str
    counts: Counts
    rates: Rates


class Figures(FiguresContract):
    """Figures of one scope, whole: `duban.stats.<scope>` and the key `<scope>` of the KV bucket `duban-stats`.

    Scopes: `all`, `family.<family>`, `unit.<unit>`. A receiver keeps the message with the greatest positions.
    """

    scope: str
    basis: str = Field(default="snapshot", description="Cohort by the time of receipt, judged at as_of.")
    as_of: Instant
    positions: dict[str, int] = Field(description="Ledger position of each partition that the figures are true for.")
    timezone: str = Field(description="Zone whose days make the periods.")
    counts: Counts
    rates: Rates
    families: tuple[Group, ...]
    units: tuple[Group, ...]
    unregistered_units: tuple[str, ...]
    periods: tuple[Group, ...] = Field(description="By month of receipt, `YYYY-MM`.")
