"""The tracker service: holds partitions, one writer each."""

import asyncio
from datetime import datetime, timedelta

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext

from contracts import subjects
from services.tracker.heartbeat import Heartbeat
from services.tracker.partition import Bus, PartitionTracker
from services.tracker.parts import Parts
from services.tracker.steps import ClockGuard, Guard, NoGuard
from services.tracker.sweeper import Sweeper
from services.tracker.watermark import LiveWatermark, ReplayWatermark, Watermark
from services.tracker.writer import LEASE_SECONDS, Writer
from shared.clock import Clock, ReplayClock, SystemClock, monotonic
from shared.collector import calm_collector
from shared.domain.policy import Rulebook
from shared.messaging import streams
from shared.messaging.broker import Watchdog, connect, make_broker, stop
from shared.messaging.relay import Relay
from shared.ports import Lease, NotStored, PartitionTaken
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore

log = structlog.get_logger()


class Tracker:
    """All partitions of one process. A partition that another process holds is waited for, as a standby."""

    def __init__(self, settings: Settings, database: Database, rulebook: Rulebook, clock: Clock, holder: str) -> None:
        assert settings.nats_url is not None, "whoever builds a tracker knows its server"
        self._settings = settings
        self._rulebook = rulebook
        self._clock = clock
        self._holder = holder
        self._guard: Guard = NoGuard() if isinstance(clock, ReplayClock) else ClockGuard(clock, monotonic)
        self._store = SqlTrackerStore(database)
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-tracker")
        self._held: list[PartitionTracker] = []
        self._sweepers: list[Sweeper] = []
        self._js: JetStreamContext | None = None

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Track until cancelled; `started` is set once all partitions are held. Raises ConfigDrift, NatsUnreachable."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            self._js = js
            await streams.provision(js, self._settings.partitions)
            await self._broker.start()
            calm_collector()
            bus = Bus(client, js, self._settings.partitions)
            bucket = await streams.stats_bucket(js)
            ready = [asyncio.Event() for _ in range(bus.partitions)]
            async with asyncio.TaskGroup() as group:
                group.create_task(Watchdog().run(), name="watchdog")
                group.create_task(self._heartbeat().run(client, bucket), name="heartbeat")
                for partition, is_ready in enumerate(ready):
                    group.create_task(self._hold(partition, bus, is_ready), name=f"partition-{partition}")
                for is_ready in ready:
                    await is_ready.wait()
                if started is not None:
                    started.set()
        finally:
            await stop(self._broker, client)

    async def idle(self) -> None:
        """Wait until everything that the stream holds has been processed, with what followed from it for other tasks."""
        while True:
            for partition in self._held:
                await partition.idle()
            await self.published()
            if await self._all_taken():
                return

    async def _all_taken(self) -> bool:
        """Whether the last message of the stream was delivered and none is left: the counts alone lag an acknowledgement."""
        assert self._js is not None, "who waits has started it"
        state = (await self._js.stream_info(subjects.STREAM_IN)).state
        progress = [await partition.progress() for partition in self._held]
        if any(left for left, _ in progress):
            return False
        return not state.messages or max(delivered for _, delivered in progress) >= state.last_seq

    async def drive_to(self, instant: datetime) -> None:
        """Drive a replay's clock on to an instant and raise what is crossed by then."""
        assert isinstance(self._clock, ReplayClock), "only history can be driven"
        self._clock.advance(instant)
        for partition in self._held:
            await partition.drive_to(self._clock.now())

    async def published(self) -> None:
        """Wait until all that was written is published."""
        for partition in self._held:
            await partition.published()

    async def _hold(self, partition: int, bus: Bus, ready: asyncio.Event) -> None:
        lease = await self._lease(partition)
        await streams.rewind(bus.client, partition)
        relay = Relay(bus.client, bus.js, partition, self._store.published_from, Parts(bus.js).follow)
        if isinstance(self._clock, ReplayClock):
            self._clock.advance(lease.clock)
        writer = Writer(self._store, lease, self._rulebook, self._clock, SystemClock(), relay)
        held = PartitionTracker(bus, writer, relay, self._watermark(bus, partition), self._clock, self._guard)
        await writer.recount()
        self._held.append(held)
        self._sweepers.append(held.sweeper)
        ready.set()
        await held.run()

    def _heartbeat(self) -> Heartbeat:
        # In a replay history's own clock says what is due, and the machine's when that was said.
        machine = SystemClock() if isinstance(self._clock, ReplayClock) else self._clock
        return Heartbeat(self._holder, self._guard, self._sweepers, self._clock, machine)

    def _watermark(self, bus: Bus, partition: int) -> Watermark:
        if isinstance(self._clock, ReplayClock):
            return ReplayWatermark(self._clock)
        return LiveWatermark(bus.js, partition, self._clock)

    async def _lease(self, partition: int) -> Lease:
        machine = SystemClock()
        while True:
            now = machine.now()
            try:
                return await self._store.acquire(partition, self._holder, now, now + timedelta(seconds=LEASE_SECONDS))
            except (PartitionTaken, NotStored) as error:
                log.info("tracker.waiting_for_partition", partition=partition, reason=str(error))
                await asyncio.sleep(1)
