"""The watchman: raises an alarm by itself when the detector of deadlines is not heard, is late, or holds alerts back."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from pydantic import ValidationError

from contracts import subjects
from contracts.health import Detector
from services.notifier.desk import Desk
from services.notifier.vigil import Kind, Trouble, Vigil
from shared.domain.notice import Occasion, alarm_notices
from shared.ports import NotStored

log = structlog.get_logger()

LOOK_SECONDS: Final = 5.0
_OWNER, _NUMBER = "duban", "detector"


class Watchman:
    """Listens to the heartbeats of so many partitions. One trouble of one is one alarm, however long it lasts."""

    def __init__(self, broker: NatsBroker, desk: Desk, wake: Callable[[], None], partitions: int) -> None:
        self._desk = desk
        self._clock = desk.clock
        self._wake = wake
        self._partitions = partitions
        self.elapsed: Callable[[], float] = time.monotonic
        self._vigil = self._begun()
        self._alarmed: set[Trouble] = set()
        # Left to itself FastStream answers every message that has a reply subject.
        broker.subscriber(subjects.DETECTOR, decoder=_raw, no_reply=True)(self._on_heartbeat)

    async def run(self) -> None:
        """Look now and then until cancelled."""
        self._vigil = self._begun()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Raise an alarm for what there was none for, one for all partitions that have it; forget what is over."""
        troubles = self._vigil.troubles(self.elapsed())
        for kind, partition in sorted(self._alarmed - troubles):
            log.info("notifier.detector_recovered", what=kind, partition=partition)
        self._alarmed &= troubles
        fresh = troubles - self._alarmed
        try:
            for kind in sorted({kind for kind, _ in fresh}):
                await self._alarm(kind, sorted(partition for of, partition in fresh if of == kind))
        except NotStored as error:
            log.warning("notifier.not_stored", error=str(error))

    async def _alarm(self, kind: Kind, partitions: list[int]) -> None:
        said, now = self._vigil.words(kind, partitions, self._desk.office.calendar.zone), self._clock.now()
        log.error("notifier.detector_trouble", what=kind, partitions=partitions, said=said)
        occasion = Occasion(_OWNER, _NUMBER, "alarm", int(now.timestamp()), said, "alarm", now, None)
        await self._desk.store.plan(alarm_notices(occasion, self._desk.office))
        self._alarmed |= {(kind, partition) for partition in partitions}
        self._wake()

    def _begun(self) -> Vigil:
        return Vigil(self._partitions, self.elapsed(), self._clock.now())

    async def _on_heartbeat(self, body: bytes) -> None:
        try:
            said = Detector.model_validate_json(body)
        except ValidationError as error:
            log.warning("notifier.unreadable_heartbeat", error=str(error))
            return
        self._vigil.hear(said, self.elapsed(), self._clock.now())


async def _raw(message: Any) -> Any:
    return message.body
