"""Groups of accounts by number, so that a matrix of their counts is added up without asking each account anew."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.timeline import Account
from shared.figures.growing import Array, Growing
from shared.figures.splits import Split


@dataclass(frozen=True)
class Pairs:
    """Accounts with the groups in which they count, sorted by group, then by account."""

    accounts: Array
    groups: Array

    def of(self, accounts: Array) -> "Pairs":
        """Of some accounts only, which are named by their places among these."""
        places = np.full(int(max(self.accounts.max(initial=-1), accounts.max(initial=-1))) + 1, -1, dtype=np.int32)
        places[accounts] = np.arange(len(accounts), dtype=np.int32)
        there = places[self.accounts]
        kept = np.flatnonzero(there >= 0)
        return Pairs(there[kept], self.groups[kept])

    def sums(self, counts: Array) -> tuple[Array, Array]:
        """Groups, and the sum of the rows of each."""
        if not len(self.groups):
            return self.groups, counts[:0]
        starts = np.flatnonzero(np.diff(self.groups, prepend=-1))
        return self.groups[starts], np.add.reduceat(counts.take(self.accounts, axis=0), starts, axis=0)


class Groups:
    """The groups of one split, of all accounts that are known."""

    def __init__(self, split: Split) -> None:
        self._split = split
        self._known = 0
        self._numbers: dict[str, int] = {}
        self._accounts, self._groups = Growing(np.int32), Growing(np.int32)
        self.pairs = Pairs(self._accounts.rows, self._groups.rows)
        self.keys: list[str] = []
        """By number of the group."""

    def learn(self, accounts: Sequence[Account]) -> None:
        """Know all accounts, of which some are known."""
        if self._known == len(accounts):
            return
        pairs = [
            (number, self._numbers.setdefault(key, len(self._numbers)))
            for number in range(self._known, len(accounts))
            for key in self._split(accounts[number])
        ]
        new = np.array(pairs, dtype=np.int32).reshape(-1, 2)
        self._accounts.append(new[:, 0])
        self._groups.append(new[:, 1])
        self._known = len(accounts)
        order = np.argsort(self._groups.rows, kind="stable")
        self.pairs = Pairs(self._accounts.rows[order], self._groups.rows[order])
        self.keys = list(self._numbers)

    def members(self, key: str) -> Array:
        """The accounts of a group, in ascending order."""
        number = self._numbers.get(key, -1)
        first, end = np.searchsorted(self.pairs.groups, [number, number + 1])
        return self.pairs.accounts[first:end]
