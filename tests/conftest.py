"""Fixtures that several folders of tests share: real databases and a real nats-server."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.messaging.server import NatsServer
from shared.storage.engine import Database
from tests.support import books, databases, servers

os.environ.pop("COLUMNS", None)  # said to be 80 to tests that run side by side; our console asks when it is imported


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, where tests run side by side, what shares a process that is dear to start: a module's, or the one demo."""
    for item in items:
        if "finished_demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("finished_demo"))
        elif item.path.parent.name == "e2e":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server for the session. One that cannot be started fails the run, unless it is skipped by name."""
    if os.environ.get(databases.SKIP_VARIABLE) == "1":
        pytest.skip(f"{databases.SKIP_VARIABLE}=1: what is promised on PostgreSQL is not tested")
    with databases.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a migrated database on the server of the session."""
    with databases.migrated_template(postgres) as name:
        yield name


@pytest.fixture(params=databases.BACKENDS)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path)
        return
    async with databases.fresh_postgres(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=databases.BACKENDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the newest schema, of each kind in turn. After the test a recount from its ledger is clean, unless the test
    says that it is `damaged`, and why.
    """
    damaged = request.node.get_closest_marker("damaged") is not None
    if request.param == "sqlite":
        async with databases.migrated(databases.sqlite_url(tmp_path)) as database:
            yield database
            await books.assert_kept(database, damaged=damaged)
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    async with databases.fresh_postgres(server, template) as url, databases.opened(url) as database:
        yield database
        await books.assert_kept(database, damaged=damaged)


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A nats-server of the test's own, which it may stop and start again."""
    async with servers.running_nats(tmp_path / "nats") as server:
        yield server


@pytest.fixture
def nats_url(nats_server: NatsServer) -> str:
    """The URL of a nats-server of the test's own."""
    return nats_server.url
