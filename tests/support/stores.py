"""A writer's store with one partition taken, for tests that write in few words."""

from datetime import datetime
from typing import Final

from shared.ports import Lease, LedgerRow, ParkedEvent, RejectedPush
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support.drafts import Draft
from tests.support.sample import START, at

UNTIL: Final = at(hours=1)
"""Until when the leases of these tests run."""


async def taken(store: SqlTrackerStore, partition: int = 0, holder: str = "one", now: datetime = START) -> Lease:
    """A lease on a partition."""
    return await store.acquire(partition, holder, now, UNTIL)


async def committed(store: SqlTrackerStore, draft: Draft) -> Draft:
    """Commit a batch; the draft of the next."""
    await store.commit(draft.lease, draft.changes(), UNTIL)
    return draft.next()


async def committed_with(
    store: SqlTrackerStore, draft: Draft, *, parked: tuple[ParkedEvent, ...] = (), rejected: tuple[RejectedPush, ...] = ()
) -> Draft:
    """Commit a batch together with early events and pushes that were not taken."""
    await store.commit(draft.lease, draft.changes(parked=parked, rejected=rejected), UNTIL)
    return draft.next()


async def rows_in(database: Database, table: str) -> int:
    """Number of rows of a table."""
    async with ReadStore(database).snapshot() as snapshot:
        return await snapshot.count(table)


async def published(store: SqlTrackerStore, partition: int = 0) -> list[LedgerRow]:
    """The ledger of a partition."""
    return await store.published_from(partition, 0, 10_000)
