"""How far clocks may be driven: never past the instant at which a push was stored that is not processed yet."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from contracts import subjects
from services.tracker.watermark import LiveWatermark
from shared.messaging.streams import tracker_durable
from tests.support.deadline import eventually
from tests.support.matters import AheadClock, issued, later
from tests.support.tracking import Outside, outside

CLOCK = AheadClock(3600)
SETTLED = timedelta(milliseconds=200)
ROUNDING = timedelta(microseconds=1)


@pytest.fixture
async def world(nats_url: str) -> AsyncIterator[Outside]:
    async with outside(nats_url) as world:
        yield world


@pytest.fixture
async def pull(world: Outside) -> JetStreamContext.PullSubscription:
    return await world.js.pull_subscribe_bind(tracker_durable(0), subjects.STREAM_IN)


async def acked(world: Outside, messages: Sequence[Msg]) -> None:
    for message in messages:
        await message.ack_sync()


async def watermark(world: Outside) -> datetime:
    return await LiveWatermark(world.js, 0, CLOCK).now()


async def push(world: Outside, count: int) -> None:
    for number in range(count):
        await world.push(issued(str(number), later(0)))


async def test_it_is_now_while_nothing_waits(world: Outside) -> None:
    before = CLOCK.now()
    assert before - SETTLED <= await watermark(world) <= CLOCK.now() - SETTLED


async def test_it_is_now_once_everything_is_acked(world: Outside, pull: JetStreamContext.PullSubscription) -> None:
    await push(world, 3)
    await acked(world, await pull.fetch(3, timeout=5))

    before = CLOCK.now()
    assert await watermark(world) >= before - SETTLED


async def test_a_push_that_the_server_has_just_acknowledged_is_not_passed_by(world: Outside) -> None:
    # The server counts it as pending a moment later.
    for number in range(50):
        before = CLOCK.now()
        await world.push(issued(str(number), later(0)))
        assert await watermark(world) < before


async def test_nothing_is_driven_while_the_first_push_waits(world: Outside) -> None:
    await push(world, 1)

    async def nothing_yet() -> bool:
        return (await watermark(world)).year == 1

    await eventually(nothing_yet)


async def test_it_stands_where_the_last_processed_push_was_stored_while_others_wait(
    world: Outside, pull: JetStreamContext.PullSubscription
) -> None:
    await push(world, 4)
    messages = await pull.fetch(3, timeout=5)
    await acked(world, messages[:2])

    assert abs(await watermark(world) - messages[1].metadata.timestamp) <= ROUNDING


async def test_a_push_in_flight_holds_it_back_though_later_ones_are_processed(
    world: Outside, pull: JetStreamContext.PullSubscription
) -> None:
    # As after a crash, or when the line broke while a batch was under way: the server delivers it again only after a while.
    await push(world, 5)
    messages = await pull.fetch(5, timeout=5)
    await acked(world, [messages[0], *messages[2:]])

    assert abs(await watermark(world) - messages[0].metadata.timestamp) <= ROUNDING


async def test_another_partition_does_not_hold_it_back(nats_url: str) -> None:
    async with outside(nats_url, partitions=2) as world:
        await push(world, 8)
        pull = await world.js.pull_subscribe_bind(tracker_durable(0), subjects.STREAM_IN)
        messages = await pull.fetch(8, timeout=1)
        assert 0 < len(messages) < 8
        await acked(world, messages)

        async def is_now() -> bool:
            return await watermark(world) >= later(3000)

        await eventually(is_now)
