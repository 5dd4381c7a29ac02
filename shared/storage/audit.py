"""Proof of the books: the hash chain of the ledger, and tasks and tallies against a recount from it, in one snapshot."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import tzinfo

import orjson

from shared.codec.facts import GENESIS, chain, decode_fact
from shared.domain.evolve import BrokenHistory, evolve
from shared.domain.figures import Counts
from shared.domain.matter import Matter
from shared.domain.tally import TallyKey, measures, tally_key
from shared.domain.task import Task
from shared.domain.value import value
from shared.ports import StoredRow
from shared.storage.reading import Snapshot

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
    """Fold the whole ledger and compare with the stored tasks and tallies, all of one snapshot."""
    tasks: dict[Matter, Task] = {}
    facts = 0
    differences: list[str] = []
    async for row in snapshot.ledger():
        facts += 1
        tick(facts)
        try:
            entry = decode_fact(row.body)
            tasks[entry.matter] = evolve(tasks.get(entry.matter), entry)
        except BrokenHistory as error:
            differences.append(str(error))
        except (ValueError, KeyError, TypeError) as error:
            differences.append(f"partition {row.partition}, position {row.position}: no fact can be read there ({error})")
    differences += [difference async for difference in _tasks_that_differ(snapshot, tasks)]
    differences += _tallies_that_differ((await snapshot.tallies()).counts, _tallied(tasks, zone))
    return Recount(facts, len(tasks), tuple(differences))


async def _tasks_that_differ(snapshot: Snapshot, tasks: dict[Matter, Task]) -> AsyncIterator[str]:
    missing = set(tasks)
    async for stored in snapshot.tasks():
        missing.discard(stored.matter)
        if tasks.get(stored.matter) != stored:
            yield f"task {stored.number} of {stored.owner} is not what the ledger says"
    for matter in sorted(missing):
        yield f"task {matter.number} of {matter.owner} is in the ledger only"


def _tallied(tasks: dict[Matter, Task], zone: tzinfo) -> dict[TallyKey, Counts]:
    counted: dict[TallyKey, Counter[str]] = defaultdict(Counter)
    for task in tasks.values():
        for episode in task.episodes:
            counted[tally_key(episode, zone)].update(measures(episode))
    return {key: Counts(**counts) for key, counts in counted.items()}


def _tallies_that_differ(stored: dict[TallyKey, Counts], recounted: dict[TallyKey, Counts]) -> Iterator[str]:
    for key in sorted(stored.keys() | recounted.keys()):
        here, there = stored.get(key, Counts()), recounted.get(key, Counts())
        if here != there:
            yield f"tally {key.family} {key.unit or '—'} {key.day}: stored {here}, recounted {there}"


async def verify(snapshot: Snapshot, tick: Tick) -> Verified:
    """Walk the hash chain of every partition from its start; stops at the first row that does not fit."""
    last: dict[int, tuple[int, bytes]] = {}
    rows = 0
    async for row in snapshot.ledger():
        position, head = last.get(row.partition, (0, GENESIS))
        broken = _broken(row, position, head)
        if broken is not None:
            return Verified(rows, f"partition {row.partition}, position {row.position}: {broken}", {})
        rows += 1
        tick(rows)
        last[row.partition] = (row.position, row.hash)
    for partition, (position, head) in (await snapshot.heads()).items():
        if last.get(partition, (0, GENESIS)) != (position, head):
            found = last.get(partition, (0, GENESIS))[0]
            return Verified(rows, f"partition {partition} ends at position {found}, its writer left it at {position}", {})
    return Verified(rows, None, {partition: (position, head.hex()) for partition, (position, head) in last.items()})


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
