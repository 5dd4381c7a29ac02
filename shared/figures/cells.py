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

    def total(self, chosen: Array | None) -> Array:
        """The sum of some accounts, in ascending order, or of all."""
        return summed_rows(self._counts.rows if chosen is None else self._counts.rows.take(self._found(chosen)[1], axis=0))

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
