"""The traps of the NATS client and of FastStream that our guards stand in: each test fails when its guard is taken away."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import faststream.nats.broker.broker as faststream_broker
import nats
import pytest
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import AuthorizationError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext

from contracts import subjects
from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.messaging import broker as ours
from shared.messaging import streams
from shared.messaging.broker import NatsUnreachable, Watchdog, connect, make_broker, stop
from shared.messaging.server import NatsServer
from shared.settings import Settings
from shared.storage.engine import Database
from tests.support import tracking
from tests.support.deadline import eventually
from tests.support.matters import issued, later, noted
from tests.support.servers import free_port


@dataclass
class Connected:
    """A broker of ours that is connected."""

    broker: NatsBroker
    client: Client
    js: JetStreamContext


@pytest.fixture
async def connected(nats_url: str) -> AsyncIterator[Connected]:
    broker = make_broker(nats_url, "test")
    client, js = await connect(broker, nats_url)
    try:
        await streams.provision(js, 1)
        yield Connected(broker, client, js)
    finally:
        await stop(broker, client)


async def test_after_the_first_connect_no_error_ends_the_reconnecting(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # FastStream raises these inside the client's reconnect task, which ends it for ever.
    monkeypatch.setattr(faststream_broker, "UNRECOVERABLE_CONNECT_ERRORS", (AuthorizationError,))
    broker = make_broker(nats_url, "test")
    client, _ = await connect(broker, nats_url)
    try:
        assert tuple(faststream_broker.UNRECOVERABLE_CONNECT_ERRORS) == ()
    finally:
        await stop(broker, client)


async def test_a_request_goes_behind_a_subscription_and_the_ping_of_a_flush_does_not() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.15.1","max_payload":1048576,"proto":1,"headers":true}\r\n')
        while line := await reader.readline():
            heard.append(line.split()[0])
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        client = await nats.connect(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        heard.clear()
        await client.subscribe("asked")
        await client.flush()
        assert heard[0] == b"PING", "the flush is a barrier now: the statistics need not ask for their bucket to have one"
        heard.clear()
        await client.subscribe("again")
        with contextlib.suppress(NatsTimeout):
            await client.request("nobody", timeout=0.2)
        assert heard.index(b"SUB") < heard.index(b"PUB")
        await client.close()


async def test_a_cancellation_that_meets_its_answer_is_not_lost(connected: Connected) -> None:
    answers = 0

    async def ask_for_ever() -> None:
        nonlocal answers
        while True:
            await connected.client.request(f"$JS.API.STREAM.INFO.{subjects.STREAM_IN}", timeout=5)
            answers += 1

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask_for_ever())

        async def asked() -> bool:
            return bool(connected.client._resp_map)

        await eventually(asked)
        [answer] = connected.client._resp_map.values()
        answer.add_done_callback(lambda _: asking.cancel())
        await asyncio.wait([asking], timeout=2)
        if not asking.done():
            asking.cancel()
            pytest.fail(f"it asked {answers} times more")
    assert asking.cancelled()


async def test_a_cancellation_before_a_request_does_not_forbid_it(connected: Connected) -> None:
    answered = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await connected.js.stream_info(subjects.STREAM_IN)
            answered.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
    assert answered.is_set()


async def test_a_broker_that_cannot_be_reached_says_so_in_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "CONNECT_TIMEOUT_SECONDS", 0.5)
    url = f"nats://127.0.0.1:{free_port()}"
    broker = make_broker(url, "test")
    before = time.monotonic()
    try:
        with pytest.raises(NatsUnreachable, match=url):
            await connect(broker, url)
    finally:
        await stop(broker, None)
    assert time.monotonic() - before < 5


async def test_a_tracker_that_cannot_reach_its_broker_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "CONNECT_TIMEOUT_SECONDS", 0.5)
    settings = Settings(nats_url=f"nats://127.0.0.1:{free_port()}")
    tracker = Tracker(settings, database, tracking.rulebook(), SystemClock(), "tracker")
    with pytest.raises(NatsUnreachable):
        await tracker.run()


async def test_a_stop_while_the_server_is_away_is_no_error(nats_server: NatsServer) -> None:
    broker = make_broker(nats_server.url, "test")
    client, _ = await connect(broker, nats_server.url)
    await nats_server.stop()

    async def noticed() -> bool:
        return not client.is_connected

    await eventually(noticed)
    await stop(broker, client)


async def test_a_consumer_that_was_deleted_is_made_again_and_what_was_pushed_meanwhile_is_taken(
    database: Database, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tracker.partition.WATCH_SECONDS", 0.3)
    async with tracking.duban(database, nats_url) as world:
        await world.ask(issued("1", later(-60)))
        await world.js.delete_consumer(subjects.STREAM_IN, streams.tracker_durable(0))
        receipts = [await world.ask(noted("1", later(-30), f"note-{number}")) for number in range(3)]

        assert [receipt.outcome for receipt in receipts] == ["accepted"] * 3
        there = await world.js.consumer_info(subjects.STREAM_IN, streams.tracker_durable(0))
        assert there.config.ack_wait == streams.ACK_WAIT_SECONDS


async def test_the_watchdog_calls_when_the_loop_stands_still_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "FROZEN_AFTER_SECONDS", 1.5)
    calls: list[float] = []
    async with asyncio.TaskGroup() as group:
        beating = group.create_task(Watchdog(lambda: calls.append(time.monotonic())).run())
        await asyncio.sleep(2.5)
        assert not calls, "the loop turned all the time"
        frozen_at = time.monotonic()
        while not calls and time.monotonic() < frozen_at + 8:
            time.sleep(0.05)  # noqa: ASYNC251 - the loop stands still: that is the test
        beating.cancel()
    assert calls
    assert 1.5 - 1 < calls[0] - frozen_at < 6
