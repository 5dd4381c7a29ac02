"""The SQLite file of a bureau: one process writes it, others read beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.ports import NotStored
from shared.storage.engine import Database, FolderInUse
from shared.storage.schema import check
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.books import assert_kept_in
from tests.support.databases import migrated, opened, sqlite_url
from tests.support.drafts import Draft
from tests.support.sample import START, at
from tests.support.stores import UNTIL, committed, rows_in, taken


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[None]:
    """What a test wrote into its file is recounted once nobody has it open."""
    yield
    assert_kept_in(tmp_path, {})


@contextmanager
def open_write(folder: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that another connection holds open, and gives up."""
    with closing(sqlite3.connect(folder / "duban.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("ROLLBACK")


async def test_another_process_reads_while_one_writes_and_after_it_has_gone(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    async with opened(url) as reader:
        async with migrated(url) as writing:
            writing.lock()
            store = SqlTrackerStore(writing)
            draft = await committed(store, Draft(await taken(store)).take(sample.register()))
            assert await rows_in(reader, "ledger") == 1
            await committed(store, draft.take(sample.sign(at(hours=1))))
            assert await rows_in(reader, "ledger") == 2

        await check(reader)
        assert await rows_in(reader, "ledger") == 2


async def test_a_reader_that_comes_after_the_writer_has_gone_reads_the_file(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    async with migrated(url) as writing:
        store = SqlTrackerStore(writing)
        await committed(store, Draft(await taken(store)).take(sample.register()))

    async with opened(url) as reader:
        await check(reader)
        assert await rows_in(reader, "ledger") == 1


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async with migrated(sqlite_url(tmp_path)) as database, database.snapshot() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM partition"))


async def test_a_reader_does_not_wait_for_an_open_write(tmp_path: Path) -> None:
    async with migrated(sqlite_url(tmp_path)) as database:
        await taken(SqlTrackerStore(database))
        with open_write(tmp_path) as writing:
            writing.execute("DELETE FROM partition")
            assert await rows_in(database, "partition") == 1


async def test_a_second_writer_of_the_folder_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    async with opened(url) as first, opened(url) as second:
        first.lock()
        with pytest.raises(FolderInUse, match=str(tmp_path)):
            second.lock()

        await first.close()
        second.lock()


async def test_a_lock_is_freed_with_its_database_and_not_before(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    async with opened(url) as database:
        database.lock()
        with pytest.raises(FolderInUse):
            Database(url).lock()


async def test_commits_are_on_the_disk_before_they_are_acknowledged(tmp_path: Path) -> None:
    async with migrated(sqlite_url(tmp_path)) as database:
        pragmas = ("journal_mode", "synchronous")
        settings = await database.read(lambda c: [c.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas])
    assert settings == ["wal", 2]


async def test_a_database_that_is_busy_for_too_long_is_a_trouble_that_passes(tmp_path: Path) -> None:
    async with migrated(sqlite_url(tmp_path)) as database:
        await database.read(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=50"))
        with open_write(tmp_path), pytest.raises(NotStored, match="locked"):
            await SqlTrackerStore(database).acquire(0, "one", START, UNTIL)

        await taken(SqlTrackerStore(database))
