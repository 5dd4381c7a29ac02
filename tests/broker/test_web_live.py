"""The page on a real server: what is put into the bucket is on every open page within a second."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from nats.errors import Error as NatsError

from services.web.service import PortInUse, Web
from shared.messaging.server import NatsServer
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.deadline import eventually
from tests.support.drafts import Draft
from tests.support.stores import committed, taken
from tests.support.web import StandingClock, Surroundings, figures, opened, running, surroundings

SECURED: Final = ("content-security-policy", "x-content-type-options", "referrer-policy")


@pytest.fixture
async def around(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Surroundings]:
    async with surroundings(tmp_path, nats_server) as found:
        yield found


async def test_what_is_in_the_bucket_is_on_the_page_with_the_overdue_tasks_of_the_store(around: Surroundings) -> None:
    store = SqlTrackerStore(around.database)
    draft = Draft(await taken(store)).take(sample.register(title="<script>河道</script>"))
    await committed(store, draft.sweep(sample.MATTER, sample.at(days=60)))
    await around.put(closed=7_123, position=1)
    async with running(around.web()) as client:
        text = (await client.get("/")).text
        served = (await client.get("/api/v1/figures")).json()
    assert "7,123 / 8,000" in text
    assert "&lt;script&gt;河道&lt;/script&gt;" in text
    assert "2026-12-23 24:00（周三）" in text
    assert served == figures(7_123, 1).model_dump(mode="json")


async def test_before_any_figures_machines_are_told_why_there_are_none(around: Surroundings) -> None:
    async with running(around.web()) as client:
        page, data, health = [await client.get(path) for path in ("/", "/api/v1/figures", "/health")]
    assert "还没有收到任何事项" in page.text
    assert (data.status_code, data.json()) == (503, {"reason": "no figures have been published yet"})
    assert health.status_code == 503


async def test_a_change_is_on_every_open_page_within_a_second_in_the_same_bytes(around: Surroundings) -> None:
    await around.put(closed=1_001, position=1)
    async with running(around.web()) as client, opened(client) as one, opened(client) as other:
        first = await one.event()
        assert b"1,001 / 8,000" in first, "a new client is sent the newest at once"
        assert await other.event() == first
        await around.put(closed=1_002, position=2)
        second = await one.event(within=1)
        assert b"1,002 / 8,000" in second
        assert await other.event(within=1) == second
        fragment = (await client.get("/fragment")).text
    sent = b"\n".join(line.removeprefix(b"data: ") for line in second.splitlines() if line.startswith(b"data: "))
    assert sent.decode() == fragment


async def test_figures_of_an_earlier_position_change_nothing(around: Surroundings) -> None:
    await around.put(closed=1_001, position=5)
    async with running(around.web()) as client, opened(client) as stream:
        await stream.event()
        await around.put(closed=900, position=4)
        await around.put(closed=1_003, position=6)
        assert b"1,003 / 8,000" in await stream.event()


async def test_the_watch_leaves_the_answer_to_the_bucket(around: Surroundings) -> None:
    # A subscriber that answers would be taken by the publisher for the bucket's acknowledgement.
    async with running(around.web()):
        revisions = [await around.bucket.put("all", figures(1, n).model_dump_json().encode()) for n in range(50)]
    assert revisions == list(range(1, 51))


async def test_unreadable_figures_keep_the_page_and_are_shown_as_an_interruption(around: Surroundings) -> None:
    await around.put(closed=1_001, position=1)
    async with running(around.web()) as client, opened(client) as stream:
        await stream.event()
        await around.bucket.put("all", b'{"scope":"all"}')
        broken = (await stream.event()).decode()
        assert "连接中断" in broken
        assert "1,001 / 8,000" in broken
        assert (await client.get("/health")).status_code == 503
        await around.put(closed=1_002, position=2)
        assert "连接中断" not in (await stream.event()).decode()


async def test_the_page_says_so_while_the_bus_is_away_and_recovers(around: Surroundings) -> None:
    await around.put(closed=1_001, position=1)
    async with running(around.web()) as client, opened(client) as stream:
        await stream.event()
        await around.nats.stop()
        assert "连接中断" in (await stream.event(within=15)).decode()
        await around.nats.start()
        assert "连接中断" not in (await stream.event(within=30)).decode()

        async def stored() -> bool:
            # Our own connection may come back later than the page's.
            with contextlib.suppress(NatsError):
                await around.put(closed=1_002, position=2)
                return True
            return False

        await eventually(stored)
        assert b"1,002 / 8,000" in await stream.event(within=2)


async def test_open_pages_do_not_delay_the_stop(around: Surroundings) -> None:
    started, loop = asyncio.Event(), asyncio.get_running_loop()
    web = around.web()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(web.run(started))
        await asyncio.wait_for(started.wait(), 10)
        async with httpx.AsyncClient(base_url=web.url, trust_env=False) as client, opened(client) as one, opened(client) as other:
            await one.event()
            await other.event()
            stopping = loop.time()
            serving.cancel()
            await asyncio.wait([serving])
            assert loop.time() - stopping < 2
            with pytest.raises((StopAsyncIteration, httpx.HTTPError)):
                await one.event()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(web.url.rpartition(":")[2]))


async def test_an_answer_on_a_connection_that_is_kept_does_not_wait_for_an_acknowledgement(around: Surroundings) -> None:
    loop = asyncio.get_running_loop()
    async with running(around.web()) as client:

        async def seconds() -> float:
            asked_at = loop.time()
            await client.get("/nothing")
            return loop.time() - asked_at

        taken = [await seconds() for _ in range(30)]
    # The kernel acknowledges at once what comes first on a connection, and then after 40 ms.
    assert min(taken[-15:]) < 0.03, taken


async def test_a_client_that_left_is_forgotten(around: Surroundings) -> None:
    async with running(around.web()) as client:

        async def listening() -> int:
            return int((await client.get("/health")).json()["streams"])

        async def nobody() -> bool:
            return await listening() == 0

        async with opened(client) as stream:
            await stream.event()
            assert await listening() == 1
        await eventually(nobody)


async def test_everything_is_served_with_strict_headers_and_from_here_alone(around: Surroundings) -> None:
    await around.put(closed=1_001, position=1)
    async with running(around.web()) as client:
        page = await client.get("/")
        linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        own = "/inbox"  # opens with one's own key only
        answers = [page, *[await client.get(link) for link in linked if not link.startswith("#") and link != own]]
        answers += [await client.get(path) for path in ("/fragment", "/health", "/api/v1/figures")]
        absent = [await client.get(path) for path in ("/docs", "/redoc", "/openapi.json", "/static/../service.py", "/nothing")]
        head = await client.head("/")
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in linked), linked
    assert {"/static/style.css", "/static/live.js", own} <= set(linked)
    assert not re.search(r"<style|style=|<script(?! src)|\son\w+=", page.text), "the policy would refuse it"
    assert [answer.status_code for answer in [*answers, head]] == [200] * (len(answers) + 1)
    assert [answer.status_code for answer in absent] == [404] * len(absent)
    for answer in [*answers, *absent]:
        assert all(name in answer.headers for name in SECURED), answer.url
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert page.headers["cache-control"] == "no-store"
    assert sum(len(answer.content) for answer in answers[:5]) < 100_000


async def test_a_port_in_use_is_said_before_anything_starts(around: Surroundings) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken_port:
        port = taken_port.getsockname()[1]
        web = Web(
            around.settings.model_copy(update={"nats_url": "nats://127.0.0.1:1"}), around.database, Units(), StandingClock(), port
        )
        with pytest.raises(PortInUse, match=f"port {port} is in use; choose another with --port"):
            await asyncio.wait_for(web.run(), 1)
