"""The schema: migrations give what the tables say, and a version that is not ours is refused."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from shared.storage import notice_tables, tables
from shared.storage.engine import BadDatabase, Database
from shared.storage.schema import check, migrate
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.databases import opened, sqlite_url
from tests.support.drafts import Draft
from tests.support.stores import committed, rows_in, taken


def differences(connection: Connection) -> list[Any]:
    assert all((tables, notice_tables)), "the imports fill the metadata"
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def set_version(database: Database, version: str) -> None:
    change = text("UPDATE alembic_version SET version_num = :version")
    await database.write(lambda connection: connection.execute(change, {"version": version}))


async def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    assert await database.read(differences) == []


async def test_a_migrated_database_passes_the_check(database: Database) -> None:
    await check(database)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    store = SqlTrackerStore(database)
    await committed(store, Draft(await taken(store)).take(sample.register()))

    await migrate(database)

    assert await rows_in(database, "ledger") == 1
    await check(database)


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    await set_version(database, "ffff")

    for use in (migrate, check):
        with pytest.raises(BadDatabase, match=r"newer version \(ffff\)"):
            await use(database)
    version = text("SELECT version_num FROM alembic_version")
    assert await database.read(lambda connection: connection.execute(version).scalar_one()) == "ffff"


async def test_an_empty_database_is_refused_until_it_is_migrated(database_url: str) -> None:
    async with opened(database_url) as database:
        await database.write(lambda connection: None)  # a SQLite file is made by its first writer
        with pytest.raises(BadDatabase, match="older version"):
            await check(database)

        await migrate(database)
        await check(database)


async def test_a_database_that_does_not_answer_is_named_as_such(tmp_path: Path) -> None:
    async with opened(f"postgresql+asyncpg://nobody@/duban?host={tmp_path}") as database:
        for use in (migrate, check):
            with pytest.raises(BadDatabase, match="the database cannot be"):
                await use(database)


async def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "duban.db").write_text("duban " * 1000)
    async with opened(sqlite_url(tmp_path)) as database:
        for use in (migrate, check):
            with pytest.raises(BadDatabase, match="not a database"):
                await use(database)


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/duban"])
def test_a_url_that_cannot_be_used_is_refused_by_name(url: str) -> None:
    with pytest.raises(BadDatabase, match="DUBAN_DATABASE_URL"):
        Database(url)
