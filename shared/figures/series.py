"""Sums of the journal at many instants, in one pass: by weight, not by account, so that they fit in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from shared.codec.journal import day_number
from shared.domain.formula import Counts
from shared.domain.measure import Measure
from shared.figures.sums import Array, Keep, Words, blocks, weighed, words_of
from shared.storage.instants import to_micros
from shared.storage.reading import Snapshot

_MEASURES: Final = len(Measure)


@dataclass(frozen=True)
class Series:
    """Counts at the instants of a series."""

    at: Sequence[Counts]
    """Of all tasks at each instant, whenever they were received."""
    received: Sequence[Counts]
    """Of those received between two days that follow each other, at the instant that belongs to them."""


async def series(
    snapshot: Snapshot, instants: Sequence[datetime], days: Sequence[date], known_at: datetime | None, keep: Keep
) -> Series:
    """Add up the journal once.

    There is one instant more than there are cohorts: the first is before all of them. `days` are the first days of the cohorts
    and, at the end, the day that is no longer in the last one; both ascend. Cohort n is judged at instant n + 1.
    """
    words = await words_of(snapshot)
    adding = _Adding(words, instants, days, known_at, keep)
    async for partition, lines in blocks(snapshot, instants[-1]):
        await asyncio.to_thread(adding.add, partition, lines)
    return await asyncio.to_thread(adding.series)


class _Adding:
    """A series in the making."""

    def __init__(
        self,
        words: Mapping[int, Words],
        instants: Sequence[datetime],
        days: Sequence[date],
        known_at: datetime | None,
        keep: Keep,
    ) -> None:
        assert len(days) == len(instants), "one instant more than cohorts, and one day more"
        self._words = words
        self._at = np.array([to_micros(instant) for instant in instants], dtype=np.int64)
        self._days = np.array([day_number(day) for day in days], dtype=np.int32)
        self._known = None if known_at is None else to_micros(known_at)
        self._weights = sorted({one.weight for part in words.values() for one in part.accounts if keep(one)})
        place = {weight: nth for nth, weight in enumerate(self._weights)}
        self._places = {
            partition: np.array([place[one.weight] if keep(one) else -1 for one in part.accounts], dtype=np.int64)
            for partition, part in words.items()
        }
        """By account: the place of its weight; less than none where it is not asked for."""
        self._grown = {partition: self._cells(part) for partition, part in words.items()}
        self._received = {partition: self._cells(part) for partition, part in words.items()}

    def _cells(self, part: Words) -> Array:
        """By instant, weight and change."""
        return np.zeros(len(self._at) * len(self._weights) * len(part.changes), dtype=np.int64)

    def add(self, partition: int, lines: Array) -> None:
        """Add a block of lines."""
        mask = (lines["at"] <= self._at[-1]) & (self._places[partition][lines["account"]] >= 0)
        if self._known is not None:
            mask &= lines["known"] <= self._known
        lines = lines[mask]
        self._count(partition, self._grown[partition], np.searchsorted(self._at, lines["at"]), lines)
        lines = lines[(lines["day"] >= self._days[0]) & (lines["day"] < self._days[-1])]
        cohort = np.searchsorted(self._days, lines["day"], side="right")
        in_time = lines["at"] <= self._at[cohort]
        self._count(partition, self._received[partition], cohort[in_time], lines[in_time])

    def _count(self, partition: int, sums: Array, nth: Array, lines: Array) -> None:
        if len(lines):
            rows = nth * len(self._weights) + self._places[partition][lines["account"]]
            sums += np.bincount(rows * len(self._words[partition].changes) + lines["change"], minlength=len(sums))

    def series(self) -> Series:
        """The series of all that was added."""
        return Series(self._counts(np.cumsum(self._total(self._grown), axis=0)), self._counts(self._total(self._received))[1:])

    def _total(self, sums: Mapping[int, Array]) -> Array:
        """By instant, weight and measure."""
        shape = (len(self._at), len(self._weights))
        total = np.zeros((*shape, _MEASURES), dtype=np.int64)
        for partition, cells in sums.items():
            changes = self._words[partition].changes
            total += cells.reshape(*shape, len(changes)) @ changes
        return total

    def _counts(self, total: Array) -> list[Counts]:
        return [
            sum((weighed(vector, weight) for vector, weight in zip(row, self._weights, strict=True)), Counts()) for row in total
        ]
