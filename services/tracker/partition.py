"""One partition at work: batches from DUBAN_IN to the writer, answers and acks after the commit, clocks in between."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from contracts import subjects
from services.tracker.batch import Push, ReadPush, read_push
from services.tracker.memory import Loaded
from services.tracker.steps import Guard
from services.tracker.sweeper import Sweeper, Traffic
from services.tracker.watermark import Watermark
from services.tracker.writer import LEASE_SECONDS, Writer
from shared.clock import Clock
from shared.codec.receipts import Answer, encode_receipt
from shared.messaging import streams
from shared.messaging.pull import Pull
from shared.messaging.relay import Relay

log = structlog.get_logger()

BATCH: Final = 500
LOOK_SECONDS: Final = 0.004
WATCH_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Bus:
    """What the partitions of one process share."""

    client: Client
    js: JetStreamContext
    partitions: int

    async def answer(self, receipts: Iterable[Answer]) -> None:
        """Send receipts; who is not there to hear them asks again by pushing again."""
        for receipt in receipts:
            await self.client.publish(subjects.receipt(receipt.source, receipt.subject), encode_receipt(receipt))


class PartitionTracker:
    """One partition: its consumer, its writer, its relay. Batches are processed one at a time, in the order they were stored."""

    def __init__(self, bus: Bus, writer: Writer, relay: Relay, watermark: Watermark, clock: Clock, guard: Guard) -> None:
        self._bus = bus
        self._writer = writer
        self._relay = relay
        self._durable = streams.tracker_durable(writer.partition)
        # Neighbouring batches are worked on side by side, each in its turn: pulled, loaded, decided and stored, answered.
        # A request expires before the lease: whoever takes the partition from a process that hangs is not robbed by its request.
        self._pull = Pull(bus.client, subjects.STREAM_IN, self._durable, BATCH, expires_seconds=LEASE_SECONDS / 3)
        self._loaded: asyncio.Queue[tuple[Sequence[Msg], Sequence[ReadPush], Loaded]] = asyncio.Queue(1)
        self._stored: asyncio.Queue[tuple[Sequence[Msg], Sequence[Answer]]] = asyncio.Queue(1)
        self._traffic = Traffic()
        self.sweeper = Sweeper(writer, watermark, clock, guard, self._traffic, bus.answer)

    async def run(self) -> None:
        """Take batches, drive clocks and relay until cancelled. Raises LeaseLost."""
        async with asyncio.TaskGroup() as group:
            for duty in (
                *(self._relay.run, self._pull.run, self._load, self._take, self._answer),
                *(self.sweeper.run, self._keep_lease, self._keep_consumer),
            ):
                group.create_task(duty(), name=f"{duty.__qualname__}-{self._writer.partition}")

    async def idle(self) -> None:
        """Wait until nothing is pending in the stream and nothing waits for an ack."""
        while await self.backlog():  # noqa: ASYNC110 - the answer lies on the server
            await asyncio.sleep(LOOK_SECONDS)

    async def drive_to(self, instant: datetime) -> None:
        """Raise what is crossed before an instant."""
        await self.sweeper.drive_to(instant)

    async def published(self) -> None:
        """Wait until all that was written is published."""
        await self._relay.drained()

    async def _load(self) -> None:
        while True:
            messages = await self._pull.batch(lambda: not self._traffic.under_way)
            self._traffic.under_way += 1
            reads = [read_push(Push(message.subject, message.data)) for message in messages]
            await self._loaded.put((messages, reads, await self._writer.load(reads)))

    async def _take(self) -> None:
        while True:
            messages, reads, loaded = await self._loaded.get()
            receipts = await self._writer.take(reads, loaded)
            self._traffic.under_way -= 1
            self._pull.look_again()
            await self._stored.put((messages, receipts))
            self._traffic.taken += len(messages)
            self._traffic.changed.set()

    async def _answer(self) -> None:
        while True:
            messages, receipts = await self._stored.get()
            # After the commit: an answer is a promise. What is lost from here on is answered again on redelivery.
            await self._bus.answer(receipts)
            for message in messages:
                await message.ack()

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self._writer.renew()

    async def _keep_consumer(self) -> None:
        """A consumer that was deleted on the server is made again: the client alone would poll for it for ever in silence."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.backlog()
            except NotFoundError:
                log.error("tracker.consumer_gone", durable=self._durable)
                await streams.provision(self._bus.js, self._bus.partitions)
            except (NatsError, APIError, TimeoutError) as error:
                log.warning("tracker.nats_away", durable=self._durable, error=repr(error))

    async def backlog(self) -> int:
        """How many messages are pending in the stream or wait for an ack."""
        return (await self.progress())[0]

    async def progress(self) -> tuple[int, int]:
        """How many messages are pending or wait for an ack, and the stream's sequence of the last one that was delivered."""
        info = await self._bus.js.consumer_info(subjects.STREAM_IN, self._durable)
        delivered = info.delivered.stream_seq if info.delivered is not None else 0
        return (info.num_pending or 0) + (info.num_ack_pending or 0), delivered
