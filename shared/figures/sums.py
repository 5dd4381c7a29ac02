"""Sums of the journal: what every account has of every measure at an instant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

import numpy as np

from shared.codec.journal import day_number
from shared.domain.formula import Counts, Number, exact_weight
from shared.domain.measure import Measure
from shared.domain.question import Handling
from shared.domain.timeline import Account
from shared.figures.splits import Split
from shared.storage.instants import to_micros
from shared.storage.reading import Snapshot

LINES: Final = np.dtype(
    [("at", "<i8"), ("known", "<i8"), ("day", "<i4"), ("account", "<i4"), ("change", "<i4"), ("minutes", "<i4")]
)
_BLOCK_BYTES: Final = 16 * 1024 * 1024
_MEASURES: Final = len(Measure)

Array = np.ndarray[Any, np.dtype[Any]]
Keep = Callable[[Account], bool]


@dataclass(frozen=True)
class Span:
    """Which lines count: those of tasks received on days in [since, until), known by then."""

    known_at: datetime | None = None
    since: date | None = None
    until: date | None = None


@dataclass
class Words:
    """What the numbers of one partition stand for."""

    accounts: list[Account]
    changes: Array
    """What each change adds to each measure."""
    closings: Array
    """How many closings each change adds."""

    @classmethod
    def of(cls, accounts: Sequence[Account], changes: Sequence[tuple[int, int]]) -> "Words":
        """Of accounts and changes in the order of their numbers."""
        matrix = np.zeros((max(len(changes), 1), _MEASURES), dtype=np.int64)
        for row, (plus, minus) in enumerate(changes):
            for measure in Measure:
                matrix[row, measure] = (plus >> measure & 1) - (minus >> measure & 1)
        return cls(list(accounts), matrix, matrix[:, Measure.CLOSED].copy())


class Summed(Protocol):
    """Sums of what a question covers, and no more, as of one instant."""

    def total(self) -> Counts:
        """The counts of all."""
        ...

    def by(self, keys: Split) -> dict[str, Counts]:
        """The counts of groups; an account with several keys counts in each."""
        ...

    def by_month(self) -> dict[str, Counts]:
        """The counts by month of receipt, `YYYY-MM`."""
        ...

    def handling(self) -> Handling:
        """How long the closed tasks took."""
        ...


@dataclass
class Sums:
    """The counts of accounts at each of some instants, and of months of receipt at the last of them."""

    instants: Sequence[datetime]
    accounts: list[Account]
    counts: Array
    """By instant, account, measure."""
    months: dict[tuple[str, float], Array] = field(default_factory=dict)
    """By month of receipt and weight, at the last instant."""
    closings: Mapping[int, tuple[Array, Array]] = field(default_factory=dict)
    """By place of the account: working minutes, and how many closings took so long, at the last instant."""

    def total(self, at: int = -1, keep: Keep | None = None) -> Counts:
        """The counts of all accounts, or of some, at one of the instants."""
        places = [place for place, account in enumerate(self.accounts) if keep is None or keep(account)]
        return counts_at(self.accounts, self.counts[at], places)

    def by(self, keys: Callable[[Account], Sequence[str]], at: int = -1) -> dict[str, Counts]:
        """The counts of groups; an account with several keys counts in each."""
        places: dict[str, list[int]] = {}
        for place, account in enumerate(self.accounts):
            for key in keys(account):
                places.setdefault(key, []).append(place)
        found = {key: counts_at(self.accounts, self.counts[at], group) for key, group in places.items()}
        return {key: counts for key, counts in found.items() if any(counts.tasks)}

    def by_month(self) -> dict[str, Counts]:
        """The counts by month of receipt, `YYYY-MM`, at the last instant."""
        found: dict[str, Counts] = {}
        for (month, weight), vector in sorted(self.months.items()):
            found[month] = found.get(month, Counts()) + weighed(vector, weight)
        return {month: counts for month, counts in found.items() if any(counts.tasks)}

    def handling(self, keep: Keep | None = None) -> Handling:
        """How long the closed tasks of all accounts, or of some, took until the last instant."""
        chosen = [pair for place, pair in self.closings.items() if keep is None or keep(self.accounts[place])]
        if not chosen:
            return Handling(0, 0, None, None)
        return handling_of(np.concatenate([pair[0] for pair in chosen]), np.concatenate([pair[1] for pair in chosen]))


def counts_at(accounts: Sequence[Account], matrix: Array, places: Sequence[int]) -> Counts:
    """The sum of some rows, in tasks and by weight."""
    by_weight: dict[float, list[int]] = {}
    for place in places:
        by_weight.setdefault(accounts[place].weight, []).append(place)
    total = Counts()
    for weight, rows in by_weight.items():
        total += weighed(matrix[rows].sum(axis=0), weight)
    return total


def weighed(vector: Array, weight: float) -> Counts:
    """Numbers of tasks in the order of the measures, as they are and by their weight."""
    tasks = tuple(vector.tolist())
    if weight == 1:
        return Counts(tasks, tasks)
    exact = exact_weight(weight)
    weighted: tuple[Number, ...] = tuple([count * exact for count in tasks])
    return Counts(tasks, weighted)


def handling_of(minutes: Array, times: Array) -> Handling:
    """Mean and nearest-rank percentiles of working minutes, each so many times; what was taken back counts less than none."""
    values, places = np.unique(minutes, return_inverse=True)
    counts = np.bincount(places, weights=times, minlength=len(values)).astype(np.int64)
    n = int(counts.sum())
    if n <= 0:
        return Handling(0, 0, None, None)
    reached = np.cumsum(counts)

    def rank(share: int) -> int:
        return int(values[np.searchsorted(reached, -(-share * n // 100))])

    return Handling(n, int((values * counts).sum()), rank(50), rank(90))


async def summed(
    snapshot: Snapshot, instants: Sequence[datetime], span: Span, keep: Keep | None = None, *, detail: bool = True
) -> Sums:
    """Add up the journal once, for instants in ascending order. Without `detail` neither months nor handling times."""
    words = await words_of(snapshot)
    adding = Adding(words, instants, span, keep, detail=detail)
    async for partition, lines in blocks(snapshot, instants[-1]):
        await asyncio.to_thread(adding.add, partition, lines)
    return await asyncio.to_thread(adding.sums)


async def words_of(snapshot: Snapshot) -> dict[int, Words]:
    """What the numbers of every partition stand for."""
    accounts, changes = await snapshot.journal_words()
    return {partition: Words.of(accounts[partition], changes.get(partition, ())) for partition in accounts}


async def blocks(snapshot: Snapshot, before: datetime) -> AsyncIterator[tuple[int, Array]]:
    """The lines of the journal in large blocks, each of one partition; lines after an instant may be left out."""
    waiting: list[bytes] = []
    size, last = 0, -1
    async for partition, body in snapshot.journal(before):
        if waiting and (partition != last or size >= _BLOCK_BYTES):
            yield last, np.frombuffer(b"".join(waiting), dtype=LINES)
            waiting, size = [], 0
        waiting.append(body)
        size, last = size + len(body), partition
    if waiting:
        yield last, np.frombuffer(b"".join(waiting), dtype=LINES)


class Adding:
    """Sums in the making."""

    def __init__(
        self, words: dict[int, Words], instants: Sequence[datetime], span: Span, keep: Keep | None, *, detail: bool
    ) -> None:
        self._words = words
        self._instants = instants
        self._at = np.array([to_micros(instant) for instant in instants], dtype=np.int64)
        self._known = None if span.known_at is None else to_micros(span.known_at)
        self._since = None if span.since is None else day_number(span.since)
        self._until = None if span.until is None else day_number(span.until)
        self._detail = detail
        self._kept = {
            partition: np.array([keep is None or keep(account) for account in one.accounts], dtype=bool)
            for partition, one in words.items()
        }
        self._cells = {
            partition: np.zeros(len(instants) * len(one.accounts) * len(one.changes), dtype=np.int64)
            for partition, one in words.items()
        }
        self._months: dict[tuple[int, float], Array] = {}
        self._closed: dict[int, list[tuple[Array, Array, Array]]] = {}

    def add(self, partition: int, lines: Array) -> None:
        """Add a block of lines."""
        words = self._words[partition]
        mask = (lines["at"] <= self._at[-1]) & self._kept[partition][lines["account"]]
        if self._known is not None:
            mask &= lines["known"] <= self._known
        if self._since is not None:
            mask &= lines["day"] >= self._since
        if self._until is not None:
            mask &= lines["day"] < self._until
        if not mask.any():
            return
        if not mask.all():
            lines = lines[mask]
        cells = lines["account"].astype(np.int64) * len(words.changes) + lines["change"]
        if len(self._at) > 1:
            cells += np.searchsorted(self._at, lines["at"]) * (len(words.accounts) * len(words.changes))
        sums = self._cells[partition]
        sums += np.bincount(cells, minlength=len(sums))
        if self._detail:
            self._add_months(words, lines)
            self._add_closings(partition, words, lines)

    def _add_months(self, words: Words, lines: Array) -> None:
        weights, of_account = np.unique([account.weight for account in words.accounts], return_inverse=True)
        months = months_of(lines["day"])
        first, width = int(months.min()), len(words.changes)
        number = int(months.max()) - first + 1
        keys = (months - first) * width + lines["change"]
        if len(weights) > 1:
            keys += of_account[lines["account"]] * (number * width)
        counted = np.bincount(keys, minlength=len(weights) * number * width)
        vectors = counted.reshape(len(weights), number, width) @ words.changes
        for weight, by_month in zip(weights.tolist(), vectors, strict=True):
            for nth in np.flatnonzero(np.any(by_month, axis=1)).tolist():
                key = (first + nth, weight)
                self._months[key] = self._months.get(key, 0) + by_month[nth]

    def _add_closings(self, partition: int, words: Words, lines: Array) -> None:
        times = words.closings[lines["change"]]
        chosen = times != 0
        if chosen.any():
            taken = lines[chosen]
            self._closed.setdefault(partition, []).append((taken["account"], taken["minutes"], times[chosen]))

    def sums(self) -> Sums:
        """The sums of all that was added."""
        accounts: list[Account] = []
        parts: list[Array] = []
        closings: dict[int, tuple[Array, Array]] = {}
        for partition, words in sorted(self._words.items()):
            start = len(accounts)
            accounts += words.accounts
            cells = self._cells[partition].reshape(len(self._at), len(words.accounts), len(words.changes))
            parts.append(np.cumsum(cells, axis=0) @ words.changes)
            closings |= self._closings(partition, start)
        counts = np.concatenate(parts, axis=1) if parts else np.zeros((len(self._at), 0, _MEASURES), dtype=np.int64)
        months = {(month_word(month), weight): vector for (month, weight), vector in self._months.items()}
        return Sums(self._instants, accounts, counts, months, closings)

    def _closings(self, partition: int, start: int) -> dict[int, tuple[Array, Array]]:
        blocks = self._closed.get(partition)
        if not blocks:
            return {}
        account, minutes, times = (np.concatenate([block[nth] for block in blocks]) for nth in range(3))
        order = np.argsort(account, kind="stable")
        account, minutes, times = account[order], minutes[order], times[order]
        places, firsts = np.unique(account, return_index=True)
        ends = [*firsts[1:], len(account)]
        return {
            start + int(place): (minutes[first:end], times[first:end])
            for place, first, end in zip(places, firsts, ends, strict=True)
        }


def months_of(days: Array) -> Array:
    """The month of each day, both counted from January 1970."""
    first, last = int(days.min()), int(days.max())
    # Looked up: a conversion of each takes five times as long.
    months: Array = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    found: Array = months[days - first]
    return found


def month_word(number: int) -> str:
    """`YYYY-MM` of a month counted from January 1970."""
    return str(np.datetime64(number, "M"))
