"""Engines: one writing connection for a SQLite file and read-only ones beside it; a small pool on PostgreSQL."""

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_T = TypeVar("_T")


class BadDatabase(Exception):
    """The database cannot be used; the message says which and why."""


class FolderInUse(Exception):
    """Another process writes the SQLite file of this folder."""


_SQLITE: Final = "sqlite+aiosqlite:///"
_WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # the ack follows the commit, so the commit must be on disk
    "busy_timeout=10000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=1000",  # pages: the commit that comes upon a checkpoint waits for it, and of four times as many for long
    "journal_size_limit=67108864",
)
_READER_PRAGMAS = ("busy_timeout=10000", "query_only=ON", "trusted_schema=OFF")


class Database:
    """One database: `write` and `read` are for the tracker and migrations, `snapshot` for everything else."""

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        if self.url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise BadDatabase(f"DUBAN_DATABASE_URL names {self.url.get_backend_name()!r}; postgresql is supported")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = _SqliteWriter(self.url.database or "") if self.is_sqlite else None
        self.reader = _sqlite_reader(self.url.database or "") if self.is_sqlite else _postgres(str(url), pre_ping=True)
        # A writer tries again by itself: asking each time whether the connection still lives would cost it a round trip.
        self._writer = self.reader if self.is_sqlite else _postgres(str(url), pre_ping=False)
        self._lock: Any = None

    def lock(self) -> None:
        """Become the one process that writes the SQLite file; before 3.51.3 two may corrupt it. Raises FolderInUse."""
        if not self.is_sqlite:
            return
        path = Path(self.url.database or "").with_suffix(".lock")
        handle = path.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise FolderInUse(f"{path.parent} is in use: another duban process writes there") from None
        self._lock = handle

    @property
    def may_write(self) -> bool:
        """Whether this process may write: PostgreSQL has many writers, a SQLite file the one that locked it."""
        return not self.is_sqlite or self._lock is not None

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run one transaction that writes. SQLite runs it in one thread on its one writing connection, without a hop between."""
        if self._writing is not None:
            return await self._writing.run(work)
        async with self._writer.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Run the short reads of a writer, each statement for itself; who wants one state of everything takes a `snapshot`."""
        if self._writing is not None:
            return await self._writing.run(work)
        async with self._writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return await connection.run_sync(work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection that reads one snapshot of the database."""
        async with self.reader.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Give all connections back and let the file go."""
        await self.reader.dispose()
        await self._writer.dispose()
        if self._writing is not None:
            await self._writing.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _parsed(url: str) -> URL:
    if url.startswith(_SQLITE):
        # A path as it stands: read as a URL, a folder named "a?b" would end at the question mark.
        return URL.create("sqlite+aiosqlite", database=url.removeprefix(_SQLITE))
    try:
        return make_url(url)
    except ArgumentError:
        raise BadDatabase("DUBAN_DATABASE_URL is no URL; write postgresql://user:password@host/database") from None


class _SqliteWriter:
    """The one writing connection of a SQLite file, in a thread of its own."""

    def __init__(self, path: str) -> None:
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._engine = create_engine(URL.create("sqlite", database=path), poolclass=StaticPool)
        _prepare(self._engine, _WRITER_PRAGMAS, "BEGIN IMMEDIATE")

    async def run(self, work: Callable[[Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[Connection], _T]) -> _T:
        with self._engine.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        # What is under way ends first: the thread does one thing after another.
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def _sqlite_reader(path: str) -> AsyncEngine:
    read_only = URL.create("sqlite+aiosqlite", database=f"file:{quote(path)}", query={"mode": "ro", "uri": "true"})
    reader = create_async_engine(read_only, pool_size=4, max_overflow=4)
    _prepare(reader.sync_engine, _READER_PRAGMAS, "BEGIN")
    return reader


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Left to itself the driver starts no transaction on a select, and concurrent updates are lost without an error.
        connection.isolation_level = None
        cursor: sqlite3.Cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgres(url: str, *, pre_ping: bool) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=pre_ping,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={
            "command_timeout": 60,
            "server_settings": {
                "application_name": "duban",
                "jit": "off",
                "timezone": "UTC",
                "lock_timeout": "5s",
                "idle_in_transaction_session_timeout": "30s",
            },
        },
    )
