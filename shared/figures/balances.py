"""The journal added up: counts by account and month of receipt as of an instant, and what is still to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from typing import Final

import numpy as np

from shared.domain.measure import Measure
from shared.domain.timeline import Account
from shared.figures.cells import Cells
from shared.figures.closings import Closings
from shared.figures.growing import Array, Growing
from shared.figures.sums import Words, months_of
from shared.storage.instants import from_micros, to_micros

FLOW: Final = tuple(sorted((
    Measure.OPEN, Measure.GIVEN, Measure.MOVED_IN, Measure.MOVED_OUT, Measure.WITHDRAWN, Measure.NOT_ACCEPTED,
    Measure.MERGED, Measure.EXCLUDED, Measure.CLOSED,
)))  # fmt: skip
"""What a flow from one instant to another is made of."""
_ENTRY: Final = np.dtype([("at", "<i8"), ("month", "<i4"), ("account", "<i4"), ("change", "<i4"), ("minutes", "<i4")])
"""A line whose account and change have the numbers of the balances, the same for all partitions."""


@dataclass
class Read:
    """How much of a partition was read, and which numbers of the balances its own numbers stand for."""

    accounts: Growing = field(default_factory=lambda: Growing(np.int32))
    changes: Growing = field(default_factory=lambda: Growing(np.int32))
    chunk: int = 0
    lines: int = 0
    """Lines of the chunk that were read."""
    position: int = 0


class Balances:
    """Sums of all lines up to an instant that only goes forward."""

    def __init__(self, zone: tzinfo) -> None:
        self._months_of = LocalMonths(zone)
        self.read: dict[int, Read] = {}
        self._numbers: dict[Account, int] = {}
        self.accounts: list[Account] = []
        self.weights = Growing(np.float64)
        self._change_numbers: dict[tuple[int, int], int] = {}
        self._changes = Growing(np.int8, len(Measure))
        self._ahead: Array = np.zeros(0, dtype=_ENTRY)
        """Lines whose instant has not come."""
        self._next = np.iinfo(np.int64).max
        self._changed: list[Array] = []
        self.totals = Growing(np.int32, len(Measure))
        self.months: dict[int, Cells] = {}
        """By month of receipt, months since 1970."""
        self.flows: dict[int, Cells] = {}
        """By local month in which it happened."""
        self.closings = Closings()

    def learn(self, partition: int, accounts: Sequence[Account], changes: Sequence[tuple[int, int]]) -> None:
        """Know the next accounts and changes of a partition."""
        read = self.read[partition]
        read.accounts.append(np.array([self._number(one) for one in accounts], dtype=np.int32))
        new = [one for one in dict.fromkeys(changes) if one not in self._change_numbers]
        if new:
            self._changes.append(Words.of((), new).changes.astype(np.int8))
            self._change_numbers |= {one: len(self._change_numbers) + nth for nth, one in enumerate(new)}
        read.changes.append(np.array([self._change_numbers[one] for one in changes], dtype=np.int32))
        self.totals.reach(len(self.accounts))

    def _number(self, account: Account) -> int:
        number = self._numbers.setdefault(account, len(self._numbers))
        if number == len(self.accounts):
            self.accounts.append(account)
            self.weights.append(np.array([account.weight]))
        return number

    def add(self, partition: int, lines: Array, until: datetime) -> None:
        """Add lines of a partition; those after the instant lie aside until it has come."""
        read = self.read[partition]
        entries = np.empty(len(lines), dtype=_ENTRY)
        entries["at"], entries["minutes"] = lines["at"], lines["minutes"]
        entries["month"] = months_of(lines["day"])
        entries["account"] = read.accounts.rows[lines["account"]]
        entries["change"] = read.changes.rows[lines["change"]]
        come: Array = entries["at"] <= to_micros(until)
        ahead = entries[~come]
        if len(ahead):
            self._ahead = np.concatenate([self._ahead, ahead])
            self._next = min(self._next, int(ahead["at"].min()))
        self._write(entries[come])

    def pass_time(self, until: datetime) -> None:
        """Let the instants of lines come."""
        if self._next > to_micros(until):
            return
        come: Array = self._ahead["at"] <= to_micros(until)
        entries, self._ahead = self._ahead[come], self._ahead[~come]
        self._next = int(self._ahead["at"].min(initial=np.iinfo(np.int64).max))
        self._write(entries)

    def take_changed(self) -> list[Account]:
        """The accounts whose counts changed since this was asked last."""
        numbers = np.unique(np.concatenate(self._changed)).tolist() if self._changed else []
        self._changed = []
        return [self.accounts[number] for number in numbers]

    def _write(self, entries: Array) -> None:
        if not len(entries):
            return
        for month, accounts, sums in self._by_month(entries, entries["month"], self._changes.rows):
            self.months.setdefault(month, Cells(len(Measure))).add(accounts, sums)
            self.totals.rows[accounts] += sums
            self._changed.append(accounts[np.any(sums, axis=1)])
        flows = self._changes.rows[:, FLOW]
        flowing = entries[np.any(flows, axis=1)[entries["change"]]]
        if len(flowing):
            for month, accounts, sums in self._by_month(flowing, self._months_of.each(flowing["at"]), flows):
                self.flows.setdefault(month, Cells(len(FLOW))).add(accounts, sums)
        self._write_closings(entries)

    def _by_month(self, entries: Array, months: Array, changes: Array) -> Iterator[tuple[int, Array, Array]]:
        """The months of entries, the accounts that change in each, and by how much."""
        keys = months.astype(np.int64) * len(self.accounts) + entries["account"]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        sums = np.add.reduceat(changes.take(entries["change"][order], axis=0), starts, axis=0, dtype=np.int32)
        there, accounts = np.divmod(keys[starts], len(self.accounts))
        for month in np.unique(there).tolist():
            first, end = np.searchsorted(there, [month, month + 1])
            yield month, accounts[first:end], sums[first:end]

    def _write_closings(self, entries: Array) -> None:
        times = self._changes.rows[entries["change"], Measure.CLOSED]
        closing = times != 0
        if np.any(closing):
            entries, times = entries[closing], times[closing]
            self.closings.add(entries["account"], entries["month"], entries["minutes"], times)
            self._changed.append(np.unique(entries["account"]))


class LocalMonths:
    """The local months of instants, counted from January 1970."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._start = lru_cache(maxsize=4096)(self._first_instant)

    def each(self, at: Array) -> Array:
        """The month of each instant (microseconds since 1970)."""
        first, last = self._about(int(at.min())) - 1, self._about(int(at.max())) + 2
        starts = np.array([self._start(month) for month in range(first, last)])
        months: Array = first - 1 + np.searchsorted(starts, at, side="right")
        return months

    def _about(self, at: int) -> int:
        return month_number(from_micros(at).date())

    def _first_instant(self, month: int) -> int:
        return to_micros(datetime.combine(date(1970 + month // 12, month % 12 + 1, 1), time(0), self._zone))


def month_number(day: date) -> int:
    """The month of a day, counted from January 1970."""
    return (day.year - 1970) * 12 + day.month - 1
