"""Counts by account: one row for each account that has any."""

import numpy as np

from shared.figures.growing import Array, Growing


class Cells:
    """The sums of one month, or of all: counts of accounts, which are named by their numbers."""

    def __init__(self, width: int) -> None:
        self._row = Growing(np.int32, fill=-1)
        """By account: its row, -1 where it has none."""
        self._accounts = Growing(np.int32)
        self._counts = Growing(np.int32, width)

    def add(self, accounts: Array, changes: Array) -> None:
        """Add changes of accounts, each named once."""
        self._row.reach(int(accounts.max()) + 1)
        new = accounts[self._row.rows[accounts] < 0]
        self._row.rows[new] = np.arange(self._accounts.size, self._accounts.size + len(new))
        self._accounts.append(new)
        self._counts.reach(self._accounts.size)
        self._counts.rows[self._row.rows[accounts]] += changes

    def total(self, chosen: Array | None) -> Array:
        """The sum of some accounts, in ascending order, or of all."""
        rows = self._counts.rows if chosen is None else self._counts.rows.take(self._found(chosen)[1], axis=0)
        # Adding numbers as wide as they are takes two thirds of the time; no count exceeds the number of lines.
        total: Array = rows.sum(axis=0, dtype=rows.dtype)
        return total

    def add_to(self, sums: Array, chosen: Array | None) -> None:
        """Add the counts of some accounts to a matrix that has a row for each of these, or of all accounts to one of all."""
        if chosen is None:
            sums[self._accounts.rows] += self._counts.rows
        else:
            places, rows = self._found(chosen)
            sums[places] += self._counts.rows.take(rows, axis=0)

    def _found(self, chosen: Array) -> tuple[Array, Array]:
        """Which of the chosen accounts have a row, and which one."""
        rows = self._row.rows[chosen[: np.searchsorted(chosen, self._row.size)]]
        places = np.flatnonzero(rows >= 0)
        return places, rows[places]
