"""The part of the balances that a question asks for, as of the instant of the balances."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np

from shared.domain.formula import Counts
from shared.domain.measure import Measure
from shared.domain.question import Handling
from shared.figures.balances import FLOW, Balances
from shared.figures.cells import summed_rows
from shared.figures.groups import Groups
from shared.figures.growing import Array
from shared.figures.splits import Split
from shared.figures.sums import month_word, weighed


@dataclass
class Part:
    """Sums of some accounts over some months of receipt. True until the balances is written in again."""

    balances: Balances
    splits: dict[Split, Groups]
    """The groups that were made so far, for all parts of the balances."""
    chosen: Array | None = None
    """Accounts, in ascending order; None is all."""
    since: int | None = None
    until: int | None = None
    """Months of receipt [since, until); None leaves a side open."""
    _matrices: dict[float, Array] = field(default_factory=dict)
    _taken: dict[tuple[int, float], tuple[Array, Array]] = field(default_factory=dict)

    def total(self) -> Counts:
        """The counts of all."""
        total = Counts()
        for weight, chosen in self._weights:
            total += weighed(self._vector(weight, chosen), weight)
        return total

    def _vector(self, weight: float, chosen: Array | None) -> Array:
        """The sum of the counts of accounts of one weight."""
        if weight in self._matrices or (self.since is None and self.until is None):
            return summed_rows(self._matrix(weight, chosen))
        # Of a period, the sums of its months are added in a fraction of the time that a matrix of all accounts takes.
        vector = np.zeros(len(Measure), dtype=np.int32)
        for month in self._months():
            vector += summed_rows(self._of_month(month, weight, chosen)[1])
        return vector

    def by(self, keys: Split) -> dict[str, Counts]:
        """The counts of groups; an account with several keys counts in each."""
        groups = groups_of(self.splits, keys, self.balances)
        found: dict[str, Counts] = {}
        for weight, chosen in self._weights:
            pairs = groups.pairs if chosen is None else groups.pairs.of(chosen)
            numbers, sums = pairs.sums(self._matrix(weight, chosen))
            for number, vector in zip(numbers.tolist(), sums, strict=True):
                _put(found, groups.keys[number], weighed(vector, weight))
        return _those_with_any(found)

    def by_month(self) -> dict[str, Counts]:
        """The counts by month of receipt, `YYYY-MM`."""
        found: dict[str, Counts] = {}
        for month in self._months():
            for weight, chosen in self._weights:
                _put(found, month_word(month), weighed(summed_rows(self._of_month(month, weight, chosen)[1]), weight))
        return _those_with_any(found)

    def handling(self) -> Handling:
        """How long the closed tasks took."""
        return self.balances.closings.handling(self.chosen, self.since, self.until)

    def fingerprint(self) -> bytes:
        """The same while all counts of accounts, months and closings are the same."""
        found = blake2b(repr(self.handling()).encode(), digest_size=16)
        for weight, chosen in self._weights:
            matrix = self._matrix(weight, chosen)
            places = np.flatnonzero(np.any(matrix, axis=1))
            found.update((places if chosen is None else chosen[places]).astype(np.int64).tobytes())
            found.update(matrix[places].tobytes())
        for month in self._months():
            for weight, chosen in self._weights:
                found.update(summed_rows(self._of_month(month, weight, chosen)[1]).tobytes())
        return found.digest()

    def flow(self, since: int, until: int | None) -> tuple[Counts, Counts]:
        """What a flow is made of, of all that happened before one local month and before another, whenever it was received; None
        is until now.
        """
        before, after = Counts(), Counts()
        for weight, chosen in self._weights:
            vectors = np.zeros((2, len(Measure)), dtype=np.int64)
            for month, cells in self.balances.flows.items():
                if until is None or month < until:
                    vectors[int(month >= since), FLOW] += cells.total(chosen)
            before += weighed(vectors[0], weight)
            after += weighed(vectors[0] + vectors[1], weight)
        return before, after

    def _months(self) -> list[int]:
        return [
            month
            for month in sorted(self.balances.months)
            if (self.since is None or month >= self.since) and (self.until is None or month < self.until)
        ]

    @cached_property
    def _weights(self) -> list[tuple[float, Array | None]]:
        """The weights of the accounts, with those that have each."""
        weights = self.balances.weights.rows if self.chosen is None else self.balances.weights.rows[self.chosen]
        found = np.unique(weights).tolist()
        if len(found) == 1:
            return [(found[0], self.chosen)]
        places = [np.flatnonzero(weights == weight) for weight in found]
        return [
            (weight, there if self.chosen is None else self.chosen[there]) for weight, there in zip(found, places, strict=True)
        ]

    def _matrix(self, weight: float, chosen: Array | None) -> Array:
        """The counts of accounts of one weight, a row for each."""
        if weight not in self._matrices:
            self._matrices[weight] = self._added_up(weight, chosen)
        return self._matrices[weight]

    def _added_up(self, weight: float, chosen: Array | None) -> Array:
        totals = self.balances.totals.rows
        if self.since is None and self.until is None:
            return totals if chosen is None else totals.take(chosen, axis=0)
        sums = np.zeros((len(totals) if chosen is None else len(chosen), len(Measure)), dtype=np.int32)
        for month in self._months():
            places, counts = self._of_month(month, weight, chosen)
            sums[places] += counts
        return sums

    def _of_month(self, month: int, weight: float, chosen: Array | None) -> tuple[Array, Array]:
        """The accounts of one weight that have counts of a month, and these."""
        if (month, weight) not in self._taken:
            self._taken[month, weight] = self.balances.months[month].of(chosen)
        return self._taken[month, weight]


def groups_of(splits: dict[Split, Groups], split: Split, balances: Balances) -> Groups:
    """The groups of a split, of all accounts of the balances."""
    groups = splits.setdefault(split, Groups(split))
    groups.learn(balances.accounts)
    return groups


def _put(found: dict[str, Counts], key: str, counts: Counts) -> None:
    found[key] = found[key] + counts if key in found else counts


def _those_with_any(found: dict[str, Counts]) -> dict[str, Counts]:
    return {key: counts for key, counts in found.items() if any(counts.tasks)}
