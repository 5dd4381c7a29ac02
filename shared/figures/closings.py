"""How long closings took: counted in buckets of minutes, and one by one, so that a percentile looks into one bucket only."""

from typing import Final

import numpy as np

from shared.domain.question import Handling
from shared.figures.cells import Cells, summed_rows
from shared.figures.growing import Array, Growing

_EDGES: Final = np.unique((120 * 2 ** (np.arange(27) / 2)).astype(np.int64))
"""Where the next bucket begins, in working minutes: twice as late every other time, from two hours to some years."""
_BUCKETS: Final = len(_EDGES) + 1


class _Bucket:
    """The closings of one bucket, in the order in which they became known."""

    def __init__(self, number: int) -> None:
        self.least = int(_EDGES[number - 1]) if number else 0
        self.accounts, self.months, self.minutes = Growing(np.int32), Growing(np.int16), Growing(np.int32)
        self.times = Growing(np.int8)
        """1, or -1 where it was taken back."""
        self.taken_back = False


class Closings:
    """Closings by account and month of receipt of the task."""

    def __init__(self) -> None:
        self._counts, self._minutes = Growing(np.int32, _BUCKETS), Growing(np.int64)
        """By account: closings in each bucket, and minutes of all."""
        self._months: dict[int, tuple[Cells, Cells]] = {}
        """The same of a month."""
        self._buckets = [_Bucket(number) for number in range(_BUCKETS)]

    def add(self, accounts: Array, months: Array, minutes: Array, times: Array) -> None:
        """Add closings, each 1 time or, where it is taken back, -1 times."""
        buckets = np.searchsorted(_EDGES, minutes, side="right")
        self._counts.reach(int(accounts.max()) + 1)
        self._minutes.reach(self._counts.size)
        np.add.at(self._counts.rows, (accounts, buckets), times)
        np.add.at(self._minutes.rows, accounts, minutes.astype(np.int64) * times)
        for month in np.unique(months).tolist():
            there = months == month
            counts, sums = self._months.setdefault(month, (Cells(_BUCKETS), Cells(1, np.int64)))
            counts.add_each(accounts[there], buckets[there], times[there])
            sums.add_each(accounts[there], np.zeros_like(buckets[there]), minutes[there].astype(np.int64) * times[there])
        for number in np.unique(buckets).tolist():
            there, bucket = buckets == number, self._buckets[number]
            bucket.accounts.append(accounts[there])
            bucket.months.append(months[there])
            bucket.minutes.append(minutes[there])
            bucket.times.append(times[there])
            bucket.taken_back |= bool((times[there] < 0).any())

    def handling(self, accounts: Array | None, since: int | None = None, until: int | None = None) -> Handling:
        """Mean and nearest-rank percentiles of some accounts, in ascending order, or all; of months [since, until), or any."""
        counts, total = self._added_up(accounts, since, until)
        reached = np.cumsum(counts)
        n = int(reached[-1])
        if n <= 0:
            return Handling(0, 0, None, None)

        def rank(share: int) -> int:
            place = -(-share * n // 100)
            number = int(np.searchsorted(reached, place))
            bucket = self._buckets[number]
            inside = _inside(bucket, accounts, since, until)
            return bucket.least + int(np.searchsorted(np.cumsum(inside) + (reached[number] - counts[number]), place))

        return Handling(n, total, rank(50), rank(90))

    def _added_up(self, accounts: Array | None, since: int | None, until: int | None) -> tuple[Array, int]:
        """Closings in each bucket, and minutes of all."""
        if since is None and until is None:
            known = accounts if accounts is None else accounts[: np.searchsorted(accounts, self._counts.size)]
            counts, minutes = self._counts.rows, self._minutes.rows
            return (summed_rows(counts), int(minutes.sum())) if known is None else (
                summed_rows(counts.take(known, axis=0)), int(minutes[known].sum())
            )  # fmt: skip
        added, total = np.zeros(_BUCKETS, dtype=np.int64), 0
        for month, (cells, sums) in self._months.items():
            if (since is None or month >= since) and (until is None or month < until):
                added += cells.total(accounts)
                total += int(sums.total(accounts)[0])
        return added, total


def _inside(bucket: _Bucket, accounts: Array | None, since: int | None, until: int | None) -> Array:
    """How many closings took each number of minutes from the least of a bucket on."""
    minutes, times = bucket.minutes.rows, bucket.times.rows
    kept = np.ones(len(minutes), dtype=bool)
    if accounts is not None:
        asked = np.zeros(int(bucket.accounts.rows.max()) + 1, dtype=bool)
        asked[accounts[: np.searchsorted(accounts, len(asked))]] = True
        kept = asked.take(bucket.accounts.rows)
    if since is not None:
        kept &= bucket.months.rows >= since
    if until is not None:
        kept &= bucket.months.rows < until
    # Picked by number and counted without weights: with them it takes four times as long.
    places = np.flatnonzero(kept)
    minutes = minutes.take(places) - bucket.least
    counts = np.bincount(minutes)
    if bucket.taken_back:
        counts -= 2 * np.bincount(minutes[times.take(places) < 0], minlength=len(counts))
    return counts
