"""Figures as of now without reading the journal again: sums that follow it, however many tasks lie behind them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Set
from datetime import date, datetime
from typing import Final, TypeVar

import numpy as np
import orjson

from contracts import figures as wire
from shared.domain.question import DIMENSIONS, Question, flow
from shared.domain.timeline import Account
from shared.figures.balances import Balances, Read, month_number
from shared.figures.by import ALL, By
from shared.figures.document import Office, flow_ends, plain_document, wire_flow
from shared.figures.groups import Groups
from shared.figures.growing import Array
from shared.figures.part import Part, groups_of
from shared.figures.shares import Plain
from shared.figures.splits import Split
from shared.figures.sums import LINES
from shared.storage.reading import Snapshot

_T = TypeVar("_T")

_BLOCK_BYTES: Final = 1024 * 1024


class Live:
    """The sums of the journal at one instant. Hold `lock` while asking: a refresh moves the instant and the sums."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.lock = asyncio.Lock()
        self.as_of: datetime | None = None
        """The instant; None before the first refresh, and while everything is read anew."""
        self.positions: Mapping[int, int] = {}
        self._balances = Balances(office.zone)
        self._splits: dict[Split, Groups] = {}
        self._anew = True

    async def refresh(self, snapshot: Snapshot, now: datetime) -> None:
        """Read what was added to the journal, and let time pass until now. Everything is read anew where the clock or the ledger
        went back, and after a failure. Raises NotStored while the database is away.
        """
        async with self.lock:
            positions = await snapshot.positions()
            if self._anew or self._went_back(now, positions):
                self._forget()
            try:
                await self._follow(snapshot, self._balances, positions, now)
                await asyncio.to_thread(self._learn)
            except BaseException:
                # A thread may still be writing in the balances.
                self._forget()
                raise
            self.as_of, self.positions, self._anew = now, positions, False

    def _went_back(self, now: datetime, positions: Mapping[int, int]) -> bool:
        fewer = any(positions.get(partition, -1) < read.position for partition, read in self._balances.read.items())
        return fewer or (self.as_of is not None and now < self.as_of)

    def _forget(self) -> None:
        self._balances, self._splits = Balances(self.office.zone), {}
        self.as_of, self._anew = None, True

    async def _follow(self, snapshot: Snapshot, balances: Balances, positions: Mapping[int, int], now: datetime) -> None:
        for partition, position in sorted(positions.items()):
            read = balances.read.setdefault(partition, Read())
            if read.position == position:
                continue
            words = await snapshot.journal_words_from(partition, read.accounts.size, read.changes.size)
            balances.learn(partition, *words)
            async for lines in _unread(snapshot, partition, read):
                await asyncio.to_thread(balances.add, partition, lines, now)
            read.position = position
        await asyncio.to_thread(balances.pass_time, now)

    def _learn(self) -> None:
        """Know the groups that most questions ask for, so that none of them has to wait for that."""
        for split in (*map(Split, DIMENSIONS), Split("unit", upwards=True, units=self.office.units)):
            groups_of(self._splits, split, self._balances)

    def take_changed(self) -> list[Account]:
        """The accounts whose figures changed since this was asked last, all after everything was read anew."""
        return self._balances.take_changed()

    @property
    def accounts(self) -> list[Account]:
        """All accounts that the journal names."""
        return self._balances.accounts

    def part(self, question: Question) -> Part | None:
        """What a question asks for; None where only the journal can tell: of another instant, as known then, of parts of months,
        of what has no category or enterprise.
        """
        since, until = question.since, question.until
        if self.as_of is None or question.as_of != self.as_of or question.known_at is not None:
            return None
        if not (_starts_month(since) and _starts_month(until)) or "" in (question.category, question.enterprise):
            return None
        return Part(
            self._balances,
            self._splits,
            self._chosen(question),
            None if since is None else month_number(since),
            None if until is None else month_number(until),
        )

    def _chosen(self, question: Question) -> Array | None:
        """The accounts that a question covers, None for all."""
        chosen: Array | None = None
        for split, key in _asked(question, self.office):
            members = groups_of(self._splits, split, self._balances).members(key)
            chosen = members if chosen is None else np.intersect1d(chosen, members, assume_unique=True)
        return chosen


def _starts_month(day: date | None) -> bool:
    return day is None or day.day == 1


def _asked(question: Question, office: Office) -> list[tuple[Split, str]]:
    """The groups in all of which an account must be."""
    asked = {
        Split("family"): question.family,
        Split("source"): question.source,
        Split("unit", question.co_units, upwards=True, units=office.units): question.unit,
        Split("category"): question.category,
        Split("enterprise"): question.enterprise,
    }
    return [(split, str(key)) for split, key in asked.items() if key is not None]


async def _unread(snapshot: Snapshot, partition: int, read: Read) -> AsyncIterator[Array]:
    """The lines of a partition that were not read, in large blocks. They count as read when the last one was taken."""
    waiting: list[bytes] = []
    chunk, lines, size = read.chunk, read.lines, 0
    async for number, body in snapshot.journal_from(partition, read.chunk):
        seen = lines if number == chunk else 0
        waiting.append(body[seen * LINES.itemsize :])
        chunk, lines, size = number, len(body) // LINES.itemsize, size + len(waiting[-1])
        if size >= _BLOCK_BYTES:
            yield np.frombuffer(b"".join(waiting), dtype=LINES)
            waiting, size = [], 0
    if size:
        yield np.frombuffer(b"".join(waiting), dtype=LINES)
    read.chunk, read.lines = chunk, lines


async def live_figures(live: Live, question: Question, office: Office, by: Set[By] = ALL) -> wire.Figures | None:
    """The answer to a question as of the instant of `live`, as `figures` would give it; None where the journal must be asked."""
    return await _answer(live, question, office, by, wire.Figures.model_validate)


async def live_body(live: Live, question: Question, office: Office, by: Set[By] = ALL) -> bytes | None:
    """The same as JSON, in a third of the time."""
    return await _answer(live, question, office, by, to_json)


def to_json(plain: Plain) -> bytes:
    """A document as it is published."""
    return orjson.dumps(plain, option=orjson.OPT_UTC_Z)


async def _answer(live: Live, question: Question, office: Office, by: Set[By], made: Callable[[Plain], _T]) -> _T | None:
    if live.as_of is None:
        return None
    async with live.lock:
        part = live.part(question)
        if part is None:
            return None
        plain = await asyncio.to_thread(plain_figures, part, question, office, live.positions, by)
    return await asyncio.to_thread(made, plain)


def plain_figures(part: Part, question: Question, office: Office, positions: Mapping[int, int], by: Set[By] = ALL) -> Plain:
    """The document of a part, with the flow of its period."""
    document = plain_document(part, question, office, positions, by)
    came_and_went = _flow(part, question, office)
    return document | {"flow": came_and_went and came_and_went.model_dump()}


def _flow(part: Part, question: Question, office: Office) -> wire.Flow | None:
    """What came and went in a period of whole months."""
    ends = flow_ends(question, office)
    if ends is None or question.since is None or question.until is None:
        return None
    since, until, whole = ends
    before, after = part.flow(month_number(question.since), month_number(question.until) if whole else None)
    return wire_flow(flow(before, after), since, until)
