"""The heartbeat of the detector: how old the oldest deadline is that is due and not claimed, said beside the detector itself."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts import subjects
from contracts.health import Detector, DetectorPartition
from services.tracker.steps import Guard
from services.tracker.sweeper import Sweeper
from services.tracker.watermark import NOTHING_YET
from shared.clock import Clock

log = structlog.get_logger()

EVERY_SECONDS: Final = 10.0
STUCK_SECONDS: Final = 5.0
"""A detector that has not finished a look for so long hangs, waits for the database or has very much to claim."""


class Heartbeat:
    """Speaks of the partitions that this process holds; a standby that holds none says nothing."""

    def __init__(self, holder: str, guard: Guard, sweepers: Sequence[Sweeper], clock: Clock, machine: Clock) -> None:
        self._holder = holder
        self._guard = guard
        self._sweepers = sweepers
        self._clock = clock
        self._machine = machine

    async def run(self, client: Client, bucket: Any) -> None:
        """Publish until cancelled."""
        while True:
            if self._sweepers:
                await _publish(client, bucket, await self.beat())
            await asyncio.sleep(EVERY_SECONDS)

    async def beat(self) -> Detector:
        """What there is to say now."""
        partitions = await asyncio.gather(*map(self._of, tuple(self._sweepers)))
        hold = self._guard.hold
        return Detector(
            at=self._machine.now(),
            holder=self._holder,
            held_since=hold.since if hold is not None else None,
            held_why=hold.why if hold is not None else None,
            partitions=tuple(partitions),
        )

    async def _of(self, sweeper: Sweeper) -> DetectorPartition:
        watermark = await sweeper.asked_watermark()
        now, elapsed = self._clock.now(), asyncio.get_running_loop().time()
        is_stuck = elapsed - sweeper.looked_elapsed > STUCK_SECONDS
        bound = now if is_stuck or watermark is None else watermark
        return DetectorPartition(
            partition=sweeper.partition,
            lag_seconds=lag_seconds(sweeper.wake, bound, now, elapsed - sweeper.claimed_elapsed),
            watermark=None if watermark == NOTHING_YET else watermark,
            looked_at=sweeper.looked_at,
        )


def lag_seconds(wake: datetime | None, bound: datetime, now: datetime, unclaimed_for: float) -> float:
    """Age of a deadline that should have been claimed before the bound, but no more than the seconds since all were claimed: what
    is told late may have been due long before it was known. 0 for one that comes later and for none.
    """
    if wake is None or wake >= bound:
        return 0.0
    return round(max(0.0, min((now - wake).total_seconds(), unclaimed_for)), 3)


async def _publish(client: Client, bucket: Any, said: Detector) -> None:
    raw = said.model_dump_json().encode()
    try:
        await client.publish(subjects.DETECTOR, raw)
        await bucket.put(subjects.DETECTOR_KEY, raw)
    except (NatsError, APIError, TimeoutError) as error:
        log.warning("tracker.heartbeat_not_published", error=repr(error))
