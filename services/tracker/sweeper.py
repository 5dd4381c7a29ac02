"""Drives the clocks of one partition: in turns beside the pushes, to the watermark, never on a clock that was just set."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from services.tracker.steps import Guard
from services.tracker.watermark import Watermark
from services.tracker.writer import SWEEP, Writer
from shared.clock import Clock
from shared.codec.receipts import Answer

log = structlog.get_logger()

TICK_SECONDS: Final = 0.5
FEW: Final = 24
"""Tasks of a turn while a few pushes come: the next one waits for so many at most."""
ANSWER_SECONDS: Final = 2.0
GIVE_WAY_SECONDS: Final = 0.5
"""A turn begins after this time whatever is under way: pushes without end do not keep deadlines waiting."""


@dataclass
class Traffic:
    """The pushes that are under way in a partition, for whoever gives way to them."""

    under_way: int = 0
    """Batches that are loaded or decided."""
    taken: int = 0
    """Pushes that were committed so far."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each commit; whoever waits for the next one clears it."""

    async def next_commit(self, within: float) -> None:
        """Wait for the next commit, at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.changed.wait()


class Sweeper:
    """The clocks of one partition. What it did last is kept for the heartbeat."""

    def __init__(
        self,
        writer: Writer,
        watermark: Watermark,
        clock: Clock,
        guard: Guard,
        traffic: Traffic,
        answer: Callable[[Iterable[Answer]], Awaitable[None]],
    ) -> None:
        self._writer = writer
        self._watermark = watermark
        self._clock = clock
        self._guard = guard
        self._traffic = traffic
        self._answer = answer
        self._most = FEW
        self._taken = 0
        self.looked_at: datetime | None = None
        """When all that was due had been claimed last, or nothing was due, or it was held for the clock's sake."""
        self.looked_elapsed = 0.0
        """The same on the clock of the event loop, which nobody sets."""
        self.claimed_elapsed = 0.0
        """When there was last nothing that was due and not claimed, on the same clock; 0 before the first time."""

    @property
    def partition(self) -> int:
        """Whose clocks they are."""
        return self._writer.partition

    @property
    def wake(self) -> datetime | None:
        """The earliest instant at which something is due that is not claimed, as far as it is known; None for nothing."""
        return self._writer.wake

    async def asked_watermark(self) -> datetime | None:
        """The watermark, asked for beside the sweeps; None when there is no answer within some seconds."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._watermark.now()
        except (NatsError, APIError, TimeoutError):
            return None

    async def run(self) -> None:
        """Drive the clocks until cancelled. Raises LeaseLost."""
        while True:
            self._traffic.changed.clear()
            wake = await self._writer.next_wake()
            held = self._guard.look() is not None
            elapsed = asyncio.get_running_loop().time()
            is_due = wake is not None and wake < self._clock.now()
            if not is_due or (not held and await self._sweep()):
                self.claimed_elapsed = elapsed
            self.looked_at, self.looked_elapsed = self._clock.now(), asyncio.get_running_loop().time()
            await self._traffic.next_commit(TICK_SECONDS)

    async def drive_to(self, instant: datetime) -> None:
        """Raise what is crossed before an instant, in turns as large as they come: nobody waits in a replay."""
        while await self._writer.cross(instant, SWEEP):
            pass
        await self._answer(await self._writer.settle(instant))

    async def _sweep(self) -> bool:
        """Claim what was due when it began; False where that could not be."""
        now = self._clock.now()
        try:
            watermark = await self._watermark.now()
        except (NatsError, APIError, TimeoutError) as error:
            log.warning("tracker.no_watermark", partition=self._writer.partition, error=repr(error))
            return False
        if self._guard.look() is not None:
            return False  # the clock was set since the last look: what it showed just now is not to be trusted
        self._most, self._taken = FEW, self._traffic.taken
        while await self._writer.cross(watermark, self._most):
            await self._give_way(watermark)
        await self._answer(await self._writer.settle(now))
        return True

    async def _give_way(self, watermark: datetime) -> None:
        """Let the pushes that are under way go first, and load the next turn. It is of as many tasks as pushes came since the
        last one, so that neither keeps the other waiting; while none come, turns grow.
        """
        came = self._traffic.taken - self._taken
        self._taken = self._traffic.taken
        self._most = min(max(FEW, came) if came or self._traffic.under_way else 2 * self._most, SWEEP)
        await self._let_pass()
        await self._writer.prepare(watermark, self._most)
        await self._let_pass()

    async def _let_pass(self) -> None:
        """Let the pushes that are under way be committed, if they are soon."""
        self._traffic.changed.clear()
        if self._traffic.under_way:
            await self._traffic.next_commit(GIVE_WAY_SECONDS)
