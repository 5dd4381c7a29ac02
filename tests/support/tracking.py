"""A tracker that runs beside a test, and the world outside that pushes to it and hears its answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import nats
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import PubAck, RawStreamMsg

from contracts import subjects
from contracts.receipt import Receipt
from services.tracker.service import Tracker
from shared.clock import Clock, SystemClock
from shared.codec.events import digest
from shared.codec.receipts import decode_receipt
from shared.domain.policy import Rulebook
from shared.messaging import streams
from shared.ports import StoredRow
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import pushed
from tests.support.deadline import eventually
from tests.support.matters import Wire

AT_ONCE = 200
"""How many pushes wait for their PubAck at the same time."""


@cache
def rulebook() -> Rulebook:
    """The policies and the calendar that we ship."""
    return load_rulebook(Settings().zone)


def raw_of(event: Wire | bytes) -> bytes:
    """The bytes of an event."""
    return event if isinstance(event, bytes) else pushed.raw(event)


def subject_of(event: Wire) -> str:
    """Where an event is to be published."""
    return subjects.for_event(event["source"], event.get("owner"), event["subject"], event["type"])


@dataclass
class Outside:
    """A client of NATS that pushes events and keeps the receipts it hears."""

    client: Client
    js: JetStreamContext
    receipts: list[Receipt] = field(default_factory=list)

    async def push(self, event: Wire | bytes, subject: str | None = None) -> PubAck:
        """Publish an event where it belongs, or somewhere else."""
        if subject is None:
            assert not isinstance(event, bytes), "bytes do not say where they belong"
            subject = subject_of(event)
        return await self.js.publish(subject, raw_of(event), timeout=10)

    async def push_all(self, events: Sequence[Wire]) -> None:
        """Publish many, in order for each matter but not among them."""
        for start in range(0, len(events), AT_ONCE):
            await asyncio.gather(*(self.push(event) for event in events[start : start + AT_ONCE]))

    def receipts_of(self, event: Wire | bytes) -> list[Receipt]:
        """The answers so far to an event."""
        wanted = digest(raw_of(event))
        return [receipt for receipt in self.receipts if receipt.digest == wanted]

    async def receipt_for(self, event: Wire | bytes, *, after: int = 0, within: float = 10.0) -> Receipt:
        """The newest answer to an event, once there are more than `after`."""

        async def answered() -> list[Receipt]:
            return self.receipts_of(event)[after:]

        return (await eventually(answered, within))[-1]

    async def ask(self, event: Wire | bytes, subject: str | None = None) -> Receipt:
        """Push and wait for the answer."""
        before = len(self.receipts_of(event))
        await self.push(event, subject)
        return await self.receipt_for(event, after=before)

    async def facts(self) -> list[RawStreamMsg]:
        """Everything that lies in DUBAN_OUT, in order."""
        state = (await self.js.stream_info(subjects.STREAM_OUT)).state
        first = max(state.first_seq, 1)  # 0 in a stream that has never held anything
        return [await self.js.get_msg(subjects.STREAM_OUT, seq) for seq in range(first, state.last_seq + 1)]

    async def facts_up_to(self, position: int, within: float = 10.0) -> list[RawStreamMsg]:
        """Everything that lies in DUBAN_OUT once it is published up to a position of partition 0."""

        async def there() -> bool:
            state = (await self.js.stream_info(subjects.STREAM_OUT)).state
            if not state.last_seq:
                return False
            last = await self.js.get_msg(subjects.STREAM_OUT, state.last_seq)
            return bool(body_of(last)["position"] >= position)

        await eventually(there, within)
        return await self.facts()


def body_of(message: RawStreamMsg) -> dict[str, Any]:
    """The fact that a message holds."""
    assert message.data is not None
    body = orjson.loads(message.data)
    assert isinstance(body, dict)
    return body


@asynccontextmanager
async def outside(nats_url: str, partitions: int = 1) -> AsyncIterator[Outside]:
    """The world outside, with the streams provisioned; it hears receipts from now on."""
    client = await nats.connect(nats_url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    try:
        js = client.jetstream(timeout=10)
        await streams.provision(js, partitions)
        world = Outside(client, js)

        async def heard(message: Msg) -> None:
            world.receipts.append(decode_receipt(message.data))

        await client.subscribe("duban.receipts.>", cb=heard)
        await client.flush()
        yield world
    finally:
        await client.close()


@asynccontextmanager
async def tracking(
    database: Database, nats_url: str, *, clock: Clock | None = None, holder: str = "tracker", partitions: int = 1
) -> AsyncIterator[Tracker]:
    """A tracker that runs until the end of the context, where it is cancelled; its failure is the test's."""
    settings = Settings(nats_url=nats_url, partitions=partitions)
    tracker = Tracker(settings, database, rulebook(), clock or SystemClock(), holder)
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(tracker.run(started))
        try:
            await started.wait()
            yield tracker
        finally:
            task.cancel()


@asynccontextmanager
async def duban(database: Database, nats_url: str, *, clock: Clock | None = None, partitions: int = 1) -> AsyncIterator[Outside]:
    """A running tracker, seen from the world outside."""
    async with outside(nats_url, partitions) as world, tracking(database, nats_url, clock=clock, partitions=partitions):
        yield world


async def ledger(database: Database) -> list[StoredRow]:
    """The whole ledger."""
    async with ReadStore(database).snapshot() as snapshot:
        return [row async for row in snapshot.ledger()]


async def position_of(database: Database, partition: int = 0) -> int:
    """The last position of a partition."""
    async with ReadStore(database).snapshot() as snapshot:
        return (await snapshot.positions()).get(partition, 0)
