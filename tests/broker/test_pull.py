"""The long pull on a real server: nothing waits for more, nothing is lost, and nothing spins while there is nothing to be had."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from contracts import subjects
from shared.messaging import pull as module
from shared.messaging import streams
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.pull import EXPIRES_SECONDS, Pull
from shared.messaging.server import NatsServer
from tests.support.deadline import eventually

DURABLE = streams.tracker_durable(0)
AT = subjects.inbound(subjects.Inbound("city", "city", "1", "directive", "issued"))


@dataclass
class Pulling:
    """A pull that runs."""

    client: Client
    js: JetStreamContext
    pull: Pull

    async def store(self, *bodies: str) -> None:
        for body in bodies:
            await self.js.publish(AT, body.encode())

    async def bodies(self, number: int) -> list[str]:
        """The bodies of that many messages, each batch acknowledged."""
        messages: list[Msg] = []
        async with asyncio.timeout(20):
            while len(messages) < number:
                batch = await self.pull.batch(lambda: True)
                messages += batch
                for message in batch:
                    await message.ack()
        return [message.data.decode() for message in messages]


@contextlib.asynccontextmanager
async def pulling(url: str, most: int = 10, expires_seconds: float = EXPIRES_SECONDS) -> AsyncIterator[Pulling]:
    broker = make_broker(url, "test")
    client, js = await connect(broker, url)
    try:
        await streams.provision(js, 1)
        async with asyncio.TaskGroup() as group:
            pull = Pull(client, subjects.STREAM_IN, DURABLE, most, expires_seconds)
            running = group.create_task(pull.run())
            yield Pulling(client, js, pull)
            running.cancel()
    finally:
        await stop(broker, client)


async def test_a_lone_message_does_not_wait_for_a_second(nats_url: str) -> None:
    async with pulling(nats_url) as world:
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        for number in range(5):
            before = loop.time()
            await world.store(str(number))
            assert await world.bodies(1) == [str(number)]
            assert loop.time() - before < 1


async def test_many_messages_come_in_the_order_of_the_stream_and_in_batches_of_at_most_so_many(nats_url: str) -> None:
    async with pulling(nats_url, most=7) as world:
        stored = [str(number) for number in range(100)]
        await world.store(*stored)
        taken: list[str] = []
        async with asyncio.timeout(20):
            while len(taken) < len(stored):
                batch = await world.pull.batch(lambda: True)
                assert len(batch) <= 7
                taken += [message.data.decode() for message in batch]
        assert taken == stored
        info = await world.js.consumer_info(subjects.STREAM_IN, DURABLE)
        assert info.num_ack_pending == 100, "none was delivered twice"


async def test_what_nobody_takes_stays_in_the_stream(nats_url: str) -> None:
    async with pulling(nats_url, most=10) as world:
        await world.store(*(str(number) for number in range(100)))

        async def delivered() -> bool:
            info = await world.js.consumer_info(subjects.STREAM_IN, DURABLE)
            return (info.num_ack_pending or 0) >= 10

        await eventually(delivered)
        info = await world.js.consumer_info(subjects.STREAM_IN, DURABLE)
        assert (info.num_ack_pending or 0) <= 20


async def test_a_small_batch_grows_while_another_is_under_way(nats_url: str) -> None:
    async with pulling(nats_url) as world, asyncio.TaskGroup() as group:
        idle = False
        taking = group.create_task(world.pull.batch(lambda: idle))
        await world.store("1", "2")

        async def arrived() -> bool:
            return len(world.pull._arrived) == 2

        await eventually(arrived)
        assert not taking.done()
        idle = True
        world.pull.look_again()
        assert [message.data for message in await taking] == [b"1", b"2"]


async def test_a_request_whose_time_is_up_is_followed_by_another(nats_url: str) -> None:
    async with pulling(nats_url, expires_seconds=1) as world:
        requests = 0

        async def count(_: Msg) -> None:
            nonlocal requests
            requests += 1

        await world.client.subscribe(f"$JS.API.CONSUMER.MSG.NEXT.{subjects.STREAM_IN}.{DURABLE}", cb=count)

        async def asked_again() -> bool:
            return requests >= 2

        await eventually(asked_again, within=10)
        await world.store("late")
        assert await world.bodies(1) == ["late"]


async def test_a_server_that_was_started_again_is_asked_again(nats_server: NatsServer) -> None:
    async with pulling(nats_server.url) as world:
        await world.store("before")
        assert await world.bodies(1) == ["before"]
        await nats_server.stop()
        await nats_server.start()

        async def back() -> bool:
            return world.client.is_connected

        await eventually(back)
        await world.store("after")
        assert await world.bodies(1) == ["after"]


async def test_a_consumer_that_is_gone_is_asked_for_calmly_until_it_is_back(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pulling(nats_url) as world:
        await world.store("before")
        assert await world.bodies(1) == ["before"]
        loop = asyncio.get_running_loop()
        asked_at: list[float] = []
        publish = world.client.publish

        async def counted(subject: str, *rest: Any, **options: Any) -> None:
            if "CONSUMER.MSG.NEXT" in subject:
                asked_at.append(loop.time())
            await publish(subject, *rest, **options)

        monkeypatch.setattr(world.client, "publish", counted)
        await world.js.delete_consumer(subjects.STREAM_IN, DURABLE)

        async def asked() -> bool:
            return len(asked_at) >= 4

        await eventually(asked)
        assert asked_at[-1] - asked_at[0] > 2 * module.LOOK_SECONDS
        monkeypatch.undo()
        await streams.provision(world.js, 1)
        await world.store("after")
        assert await world.bodies(2) == ["before", "after"], "a new consumer begins at the start of the stream"
