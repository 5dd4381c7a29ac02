"""A rule: how one clock of a policy is set."""

from typing import Final, Literal

from shared.domain.budget import Budget
from shared.domain.period import CIVIL_CODE, Counting
from shared.domain.value import value

Starts = Literal["push", "receipt", "sign", "accept"]
"""From when a clock counts: the event that gave us the matter, its receipt by the sender, signing (签收), acceptance (受理)."""
AT_ONCE: Final[frozenset[Starts]] = frozenset({"push", "receipt"})
"""The starts of clocks that run from the registration."""


@value
class Rule:
    """How one clock of a policy is set: budget, legal citation, how long before the due it warns, how long after it it tells
    again what is still not done, how days are counted, and from when. The internal due's budget is its lead: so long before the
    finish due.
    """

    id: str
    budget: Budget
    citation: str
    near: tuple[Budget, ...]
    counting: Counting = CIVIL_CODE
    starts: Starts = "push"
    late: tuple[Budget, ...] = ()
    short_near: tuple[Budget, ...] = ()
    short_late: tuple[Budget, ...] = ()
    """In place of `near` and `late` where a clock is of hours, such as a due of this evening that was given; none is as those."""

    def leads(self, *, of_hours: bool) -> tuple[Budget, ...]:
        """How long before its due a clock warns."""
        return self.short_near if of_hours and self.short_near else self.near

    def lags(self, *, of_hours: bool) -> tuple[Budget, ...]:
        """How long after its due a clock tells again."""
        return self.short_late if of_hours and self.short_late else self.late
