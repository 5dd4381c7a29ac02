"""Writers and readers at the same time."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.ports import LeaseLost
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.counting import by_unit, counted_as
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, at
from tests.support.stores import UNTIL, committed, taken

LATER = at(days=400)
UNITS = ["bureau", "water", "市容", ""]


def counted(tasks: Sequence[Task]) -> dict[str, dict[str, int]]:
    """The counts of each unit, task by task."""
    counts: dict[str, Counter[str]] = {}
    for task in tasks:
        counts.setdefault(task.unit or "", Counter()).update(counted_as(task, LATER))
    return {unit: dict(count) for unit, count in counts.items()}


async def recounted(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """The counts that the tasks of a snapshot add up to."""
    return counted([task async for task in snapshot.tasks()])


async def written(store: SqlTrackerStore, partition: int, matters: Sequence[Matter], batches: int) -> Draft:
    """Batches that register, sign and withdraw tasks of all units, in an order of the partition's own."""
    draft = Draft(await taken(store, partition, f"writer-{partition}"))
    for number in range(batches):
        mine = matters[number::batches]
        for step, matter in enumerate(mine if partition % 2 else reversed(mine)):
            draft.take(about(matter, sample.register(at(days=number % 5), unit=UNITS[(step + partition) % 4] or None)))
            if step % 3:
                draft.take(about(matter, sample.sign(at(days=number % 5, hours=2))))
            if step % 5 == 0:
                draft.take(about(matter, sample.withdraw(at(days=number % 5, hours=3))))
        draft = await committed(store, draft)
    return draft


async def test_two_writers_of_the_same_counts_neither_block_nor_lose_any(database: Database) -> None:
    store = SqlTrackerStore(database)
    matters = [[Matter(CITY, f"{partition}-{number}") for number in range(120)] for partition in range(2)]

    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(written(store, partition, matters[partition], 8)) for partition in range(2)]

    tasks = [task for writer in writers for task in writer.result().tasks.values()]
    async with ReadStore(database).snapshot() as snapshot:
        assert await by_unit(snapshot, LATER) == counted(tasks)
        assert await snapshot.positions() == {n: writer.result().lease.position for n, writer in enumerate(writers)}


async def test_every_snapshot_during_the_writing_is_whole(database: Database) -> None:
    store, reading = SqlTrackerStore(database), ReadStore(database)
    matters = [Matter(CITY, str(number)) for number in range(60)]
    seen: list[int] = []

    async with asyncio.TaskGroup() as group:
        writer = group.create_task(written(store, 0, matters, 30))
        while not writer.done():
            async with reading.snapshot() as snapshot:
                assert await by_unit(snapshot, LATER) == await recounted(snapshot)
                positions = await snapshot.positions()
                assert positions.get(0, 0) == await snapshot.count("ledger")
                seen.append(positions.get(0, 0))

    assert seen == sorted(seen)


async def test_a_snapshot_does_not_see_what_is_committed_after_it_began(database: Database) -> None:
    store, reading = SqlTrackerStore(database), ReadStore(database)
    draft = await committed(store, Draft(await taken(store)).take(sample.register()))

    async with reading.snapshot() as before:
        assert await before.positions() == {0: 1}
        await committed(store, draft.take(sample.sign(at(hours=1))))
        assert await before.positions() == {0: 1}
        assert await before.count("ledger") == 1
        async with reading.snapshot() as after:
            assert await after.positions() == {0: 2}


async def test_of_two_writers_of_one_partition_one_commits_and_the_other_is_told(database: Database) -> None:
    store = SqlTrackerStore(database)
    stale = Draft(await taken(store)).take(sample.register())
    holding = Draft(await taken(store)).take(sample.register())

    outcomes = await asyncio.gather(
        store.commit(stale.lease, stale.changes(), UNTIL),
        store.commit(holding.lease, holding.changes(), UNTIL),
        return_exceptions=True,
    )

    assert isinstance(outcomes[0], LeaseLost)
    assert outcomes[1] == await store.next_wake(0)
    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.count("ledger") == 1


@pytest.mark.parametrize("moment", range(0, 20, 4))
async def test_a_cancelled_commit_is_whole_or_absent_and_keeps_nobody_from_writing(database: Database, moment: int) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(*(about(Matter(CITY, str(n)), sample.register()) for n in range(100)))

    async with asyncio.TaskGroup() as group:
        commit = group.create_task(store.commit(draft.lease, draft.changes(), UNTIL))
        asyncio.get_running_loop().call_later(moment / 1000, commit.cancel)

    lease = await store.refresh(draft.lease)
    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.count("ledger") == await snapshot.count("task") == lease.position
    await asyncio.wait_for(store.renew(lease, UNTIL), 1)
