"""Counts and rates: every rate with its numerator and denominator; nothing reads 100 % while something is open."""

from decimal import ROUND_DOWN, Decimal

from shared.domain.value import value

_FOUR_DECIMALS = Decimal("0.0001")


@value
class Rate:
    """A rate with what it was made of."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The quotient truncated to four decimals; None when the denominator is zero, which is neither 0 nor 100 %."""
        if self.denominator == 0:
            return None
        quotient = Decimal(self.numerator) / Decimal(self.denominator)
        return float(quotient.quantize(_FOUR_DECIMALS, rounding=ROUND_DOWN))


@value
class Counts:
    """Tasks of a cohort. received − closed − open are those that ended without closing."""

    received: int = 0
    closed: int = 0
    closed_on_time: int = 0
    closed_late: int = 0
    open: int = 0
    overdue_open: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.received + other.received,
            self.closed + other.closed,
            self.closed_on_time + other.closed_on_time,
            self.closed_late + other.closed_late,
            self.open + other.open,
            self.overdue_open + other.overdue_open,
        )

    @property
    def closure(self) -> Rate:
        """办结率: closed ÷ (closed + open); a task that ended without closing is in neither."""
        return Rate(self.closed, self.closed + self.open)

    @property
    def on_time_closure(self) -> Rate:
        """按期办结率: closed no later than the due ÷ (closed with a due + open and past it)."""
        return Rate(self.closed_on_time, self.closed_on_time + self.closed_late + self.overdue_open)
