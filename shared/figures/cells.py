"""Counts by account: one row for each account that has any."""

from typing import Any, Final

import numpy as np

from shared.figures.growing import Array, Growing

_ROWS_AT_ONCE: Final = 16


def summed_rows(rows: Array) -> Array:
    """The sum of the rows, as wide as they are: no count exceeds the number of lines."""
    # Short rows side by side are added in a quarter of the time.
    long: Array = rows[: len(rows) // _ROWS_AT_ONCE * _ROWS_AT_ONCE]
    side_by_side = long.reshape(-1, _ROWS_AT_ONCE * rows.shape[1]).sum(axis=0, dtype=rows.dtype)
    rest: Array = rows[len(long) :].sum(axis=0, dtype=rows.dtype)
    rest += side_by_side.reshape(_ROWS_AT_ONCE, -1).sum(axis=0, dtype=rows.dtype)
    return rest


class Cells:
    """The sums of one month, or of all: counts of accounts, which are named by their numbers."""

    def __init__(self, width: int, dtype: Any = np.int32) -> None:
        self._row = Growing(np.int32, fill=-1)
        """By account: its row, -1 where it has none."""
        self._accounts = Growing(np.int32)
        self._counts = Growing(dtype, width)

    def add(self, accounts: Array, changes: Array) -> None:
        """Add changes of accounts, each named once."""
        self._reach(accounts)
        self._counts.rows[self._row.rows[accounts]] += changes

    def add_each(self, accounts: Array, columns: Array, changes: Array) -> None:
        """Add one change after another to a column of an account."""
        self._reach(np.unique(accounts))
        np.add.at(self._counts.rows, (self._row.rows[accounts], columns), changes)

    def _reach(self, accounts: Array) -> None:
        """Have a row for each of these."""
        self._row.reach(int(accounts.max()) + 1)
        new = accounts[self._row.rows[accounts] < 0]
        self._row.rows[new] = np.arange(self._accounts.size, self._accounts.size + len(new))
        self._accounts.append(new)
        self._counts.reach(self._accounts.size)

    def of(self, chosen: Array | None) -> tuple[Array, Array]:
        """The places, among some accounts in ascending order or among all, of those that have counts, and their counts."""
        if chosen is None:
            return self._accounts.rows, self._counts.rows
        rows = self._row.rows.take(chosen[: np.searchsorted(chosen, self._row.size)])
        places = np.flatnonzero(rows >= 0)
        return places, self._counts.rows.take(rows.take(places), axis=0)

    def total(self, chosen: Array | None) -> Array:
        """The sum of some accounts, or of all."""
        return summed_rows(self.of(chosen)[1])
