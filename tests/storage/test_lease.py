"""Who may write a partition."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.codec.facts import GENESIS
from shared.ports import LeaseLost, NotStored, PartitionTaken
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.drafts import NOTHING, Draft
from tests.support.sample import START, at
from tests.support.stores import UNTIL, committed, published, rows_in, taken

MOMENT = timedelta(microseconds=1)


async def test_a_new_partition_starts_before_its_first_row(database: Database) -> None:
    lease = await taken(SqlTrackerStore(database))

    assert (lease.epoch, lease.position, lease.head) == (1, 0, GENESIS)


async def test_another_holder_is_refused_until_the_lease_has_run_out(database: Database) -> None:
    store = SqlTrackerStore(database)
    first = await store.acquire(0, "one", START, UNTIL)

    for too_early in (START, UNTIL - MOMENT, UNTIL):
        with pytest.raises(PartitionTaken):
            await store.acquire(0, "two", too_early, at(2))

    second = await store.acquire(0, "two", UNTIL + MOMENT, at(2))
    assert second.epoch == first.epoch + 1


async def test_a_renewed_lease_keeps_another_holder_away_for_longer(database: Database) -> None:
    store = SqlTrackerStore(database)
    lease = await taken(store)

    await store.renew(lease, at(1))

    with pytest.raises(PartitionTaken):
        await store.acquire(0, "two", UNTIL + MOMENT, at(2))


async def test_the_same_holder_retakes_its_partition_at_once_under_a_new_epoch(database: Database) -> None:
    store = SqlTrackerStore(database)
    first = await taken(store)
    await committed(store, Draft(first).take(sample.register()))

    again = await taken(store)

    assert again.epoch == first.epoch + 1
    assert again.position == 1
    assert again.head == (await published(store))[-1].hash


async def test_partitions_are_held_apart(database: Database) -> None:
    store = SqlTrackerStore(database)

    await taken(store, partition=0, holder="one")
    other = await taken(store, partition=1, holder="two")

    assert (other.partition, other.epoch) == (1, 1)


async def test_a_stale_epoch_cannot_commit_and_nothing_of_its_batch_is_written(database: Database) -> None:
    store = SqlTrackerStore(database)
    stale = Draft(await taken(store)).take(sample.register(), sample.sign(at(hours=1)))
    await taken(store)

    with pytest.raises(LeaseLost):
        await store.commit(stale.lease, stale.changes(), UNTIL)

    for table in ("ledger", "task", "journal", "account", "change", "alert"):
        assert await rows_in(database, table) == 0


async def test_a_stale_epoch_cannot_renew(database: Database) -> None:
    store = SqlTrackerStore(database)
    stale = await taken(store)
    await taken(store)

    with pytest.raises(LeaseLost):
        await store.renew(stale, at(1))


async def test_a_stale_epoch_is_told_so_when_it_asks_for_its_lease(database: Database) -> None:
    store = SqlTrackerStore(database)
    stale = await taken(store)
    await taken(store)

    with pytest.raises(LeaseLost):
        await store.refresh(stale)


async def test_a_stale_renewal_does_not_shorten_the_lease_of_the_new_holder(database: Database) -> None:
    store = SqlTrackerStore(database)
    stale = await taken(store)
    held = await store.acquire(0, "two", UNTIL + MOMENT, at(2))
    with pytest.raises(LeaseLost):
        await store.renew(stale, START)

    with pytest.raises(PartitionTaken):
        await store.acquire(0, "one", at(1), at(3))
    assert await store.refresh(held) == held


async def test_after_a_commit_of_unknown_outcome_the_stored_position_tells_whether_it_happened(database: Database) -> None:
    store = SqlTrackerStore(database)
    lease = await taken(store)
    draft = Draft(lease).take(sample.register())
    clock = at(hours=2)

    assert await store.refresh(lease) == lease
    await store.commit(replace(draft.lease, clock=clock), draft.changes(), UNTIL)

    assert await store.refresh(lease) == replace(draft.lease, clock=clock)


async def test_a_batch_that_is_tried_again_after_a_lost_answer_is_refused_by_its_keys(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register())
    await store.commit(draft.lease, draft.changes(), UNTIL)

    with pytest.raises(NotStored):
        await store.commit(draft.lease, draft.changes(), UNTIL)

    assert (await store.refresh(draft.lease)).position == 1
    assert await rows_in(database, "ledger") == 1


async def test_an_empty_commit_only_moves_the_lease(database: Database) -> None:
    store = SqlTrackerStore(database)
    lease = replace(await taken(store), clock=at(3))

    await store.commit(lease, NOTHING, UNTIL)

    assert (await taken(store)).clock == at(3)
