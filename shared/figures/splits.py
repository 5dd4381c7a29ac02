"""Splits of a cohort: by one dimension into groups, in each of which an account may count."""

from dataclasses import dataclass, field

from shared.domain.question import Dimension, keys_of
from shared.domain.timeline import Account
from shared.units import Units


@dataclass(frozen=True)
class Split:
    """The groups of a dimension in which an account counts; two of one office are the same split when their words are."""

    dimension: Dimension
    co_units: bool = False
    upwards: bool = False
    """Whether an account counts for the units above its own, too."""
    units: Units = field(default_factory=Units, compare=False)

    def __call__(self, account: Account) -> tuple[str, ...]:
        keys = keys_of(account, self.dimension, co_units=self.co_units)
        if not self.upwards:
            return keys
        return tuple(dict.fromkeys(above for one in keys for above in self.units.chain(one)))
