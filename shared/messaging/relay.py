"""The relay: publishes ledger rows on DUBAN_OUT in order, each batch whole or not at all, and resumes where the stream ends."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from contracts import subjects
from contracts.fact import UNTOLD
from shared.messaging.atomic import MOST_MESSAGES, publish_atomically
from shared.ports import LedgerRow

log = structlog.get_logger()

RETRY_SECONDS: Final = (0.2, 0.5, 1, 2, 5, 10, 30)
MOST_WAITING: Final = 4 * MOST_MESSAGES

Follow = Callable[[list[LedgerRow]], Awaitable[None]]
"""Told of rows before they are published; told again when it is unknown whether they were."""
Load = Callable[[int, int, int], Awaitable[list[LedgerRow]]]
"""Ledger rows of a partition after a position, at most so many."""


class Relay:
    """Publishes one partition's ledger. The stream itself says how far it got, so nothing about it is stored."""

    def __init__(self, client: Client, js: JetStreamContext, partition: int, load: Load, follow: Follow) -> None:
        self._client = client
        self._js = js
        self._partition = partition
        self._load = load
        self._follow = follow
        self._waiting: list[LedgerRow] = []
        self._offered = asyncio.Event()
        self._idle = asyncio.Event()
        self._left_out = False
        self._published = -1

    def offer(self, rows: Sequence[LedgerRow]) -> None:
        """Hand over committed rows. What does not fit is left out: the relay sees the gap and reads it from the ledger."""
        if len(self._waiting) > MOST_WAITING:
            self._left_out = True
        else:
            self._waiting += rows
        self._idle.clear()
        self._offered.set()

    def catch_up(self) -> None:
        """Read from the ledger what was committed and not handed over."""
        self._left_out = True
        self._idle.clear()
        self._offered.set()

    async def run(self) -> None:
        """Publish until cancelled: first what the stream lacks, then what is handed over."""
        await self._until_done(self._catch_up)
        while True:
            rows, self._waiting = self._waiting, []
            self._offered.clear()
            await self._until_done(lambda rows=rows: self._publish(rows))  # type: ignore[misc]
            if self._left_out and not self._waiting:
                self._left_out = False
                await self._until_done(self._catch_up)
            if not self._waiting:
                self._idle.set()
                await self._offered.wait()

    async def drained(self) -> None:
        """Wait until everything handed over is published."""
        await self._idle.wait()

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        attempt = 0
        while True:
            try:
                return await work()
            except (NatsError, APIError, TimeoutError, OSError) as error:
                pause = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                log.warning("relay.retry", partition=self._partition, error=repr(error), in_seconds=pause)
                attempt += 1
                await asyncio.sleep(pause)
                work = self._catch_up  # whether the batch was stored is unknown: ask the stream

    async def _catch_up(self) -> None:
        self._published = await self._position_in_stream()
        while rows := await self._load(self._partition, self._published, MOST_MESSAGES):
            await self._publish(rows)

    async def _position_in_stream(self) -> int:
        try:
            last = await self._js.get_last_msg(subjects.STREAM_OUT, subjects.facts_of(self._partition))
        except NotFoundError:
            return 0
        assert last.data is not None
        return int(orjson.loads(last.data)["position"])

    async def _publish(self, rows: Sequence[LedgerRow]) -> None:
        fresh = [row for row in rows if row.position > self._published]
        for start in range(0, len(fresh), MOST_MESSAGES):
            batch = fresh[start : start + MOST_MESSAGES]
            if batch[0].position != self._published + 1:
                return await self._catch_up()
            await self._follow(batch)
            await publish_atomically(self._client, [_message(row) for row in batch])
            self._published = batch[-1].position


def _message(row: LedgerRow) -> tuple[str, bytes, str]:
    subject = subjects.fact(row.partition, row.unit or UNTOLD, row.family, row.entry.fact.kind)
    return subject, row.body, f"{row.partition}-{row.position}"
