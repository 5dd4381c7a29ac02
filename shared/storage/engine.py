"""Engines: one writing connection for a SQLite file and read-only ones beside it; a small pool on PostgreSQL."""

import fcntl
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine


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
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
)
_READER_PRAGMAS = ("busy_timeout=10000", "query_only=ON", "trusted_schema=OFF")


class Database:
    """The engines of one database. `writer` is for the tracker and migrations alone; everything else reads."""

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        if self.url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise BadDatabase(f"DUBAN_DATABASE_URL names {self.url.get_backend_name()!r}; postgresql is supported")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer, self.reader = _sqlite(self.url.database or "") if self.is_sqlite else _postgres(str(url))
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
        await self.writer.dispose()
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


def _sqlite(path: str) -> tuple[AsyncEngine, AsyncEngine]:
    writer = create_async_engine(URL.create("sqlite+aiosqlite", database=path), pool_size=1, max_overflow=0)
    _prepare(writer, _WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    read_only = URL.create("sqlite+aiosqlite", database=f"file:{quote(path)}", query={"mode": "ro", "uri": "true"})
    reader = create_async_engine(read_only, pool_size=4, max_overflow=4)
    _prepare(reader, _READER_PRAGMAS, "BEGIN")
    return writer, reader


def _prepare(engine: AsyncEngine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Left to itself the driver starts no transaction on a select, and concurrent updates are lost without an error.
        connection.isolation_level = None
        cursor: sqlite3.Cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgres(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    engine = create_async_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
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
    return engine, engine
