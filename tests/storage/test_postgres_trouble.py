"""Troubles of a PostgreSQL server that pass: what the store says of them, and that it goes on afterwards."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.ports import NotStored
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.books import assert_kept
from tests.support.cut_line import line_to
from tests.support.databases import fresh_postgres, migrated, opened
from tests.support.deadline import eventually
from tests.support.drafts import Draft
from tests.support.sample import START, at
from tests.support.stores import UNTIL, committed, rows_in, taken

CUT_WAITING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
CUT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def url(postgres: str) -> AsyncIterator[str]:
    """An empty database; what a test wrote into it is recounted afterwards."""
    async with fresh_postgres(postgres) as url:
        yield url
        async with opened(url) as database:
            await assert_kept(database, damaged=False)


async def cut_connections(url: str) -> None:
    async with opened(url) as other, other.reader.begin() as connection:
        await connection.execute(text(CUT_OTHERS))


async def test_a_commit_whose_answer_was_lost_is_found_by_asking_for_the_lease(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with migrated(url), line_to(url, Path(folder)) as (line, near), opened(near) as database:
            store = SqlTrackerStore(database)
            lease = await taken(store)
            draft = Draft(lease).take(sample.register())

            line.cuts_commits = True
            with pytest.raises(NotStored):
                await store.commit(draft.lease, draft.changes(), UNTIL)
            line.cuts_commits = False

            assert line.cut == 1
            assert (await store.refresh(lease)).position == draft.lease.position == 1
            assert await rows_in(database, "ledger") == 1


async def test_a_connection_cut_before_the_commit_leaves_nothing_of_the_batch(url: str) -> None:
    async with migrated(url) as database, opened(url) as other:
        store = SqlTrackerStore(database)
        draft = Draft(await taken(store)).take(sample.register())
        async with asyncio.TaskGroup() as group, other.reader.begin() as blocking:
            await blocking.execute(text("LOCK TABLE task IN ACCESS EXCLUSIVE MODE"))
            commit = group.create_task(attempt(store, draft))

            async def cut() -> bool:
                return bool((await blocking.execute(text(CUT_WAITING))).all())

            await eventually(cut)
            assert isinstance(await commit, NotStored)

        assert (await store.refresh(draft.lease)).position == 0
        await committed(store, draft)
        assert await rows_in(database, "ledger") == 1


async def attempt(store: SqlTrackerStore, draft: Draft) -> NotStored | None:
    try:
        await store.commit(draft.lease, draft.changes(), UNTIL)
    except NotStored as error:
        return error
    return None


async def test_connections_that_were_cut_while_idle_are_replaced_at_the_writers_second_try(url: str) -> None:
    async with migrated(url) as database:
        store = SqlTrackerStore(database)
        draft = await committed(store, Draft(await taken(store)).take(sample.register()))
        draft.take(sample.sign(at(hours=1)))

        await cut_connections(url)

        with pytest.raises(NotStored):
            await store.commit(draft.lease, draft.changes(), UNTIL)
        assert await store.refresh(draft.lease) != draft.lease
        await store.commit(draft.lease, draft.changes(), UNTIL)
        assert await rows_in(database, "ledger") == 2


async def test_a_reader_does_not_notice_connections_that_were_cut_while_idle(url: str) -> None:
    async with migrated(url) as database:
        reading = ReadStore(database)
        async with reading.snapshot() as snapshot:
            assert await snapshot.positions() == {}

        await cut_connections(url)

        async with reading.snapshot() as snapshot:
            assert await snapshot.positions() == {}


async def read_over_a_cut(reading: ReadStore, url: str) -> None:
    async with reading.snapshot() as snapshot:
        assert await snapshot.positions() == {}
        await cut_connections(url)
        await snapshot.positions()


async def test_a_snapshot_whose_connection_is_cut_says_so_and_the_next_one_works(url: str) -> None:
    async with migrated(url) as database:
        reading = ReadStore(database)
        with pytest.raises(NotStored):
            await read_over_a_cut(reading, url)

        async with reading.snapshot() as snapshot:
            assert await snapshot.positions() == {}


async def test_a_server_that_does_not_answer_is_a_trouble_that_passes(tmp_path: Path) -> None:
    lost = Database(f"postgresql+asyncpg://nobody@/duban?host={tmp_path}")
    try:
        with pytest.raises(NotStored):
            await SqlTrackerStore(lost).acquire(0, "one", START, UNTIL)
        with pytest.raises(NotStored):
            async with ReadStore(lost).snapshot() as snapshot:
                await snapshot.positions()
    finally:
        await lost.close()
