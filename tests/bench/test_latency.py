"""How long a sender waits for its receipt at a steady rate."""

import asyncio
import time
from pathlib import Path

import nats
import orjson
import pytest
from nats.aio.msg import Msg

from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.rulebook import load_rulebook
from shared.settings import Settings
from tests.bench.load import lifecycle_events
from tests.bench.places import BACKENDS, database_url
from tests.support.databases import migrated
from tests.support.servers import running_nats

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

PER_SECOND = 200
SECONDS = 15
P99_MILLISECONDS = 50.0


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_receipt_comes_soon(backend: str, tmp_path: Path) -> None:
    async with running_nats(tmp_path / "nats") as server, database_url(backend, tmp_path) as url, migrated(url) as database:
        settings = Settings(data=tmp_path, nats_url=server.url, database_url=url)
        tracker = Tracker(settings, database, load_rulebook(settings.zone), SystemClock(), "bench")
        started = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(tracker.run(started))
            await started.wait()
            waits = sorted(await _pushed_steadily(server.url))
            running.cancel()
    p50, p99 = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
    print(f"\n{backend}: {len(waits)} pushes at {PER_SECOND}/s, publish to receipt p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    assert p99 < P99_MILLISECONDS


async def _pushed_steadily(url: str) -> list[float]:
    """Seconds from publishing to the receipt, for each event."""
    sent: dict[str, float] = {}
    waits: list[float] = []
    everything = asyncio.Event()

    async def on_receipt(message: Msg) -> None:
        waits.append(time.perf_counter() - sent[orjson.loads(message.data)["id"]])
        if len(waits) == PER_SECOND * SECONDS:
            everything.set()

    client = await nats.connect(url)
    await client.subscribe("duban.receipts.>", cb=on_receipt)
    start = time.perf_counter()
    events = lifecycle_events(PER_SECOND * SECONDS // 4)
    for number, (subject, body) in enumerate(events):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
        sent[orjson.loads(body)["id"]] = time.perf_counter()
        await client.publish(subject, body)
    async with asyncio.timeout(30):
        await everything.wait()
    await client.close()
    return waits
