"""The recount after each test finds what a test has damaged."""

import pytest
from sqlalchemy import text

from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.books import recounted
from tests.support.drafts import Draft
from tests.support.stores import committed, taken


@pytest.mark.damaged("a chunk of the journal is taken away")
async def test_a_journal_that_lacks_a_chunk_is_not_what_the_ledger_says(database: Database) -> None:
    store = SqlTrackerStore(database)
    await committed(store, Draft(await taken(store)).take(sample.register()))
    assert (await recounted(database)).differences == ()

    await database.write(lambda connection: connection.execute(text("DELETE FROM journal")))
