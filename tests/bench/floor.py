"""The floor: the least that a durable Python pipeline must do, without any of our code."""

import time
from typing import Any

import aiosqlite
import asyncpg
import orjson
from nats.aio.client import Client
from nats.js import api
from sqlalchemy.engine import make_url

from contracts import subjects

_FETCH = 500
_SQLITE_SCHEMA = """
CREATE TABLE floor_ledger (position INTEGER PRIMARY KEY, source TEXT, id TEXT, body BLOB, UNIQUE (source, id));
CREATE TABLE floor_task (number TEXT PRIMARY KEY, body BLOB);
"""
_POSTGRES_SCHEMA = """
CREATE TABLE floor_ledger (position BIGINT PRIMARY KEY, source TEXT, id TEXT, body BYTEA, UNIQUE (source, id));
CREATE TABLE floor_task (number TEXT PRIMARY KEY, body BYTEA);
"""

Rows = list[tuple[int, str, str, bytes]]
Tasks = list[tuple[str, bytes]]


async def floor(client: Client, url: str, events: int) -> float:
    """Events a second of: fetch 500, orjson.loads, one transaction with a bulk ledger insert and a bulk task upsert, ack."""
    store = await (_Sqlite.open(url) if url.startswith("sqlite") else _Postgres.open(url))
    try:
        subscription = await client.jetstream().pull_subscribe(
            subjects.partition_filter(0),
            durable="floor",
            stream=subjects.STREAM_IN,
            config=api.ConsumerConfig(max_ack_pending=4000),
        )
        start, done = time.perf_counter(), 0
        while done < events:
            messages = await subscription.fetch(_FETCH, timeout=5)
            rows: Rows = []
            tasks: dict[str, bytes] = {}
            for message in messages:
                event = orjson.loads(message.data)
                done += 1
                rows.append((done, event["source"], event["id"], message.data))
                tasks[event["subject"]] = message.data
            await store.write(rows, sorted(tasks.items()))
            for message in messages:
                await message.ack()
        return done / (time.perf_counter() - start)
    finally:
        await store.close()
        await client.jetstream().delete_consumer(subjects.STREAM_IN, "floor")


class _Sqlite:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str) -> "_Sqlite":
        connection = await aiosqlite.connect(make_url(url).database or "", isolation_level=None)
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.executescript(_SQLITE_SCHEMA)
        return cls(connection)

    async def write(self, rows: Rows, tasks: Tasks) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")
        await self._connection.executemany("INSERT INTO floor_ledger VALUES (?, ?, ?, ?)", rows)
        await self._connection.executemany(
            "INSERT INTO floor_task VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET body = excluded.body", tasks
        )
        await self._connection.execute("COMMIT")

    async def close(self) -> None:
        await self._connection.close()


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str) -> "_Postgres":
        connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
        await connection.execute(_POSTGRES_SCHEMA)
        return cls(connection)

    async def write(self, rows: Rows, tasks: Tasks) -> None:
        async with self._connection.transaction():
            await self._connection.execute(
                "INSERT INTO floor_ledger SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])",
                *zip(*rows, strict=True),
            )
            await self._connection.execute(
                "INSERT INTO floor_task SELECT * FROM unnest($1::text[], $2::bytea[])"
                " ON CONFLICT (number) DO UPDATE SET body = excluded.body",
                *zip(*tasks, strict=True),
            )

    async def close(self) -> None:
        await self._connection.close()
