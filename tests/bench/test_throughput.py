"""Lifecycle throughput of the real tracker beside the floor, in one run, on both databases."""

import asyncio
import time
from pathlib import Path

import nats
import pytest

from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.messaging.streams import provision
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.bench.floor import floor
from tests.bench.load import TASKS, lifecycle_events, store
from tests.bench.places import BACKENDS, database_url
from tests.support.counting import total
from tests.support.databases import migrated
from tests.support.servers import running_nats

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

AT_LEAST = 0.4


async def _lifecycle(settings: Settings, database: Database, events: int) -> float:
    tracker = Tracker(settings, database, load_rulebook(Settings().zone), SystemClock(), "bench")
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        start = time.perf_counter()
        running = group.create_task(tracker.run(started))
        await started.wait()
        await tracker.idle()
        await tracker.published()
        rate = events / (time.perf_counter() - start)
        running.cancel()
    return rate


@pytest.mark.parametrize("backend", BACKENDS)
async def test_lifecycles_run_at_a_fair_part_of_the_floor(backend: str, tmp_path: Path) -> None:
    async with running_nats(tmp_path / "nats") as server, database_url(backend, tmp_path) as url, migrated(url) as database:
        client = await nats.connect(server.url)
        await provision(client.jetstream(), 1)
        events = await store(client, lifecycle_events(TASKS))
        floor_rate = await floor(client, url, events)
        await client.close()
        rate = await _lifecycle(Settings(data=tmp_path, nats_url=server.url, database_url=url), database, events)
        async with ReadStore(database).snapshot() as snapshot:
            counts = await total(snapshot, SystemClock().now())
    assert counts["closed"] == TASKS, "a benchmark of a tracker that loses tasks says nothing"
    print(
        f"\n{backend}: {events:,} events, floor {floor_rate:,.0f}/s, lifecycle {rate:,.0f}/s, ratio {rate / floor_rate:.2f}"
        f" ({1e6 / floor_rate:.0f} µs against {1e6 / rate:.0f} µs an event)"
    )
    assert rate / floor_rate >= AT_LEAST
