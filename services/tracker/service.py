"""The tracker service: pulls batches from DUBAN_IN, lets the writer decide, answers, acks, relays, and keeps the clocks."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import structlog
from faststream import AckPolicy, Context
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from contracts import subjects
from contracts.receipt import Receipt
from services.tracker.batch import Push
from services.tracker.watermark import LiveWatermark, ReplayWatermark, Watermark
from services.tracker.writer import LEASE_SECONDS, Writer
from shared.clock import Clock, ReplayClock, SystemClock
from shared.codec.receipts import encode_receipt
from shared.domain.policy import Policies
from shared.messaging import streams
from shared.messaging.broker import Watchdog, connect, make_broker, stop
from shared.messaging.relay import Relay
from shared.ports import LedgerRow, PartitionTaken
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore

log = structlog.get_logger()

BATCH: Final = 500
PULL_SECONDS: Final = 0.025
"""How long a pull waits for more; it is the latency that thin traffic pays."""
TICK_SECONDS: Final = 0.5
WATCH_SECONDS: Final = 10.0


@dataclass(frozen=True)
class _Arrived:
    """A batch as it came from the stream."""

    messages: Sequence[Msg]

    @property
    def pushes(self) -> list[Push]:
        return [Push(message.subject, message.data) for message in self.messages]

    @property
    def stored_at(self) -> datetime:
        return max(message.metadata.timestamp for message in self.messages)


class PartitionTracker:
    """One partition: its consumer, its writer, its relay. Batches are processed one at a time, in the order they were stored."""

    def __init__(self, partition: int, broker: NatsBroker) -> None:
        self.partition = partition
        self.taken = 0
        self._arrived: asyncio.Queue[_Arrived] = asyncio.Queue(1)
        self._changed = asyncio.Event()
        self.subscriber = broker.subscriber(
            subjects.partition_filter(partition),
            stream=JStream(subjects.STREAM_IN, declare=False),
            durable=streams.tracker_durable(partition),
            pull_sub=PullSub(batch_size=BATCH, timeout=PULL_SECONDS, batch=True),
            decoder=_raw,  # one undecodable message must not take its batch with it
            ack_policy=AckPolicy.MANUAL,
        )
        self.subscriber(self._on_pushed)

    async def _on_pushed(self, message: Annotated[NatsBatchMessage, Context("message")]) -> None:
        # The next batch is fetched while this one is decided; a third waits in the stream.
        await self._arrived.put(_Arrived(message.raw_message))

    async def run(self, surroundings: "Surroundings", writer: Writer) -> None:
        """Take batches, drive clocks and relay until cancelled."""
        relay = Relay(surroundings.client, surroundings.js, self.partition, self._loader(surroundings))
        watermark = surroundings.watermark(self.partition)
        async with asyncio.TaskGroup() as group:
            group.create_task(relay.run(), name=f"relay-{self.partition}")
            group.create_task(self._take(surroundings, writer, relay, watermark), name=f"take-{self.partition}")
            group.create_task(self._keep_clocks(surroundings, writer, relay, watermark), name=f"clocks-{self.partition}")
            group.create_task(_keep_lease(writer), name=f"lease-{self.partition}")
            group.create_task(self._keep_consumer(surroundings), name=f"consumer-{self.partition}")

    def _loader(self, surroundings: "Surroundings") -> Callable[[int, int], Awaitable[list[LedgerRow]]]:
        return lambda after, limit: surroundings.store.published_from(self.partition, after, limit)

    async def _take(self, surroundings: "Surroundings", writer: Writer, relay: Relay, watermark: Watermark) -> None:
        while True:
            arrived = await self._arrived.get()
            receipts, rows = await writer.take(arrived.pushes)
            # After the commit: an answer is a promise. What is lost from here on is answered again on redelivery.
            await surroundings.answer(receipts)
            for message in arrived.messages:
                await message.ack()
            watermark.handled(arrived.stored_at)
            self.taken += len(arrived.messages)
            await relay.enqueue(rows)
            self._changed.set()

    async def _keep_clocks(self, surroundings: "Surroundings", writer: Writer, relay: Relay, watermark: Watermark) -> None:
        while True:
            self._changed.clear()
            wake = await writer.next_wake()
            if wake is not None and wake < surroundings.clock.now():
                receipts, rows = await writer.sweep(await watermark.now())
                await surroundings.answer(receipts)
                if rows:
                    await relay.enqueue(rows)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._changed.wait()

    async def _keep_consumer(self, surroundings: "Surroundings") -> None:
        """A consumer that was deleted on the server is made again: the client alone would poll for it for ever in silence."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await surroundings.js.consumer_info(subjects.STREAM_IN, streams.tracker_durable(self.partition))
            except NotFoundError:
                log.error("tracker.consumer_gone", partition=self.partition)
                await streams.provision(surroundings.js, surroundings.partitions)
                await self.subscriber.stop()
                await self.subscriber.start()
            except (NatsError, APIError, TimeoutError) as error:
                log.warning("tracker.nats_away", partition=self.partition, error=repr(error))


@dataclass(frozen=True)
class Surroundings:
    """What the partitions of one tracker share."""

    client: Client
    js: JetStreamContext
    store: SqlTrackerStore
    clock: Clock
    partitions: int

    def watermark(self, partition: int) -> Watermark:
        """The watermark that fits the clock."""
        if isinstance(self.clock, ReplayClock):
            return ReplayWatermark(self.clock)
        return LiveWatermark(self.js, partition, self.clock)

    async def answer(self, receipts: Iterable[Receipt]) -> None:
        """Send receipts; who is not there to hear them asks again by pushing again."""
        for receipt in receipts:
            await self.client.publish(subjects.receipt(receipt.source, receipt.subject), encode_receipt(receipt))


class Tracker:
    """All partitions of one process."""

    def __init__(self, settings: Settings, database: Database, policies: Policies, clock: Clock, holder: str) -> None:
        assert settings.nats_url is not None, "whoever builds a tracker knows its server"
        self._settings = settings
        self._policies = policies
        self._clock = clock
        self._holder = holder
        self._store = SqlTrackerStore(database)
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-tracker")
        self._partitions = [PartitionTracker(partition, self._broker) for partition in range(settings.partitions)]

    @property
    def taken(self) -> int:
        """Messages processed since the start."""
        return sum(partition.taken for partition in self._partitions)

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Track until cancelled. Raises ConfigDrift, NatsUnreachable, LeaseLost."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            await streams.provision(js, self._settings.partitions)
            surroundings = Surroundings(client, js, self._store, self._clock, self._settings.partitions)
            async with asyncio.TaskGroup() as group:
                group.create_task(Watchdog().run(), name="watchdog")
                for partition in self._partitions:
                    writer = await self._writer(partition.partition)
                    group.create_task(partition.run(surroundings, writer), name=f"partition-{partition.partition}")
                await self._broker.start()
                if started is not None:
                    started.set()
        finally:
            await stop(self._broker, client)

    async def _writer(self, partition: int) -> Writer:
        machine = SystemClock()
        while True:
            now = machine.now()
            try:
                lease = await self._store.acquire(partition, self._holder, now, now + timedelta(seconds=LEASE_SECONDS))
            except PartitionTaken as error:
                log.info("tracker.waiting_for_partition", partition=partition, reason=str(error))
                await asyncio.sleep(1)
                continue
            if isinstance(self._clock, ReplayClock):
                self._clock.advance(lease.clock)
            return Writer(self._store, lease, self._policies, self._settings.zone, self._clock, machine)


async def _keep_lease(writer: Writer) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        await writer.renew()


async def _raw(message: Any) -> Any:
    return message.body
