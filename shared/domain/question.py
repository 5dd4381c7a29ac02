"""Questions that figures answer: whose tasks, received when, judged at which instant, by what was known when."""

from datetime import date, datetime
from typing import Final, Literal

from shared.domain.formula import Counts, Number
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.timeline import Account
from shared.domain.value import value

Dimension = Literal["family", "source", "unit", "category", "enterprise"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("family", "source", "unit", "category", "enterprise")
_NONE: Final = ("",)
"""The group of what names no category or no enterprise."""


@value
class Question:
    """A cohort and the instants at which it is judged. None leaves a side open."""

    as_of: datetime
    """What happened until then counts, this instant included."""
    known_at: datetime | None = None
    """As it was known then; None is as known now. `as_of` itself gives the figures as they were shown then."""
    since: date | None = None
    """First local day of receipt."""
    until: date | None = None
    """Local day of receipt that is no longer in the cohort."""
    family: Family | None = None
    source: str | None = None
    unit: str | None = None
    """A unit with those below it."""
    category: str | None = None
    enterprise: str | None = None
    co_units: bool = False
    """Whether a task counts for its co-units, too."""

    def covers(self, account: Account, units: frozenset[str] | None) -> bool:
        """Whether an account is asked for; `units` are the unit with those below it, None for all."""
        return (
            (self.family is None or account.family is self.family)
            and (self.source is None or account.source == self.source)
            and (self.category is None or self.category in (account.category or _NONE))
            and (self.enterprise is None or self.enterprise in (account.enterprise or _NONE))
            and (units is None or not units.isdisjoint(units_of(account, co_units=self.co_units)))
        )


def units_of(account: Account, *, co_units: bool) -> tuple[str, ...]:
    """The units in which an account counts: its lead, and its co-units where the rule says so."""
    return (account.unit, *account.co_units) if co_units else (account.unit,)


def keys_of(account: Account, dimension: Dimension, *, co_units: bool) -> tuple[str, ...]:
    """The groups of a dimension in which an account counts: in each of its categories, so that shares may exceed 100 %."""
    if dimension == "family":
        return (account.family.value,)
    if dimension == "source":
        return (account.source,)
    if dimension == "unit":
        return tuple(dict.fromkeys(units_of(account, co_units=co_units)))
    return tuple(dict.fromkeys(account.category if dimension == "category" else account.enterprise)) or _NONE


@value
class Flow:
    """What came and went in a period: opening + received + moved in − moved out − withdrawn − not accepted − merged − excluded is
    closed + open.
    """

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

    @property
    def holds(self) -> bool:
        """Whether the identity holds."""
        came = self.opening + self.received + self.moved_in
        went = self.moved_out + self.withdrawn + self.not_accepted + self.merged + self.excluded
        return came - went == self.closed + self.open


def flow(before: Counts, after: Counts) -> Flow:
    """The flow from one instant to another, of all tasks whenever they were received."""

    def grown(measure: Measure) -> Number:
        return after[measure] - before[measure]

    return Flow(
        opening=before[Measure.OPEN],
        received=grown(Measure.GIVEN),
        moved_in=grown(Measure.MOVED_IN),
        moved_out=grown(Measure.MOVED_OUT),
        withdrawn=grown(Measure.WITHDRAWN),
        not_accepted=grown(Measure.NOT_ACCEPTED),
        merged=grown(Measure.MERGED),
        excluded=grown(Measure.EXCLUDED),
        closed=grown(Measure.CLOSED),
        open=after[Measure.OPEN],
    )


@value
class Handling:
    """How long closed tasks took from receipt to the first closing, in working minutes."""

    n: int
    total: int
    p50: int | None
    """The least time within which half of them were closed; None without any."""
    p90: int | None

    @property
    def mean(self) -> float | None:
        """The mean in working minutes; None without any."""
        return self.total / self.n if self.n else None
