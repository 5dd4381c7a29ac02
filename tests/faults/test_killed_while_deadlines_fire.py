"""Trackers that are killed or frozen at any moment while deadlines fire: each deadline is told exactly once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final

import asyncpg

from shared.storage.engine import Database
from shared.storage.instants import to_micros
from tests.support import databases, tracking
from tests.support.deadline import eventually
from tests.support.matters import Wire, barely, later, reported
from tests.support.separate import Process, ended, go, spawned, url_of
from tests.support.servers import running_nats
from tests.support.told import Key, told_once

KILLS: Final = 10
"""On each of the two databases."""
FREEZES: Final = 4
EACH_TIME: Final = 200
"""Deadlines that fire in each life of a tracker, half of them at once."""
LEASE_SECONDS: Final = 1.5


def due_soon(life: int) -> list[Wire]:
    """Complaints that are overdue or become so within half a second."""
    return [barely(f"{life}-{n}", later(max(0, n / EACH_TIME - 0.5))) for n in range(EACH_TIME)]


def overdue(events: Sequence[Wire]) -> set[Key]:
    """What is to be told of them."""
    return {(event["subject"], "finish", 1, "overdue") for event in events}


async def reached(database: Database, position: int) -> None:
    """Wait until the ledger has got so far."""

    async def there() -> bool:
        return await tracking.position_of(database) >= position

    await eventually(there, within=30)


async def test_a_tracker_killed_again_and_again_tells_each_deadline_once(database: Database, nats_url: str) -> None:
    url, moments = url_of(database), Random(57)
    events: list[Wire] = []
    async with tracking.outside(nats_url) as world, asyncio.TaskGroup() as group:
        process = await spawned(url, nats_url, "--wait")
        try:
            for life in range(KILLS):
                following = await spawned(url, nats_url, "--wait")
                go(process)
                mine = due_soon(life)
                events += mine
                pushing = group.create_task(world.push_all(mine))
                # Each time 400 facts come about at least; now and then it is killed while it starts.
                further = moments.choice((0, *moments.sample(range(1, 390), 3)))
                await reached(database, await tracking.position_of(database) + further)
                await asyncio.wait([pushing], timeout=moments.uniform(0, 0.05))
                process.send_signal(signal.SIGKILL)
                assert await process.wait() == -signal.SIGKILL
                await ended(process)
                process = following
            assert await tracking.position_of(database) < 2 * len(events), "it was killed in the middle"
            go(process)
            await pushing
            await told_once(world, database, overdue(events), within=40)
        finally:
            await ended(process)


@asynccontextmanager
async def server_and_database(server: str, folder: Path) -> AsyncIterator[tuple[str, Database]]:
    """A nats-server, and a PostgreSQL database: a SQLite file has one process that writes it, by its lock."""
    async with running_nats(folder) as nats, databases.fresh_postgres(server) as url, databases.migrated(url) as database:
        yield nats.url, database


async def contender(database: Database, nats_url: str, name: str) -> Process:
    """A tracker that wants the partition; it is lost to it soon after it stops to renew its lease."""
    return await spawned(url_of(database), nats_url, "--holder", name, "--lease", str(LEASE_SECONDS))


async def holder_of(database: Database) -> str | None:
    """Who holds the partition; None when its lease has run out."""
    row = await asked(database, "SELECT holder, expires_at FROM partition WHERE partition = 0")
    return str(row["holder"]) if row is not None and row["expires_at"] > to_micros(later(0)) else None


async def asked(database: Database, query: str) -> asyncpg.Record | None:
    """One row of a PostgreSQL database."""
    connection = await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        return await connection.fetchrow(query)
    finally:
        await connection.close()


async def taken_by(database: Database, holder: str) -> None:
    """Wait until somebody holds the partition."""

    async def holds() -> bool:
        return await holder_of(database) == holder

    await eventually(holds, within=60)


async def test_a_tracker_that_hangs_takes_no_pushes_from_whoever_follows_it(postgres: str, tmp_path: Path) -> None:
    async with server_and_database(postgres, tmp_path / "nats") as (nats_url, database), tracking.outside(nats_url) as world:
        first = await contender(database, nats_url, "one")
        await taken_by(database, "one")
        second = await contender(database, nats_url, "two")
        try:
            await world.ask(reported("0", later(-60)))
            first.send_signal(signal.SIGSTOP)
            await taken_by(database, "two")
            for number in range(1, 6):
                assert (await world.ask(reported(str(number), later(-60)))).outcome == "accepted"
        finally:
            first.send_signal(signal.SIGCONT)
            await ended(first)
            await ended(second)


async def test_a_tracker_that_wakes_up_after_its_partition_was_taken_tells_nothing_twice(postgres: str, tmp_path: Path) -> None:
    moments = Random(54)
    async with (
        server_and_database(postgres, tmp_path / "nats") as (nats_url, database),
        tracking.outside(nats_url) as world,
        asyncio.TaskGroup() as group,
    ):
        running = {name: await contender(database, nats_url, name) for name in ("one", "two")}
        events: list[Wire] = []
        try:
            for life in range(FREEZES):
                mine = due_soon(life)
                events += mine
                frozen = str(await eventually(lambda: holder_of(database), within=20))
                group.create_task(world.push_all(mine))
                await reached(database, await tracking.position_of(database) + moments.randint(1, 390))
                running[frozen].send_signal(signal.SIGSTOP)
                [other] = running.keys() - {frozen}
                await taken_by(database, other)
                running[frozen].send_signal(signal.SIGCONT)
                assert await running[frozen].wait() != 0, "whoever has lost its lease ends"
                await ended(running[frozen])
                running[frozen] = await contender(database, nats_url, frozen)
            await told_once(world, database, overdue(events), within=40)
        finally:
            for process in running.values():
                await ended(process)
