"""Proof of the books: the hash chain of the ledger, and tasks and journal against a recount from it, in one snapshot."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, tzinfo
from typing import Final

import orjson

from shared.codec.facts import GENESIS, chain, decode_fact
from shared.codec.journal import LINE, day_of
from shared.domain.evolve import BrokenHistory, evolve
from shared.domain.journal import Line, journal_lines
from shared.domain.matter import Matter
from shared.domain.measure import Measure, measures
from shared.domain.task import Task
from shared.domain.timeline import Account
from shared.domain.value import value
from shared.ports import StoredRow
from shared.storage.instants import from_micros, to_micros
from shared.storage.reading import Snapshot

Journal = Counter[tuple[tuple[int, int, int, date, Account], str]]
Kept = Mapping[tuple[int, int], str]
"""Hashes in hex that somebody kept, by partition and position."""
_NOTHING_KEPT: Final[Kept] = {}
Tick = Callable[[int], None]
"""Told how many rows were read so far."""


@value
class Recount:
    """What a recount from the ledger found; no differences is what should be."""

    facts: int
    tasks: int
    differences: tuple[str, ...]


@value
class Verified:
    """What a verification of the hash chain found; `broken` names the first row that does not fit, and why."""

    rows: int
    broken: str | None
    heads: dict[int, tuple[int, str]]


async def recount(snapshot: Snapshot, zone: tzinfo, tick: Tick) -> Recount:
    """Fold the whole ledger and compare with the stored tasks and the journal, all of one snapshot."""
    tasks: dict[Matter, Task] = {}
    expected: Journal = Counter()
    facts = 0
    differences: list[str] = []
    async for row in snapshot.ledger():
        facts += 1
        tick(facts)
        try:
            entry = decode_fact(row.body)
            before = tasks.get(entry.matter)
            after = tasks[entry.matter] = evolve(before, entry)
            _enter(expected, row.partition, row.recorded_at, journal_lines(before, after, zone))
        except BrokenHistory as error:
            differences.append(str(error))
        except (ValueError, KeyError, TypeError) as error:
            differences.append(f"partition {row.partition}, position {row.position}: no fact can be read there ({error})")
    differences += [difference async for difference in _tasks_that_differ(snapshot, tasks)]
    differences += [difference async for difference in _lines_that_differ(snapshot, expected)]
    return Recount(facts, len(tasks), tuple(differences))


def _enter(journal: Journal, partition: int, known: int, lines: Sequence[Line]) -> None:
    for line in lines:
        key = (partition, known, to_micros(line.at), line.received_on, line.account)
        for measure in measures(line.plus):
            journal[key, measure.word] += 1
        for measure in measures(line.minus):
            journal[key, measure.word] -= 1
        if line.minutes:
            closed = (line.plus >> Measure.CLOSED & 1) - (line.minus >> Measure.CLOSED & 1)
            journal[key, f"closed after {line.minutes} working minutes"] += closed


async def _tasks_that_differ(snapshot: Snapshot, tasks: dict[Matter, Task]) -> AsyncIterator[str]:
    missing = set(tasks)
    async for stored in snapshot.tasks():
        missing.discard(stored.matter)
        if tasks.get(stored.matter) != stored:
            yield f"task {stored.number} of {stored.owner} is not what the ledger says"
    for matter in sorted(missing):
        yield f"task {matter.number} of {matter.owner} is in the ledger only"


async def _lines_that_differ(snapshot: Snapshot, expected: Journal) -> AsyncIterator[str]:
    """Where the sums of the journal are not those of the ledger, by instant of the count and of knowledge."""
    accounts, changes = await snapshot.journal_words()
    async for partition, body in snapshot.journal():
        for at, known, day, account, change, minutes in LINE.iter_unpack(body):
            plus, minus = changes[partition][change]
            line = Line(from_micros(at), day_of(day), accounts[partition][account], minus, plus, minutes)
            _enter(expected, partition, known, [line])
    for (key, what), surplus in expected.items():
        if surplus:
            partition, known, at, day, account = key
            yield (
                f"journal of partition {partition}, known {from_micros(known)}: at {from_micros(at)} {account.family}"
                f" {account.unit or '—'} received {day}: {what} {-surplus:+} against the ledger"
            )


async def verify(snapshot: Snapshot, tick: Tick, kept: Kept = _NOTHING_KEPT) -> Verified:
    """Walk the hash chain of every partition from its start; stops at the first row that does not fit, or is not what a copy of
    its hash, kept elsewhere, says.
    """
    last: dict[int, tuple[int, bytes]] = {}
    rows = 0
    async for row in snapshot.ledger():
        position, head = last.get(row.partition, (0, GENESIS))
        broken = _broken(row, position, head) or _unlike(row, kept)
        if broken is not None:
            return Verified(rows, f"partition {row.partition}, position {row.position}: {broken}", {})
        rows += 1
        tick(rows)
        last[row.partition] = (row.position, row.hash)
    for partition, (position, head) in (await snapshot.heads()).items():
        if last.get(partition, (0, GENESIS)) != (position, head):
            found = last.get(partition, (0, GENESIS))[0]
            return Verified(rows, f"partition {partition} ends at position {found}, its writer left it at {position}", {})
    for partition, position in sorted(kept):
        found = last.get(partition, (0, GENESIS))[0]
        if position > found:
            return Verified(rows, f"partition {partition} ends at position {found}, the kept copy knows position {position}", {})
    return Verified(rows, None, {partition: (position, head.hex()) for partition, (position, head) in last.items()})


def _unlike(row: StoredRow, kept: Kept) -> str | None:
    hash = kept.get((row.partition, row.position))
    return None if hash is None or hash == row.hash.hex() else "its hash is not that of the kept copy: the chain was made anew"


def _broken(row: StoredRow, position: int, head: bytes) -> str | None:
    if row.position != position + 1:
        return f"position {position + 1} is missing"
    if chain(head, row.body, row.event) != row.hash:
        return "its bytes do not give its hash"
    said = orjson.loads(row.body)
    columns = (row.owner, row.number, row.event_source, row.event_id, row.kind)
    if columns != (said["owner"], said["subject"], said["causesource"], said["causeid"], said["type"].split(".")[2]):
        return "its columns are not what its bytes say"
    return None
