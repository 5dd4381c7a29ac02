"""The watchman: raises an alarm by itself when the detector of deadlines is not heard any more."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from faststream.nats import NatsBroker

from contracts import subjects
from services.notifier.desk import Desk
from shared.domain.notice import Occasion, alarm_notices
from shared.ports import NotStored

log = structlog.get_logger()

SILENT_SECONDS: Final = 35.0
"""Three heartbeats of ten seconds are missing; by a clock that nobody sets, since a step of the other one is no silence."""
LOOK_SECONDS: Final = 5.0
_OWNER: Final = "duban"


class Watchman:
    """Listens to heartbeats. One silence is one alarm, however long it lasts."""

    def __init__(self, broker: NatsBroker, desk: Desk, wake: Callable[[], None]) -> None:
        self._desk = desk
        self._clock = desk.clock
        self._wake = wake
        self.elapsed: Callable[[], float] = time.monotonic
        self._heard = self.elapsed()
        self._heard_at = self._clock.now()
        self._alarmed = False
        # Left to itself FastStream answers every message that has a reply subject.
        broker.subscriber(subjects.DETECTOR, decoder=_raw, no_reply=True)(self._on_heartbeat)

    async def run(self) -> None:
        """Look now and then until cancelled."""
        self._heard, self._heard_at = self.elapsed(), self._clock.now()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Raise the alarm where there was silence for too long and none was raised for it."""
        if self._alarmed or self.elapsed() - self._heard < SILENT_SECONDS:
            return
        since = self._heard_at.astimezone(self._desk.office.calendar.zone)
        log.error("notifier.detector_silent", since=since.isoformat())
        said = f"到期检测无心跳，最近一次 {since:%m-%d %H:%M:%S}；在恢复之前不会产生新的到期提醒"
        occasion = Occasion(_OWNER, "detector", "alarm", int(since.timestamp()), said, "alarm", self._clock.now(), None)
        try:
            await self._desk.store.plan(alarm_notices(occasion, self._desk.office), ())
        except NotStored as error:
            log.warning("notifier.not_stored", error=str(error))
            return
        self._alarmed = True
        self._wake()

    async def _on_heartbeat(self, body: bytes) -> None:
        if self._alarmed:
            log.info("notifier.detector_heard_again")
        self._alarmed = False
        self._heard, self._heard_at = self.elapsed(), self._clock.now()


async def _raw(message: Any) -> Any:
    return message.body
