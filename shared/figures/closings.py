"""Closings one by one: how long each took, for the percentiles of handling times."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from shared.domain.question import Handling
from shared.figures.growing import Array, Growing

_BUCKET_BITS: Final = 8
"""Minutes are counted in buckets first: then only one bucket of a million closings is looked into."""
_LEAST_UNSORTED: Final = 1 << 14

CLOSING: Final = np.dtype([("account", "<i4"), ("month", "<i4"), ("minutes", "<i4")])


@dataclass(frozen=True)
class Chosen:
    """Which closings: of some accounts, in ascending order, or of all; of tasks received in months [since, until), or any."""

    accounts: Array | None = None
    since: int | None = None
    until: int | None = None


class Closings:
    """Closings sorted by account, so that those of some are read in a few runs; the latest ones lie aside until they are many."""

    def __init__(self) -> None:
        self._sorted: Array = np.zeros(0, dtype=CLOSING)
        self._starts: Array = np.zeros(1, dtype=np.int64)
        """By account: where its closings begin; at the end their number."""
        self._latest = Growing(CLOSING)

    def add(self, closings: Array) -> None:
        """Add closings in any order."""
        self._latest.append(closings)
        if self._latest.size > max(_LEAST_UNSORTED, len(self._sorted) // 8):
            everything = np.concatenate([self._sorted, self._latest.rows])
            self._sorted = everything[np.argsort(everything["account"], kind="stable")]
            accounts = np.arange(int(self._sorted["account"][-1]) + 2)
            self._starts = np.searchsorted(self._sorted["account"], accounts)
            self._latest = Growing(CLOSING)

    def minutes(self, chosen: Chosen) -> Array:
        """Working minutes of each of the chosen."""
        return np.concatenate([_minutes(part, chosen) for part in self._parts(chosen.accounts)])

    def _parts(self, accounts: Array | None) -> tuple[Array, Array]:
        latest = self._latest.rows
        if accounts is None:
            return self._sorted, latest
        known = accounts[: np.searchsorted(accounts, len(self._starts) - 1)]
        starts = self._starts[known]
        lengths = self._starts[known + 1] - starts
        before = np.cumsum(lengths) - lengths
        places = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
        return self._sorted[places], latest[np.isin(latest["account"], accounts, kind="table")] if len(latest) else latest


def _minutes(closings: Array, chosen: Chosen) -> Array:
    mask: Array | None = None
    if chosen.since is not None:
        mask = closings["month"] >= chosen.since
    if chosen.until is not None:
        earlier = closings["month"] < chosen.until
        mask = earlier if mask is None else mask & earlier
    minutes: Array = closings["minutes"]
    return minutes if mask is None else minutes[mask]


@dataclass
class ClosingTimes:
    """Closings, and those that were taken back."""

    there: Closings = field(default_factory=Closings)
    gone: Closings = field(default_factory=Closings)

    def handling(self, chosen: Chosen) -> Handling:
        """Mean and nearest-rank percentiles of the chosen."""
        there, gone = self.there.minutes(chosen), self.gone.minutes(chosen)
        n = len(there) - len(gone)
        if n <= 0:
            return Handling(0, 0, None, None)
        total = int(there.sum(dtype=np.int64)) - int(gone.sum(dtype=np.int64))
        ranks = _Ranks(there, gone)
        return Handling(n, total, ranks.at(-(-50 * n // 100)), ranks.at(-(-90 * n // 100)))


class _Ranks:
    """Finds the minutes at a rank among closings, less those that were taken back."""

    def __init__(self, there: Array, gone: Array) -> None:
        self._sides = [(minutes >> _BUCKET_BITS, minutes) for minutes in (there, gone)]
        self._reached = np.cumsum(_less(*[buckets for buckets, _ in self._sides]))

    def at(self, rank: int) -> int:
        bucket = int(np.searchsorted(self._reached, rank))
        inside = [minutes[buckets == bucket] - (bucket << _BUCKET_BITS) for buckets, minutes in self._sides]
        before = int(self._reached[bucket - 1]) if bucket else 0
        return (bucket << _BUCKET_BITS) + int(np.searchsorted(before + np.cumsum(_less(*inside)), rank))


def _less(there: Array, gone: Array) -> Array:
    """How often each number is there, less how often it is gone."""
    length = max(int(there.max(initial=0)), int(gone.max(initial=0))) + 1
    return np.bincount(there, minlength=length) - np.bincount(gone, minlength=length)
