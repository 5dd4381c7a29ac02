"""The watchman: raises an alarm by itself when the detector of deadlines is not heard, is late, or holds alerts back."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from pydantic import ValidationError

from contracts import subjects
from contracts.health import Detector
from services.notifier.desk import Desk
from shared.domain.notice import Occasion, alarm_notices
from shared.ports import NotStored

log = structlog.get_logger()

SILENT_SECONDS: Final = 35.0
"""Three heartbeats of ten seconds are missing; by a clock that nobody sets, since a step of the other one is no silence."""
LATE_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 5.0
_OWNER, _NUMBER = "duban", "detector"


class Watchman:
    """Listens to heartbeats. One trouble is one alarm, however long it lasts."""

    def __init__(self, broker: NatsBroker, desk: Desk, wake: Callable[[], None]) -> None:
        self._desk = desk
        self._clock = desk.clock
        self._wake = wake
        self.elapsed: Callable[[], float] = time.monotonic
        self._heard = self.elapsed()
        self._heard_at = self._clock.now()
        self._said: Detector | None = None
        self._alarmed: set[str] = set()
        # Left to itself FastStream answers every message that has a reply subject.
        broker.subscriber(subjects.DETECTOR, decoder=_raw, no_reply=True)(self._on_heartbeat)

    async def run(self) -> None:
        """Look now and then until cancelled."""
        self._heard, self._heard_at = self.elapsed(), self._clock.now()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Raise an alarm for each trouble that there was none for; forget those that are over."""
        troubles = self._troubles()
        for kind in self._alarmed - troubles.keys():
            log.info("notifier.detector_recovered", what=kind)
        self._alarmed &= troubles.keys()
        for kind in sorted(troubles.keys() - self._alarmed):
            log.error("notifier.detector_trouble", what=kind, said=troubles[kind])
            now = self._clock.now()
            occasion = Occasion(_OWNER, _NUMBER, "alarm", int(now.timestamp()), troubles[kind], "alarm", now, None)
            try:
                await self._desk.store.plan(alarm_notices(occasion, self._desk.office))
            except NotStored as error:
                log.warning("notifier.not_stored", error=str(error))
                return
            self._alarmed.add(kind)
            self._wake()

    def _troubles(self) -> dict[str, str]:
        """What is wrong now, in the words of the message."""
        if self.elapsed() - self._heard >= SILENT_SECONDS:
            return {"silent": f"到期检测无心跳，最近一次 {self._local(self._heard_at)}；在恢复之前不会产生新的到期提醒"}
        if self._said is None:
            return {}
        found: dict[str, str] = {}
        lag = max((one.lag_seconds for one in self._said.partitions), default=0.0)
        if lag >= LATE_SECONDS:
            found["late"] = f"到期检测滞后 {int(lag // 60)} 分钟以上；提醒会补发，时点不变"
        if self._said.held_since is not None:
            found["held"] = f"系统时钟发生跳变，自 {self._local(self._said.held_since)} 起暂缓到期提醒：{self._said.held_why}"
        return found

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._desk.office.calendar.zone):%m-%d %H:%M:%S}"

    async def _on_heartbeat(self, body: bytes) -> None:
        try:
            self._said = Detector.model_validate_json(body)
        except ValidationError as error:
            log.warning("notifier.unreadable_heartbeat", error=str(error))
            return
        self._heard, self._heard_at = self.elapsed(), self._clock.now()


async def _raw(message: Any) -> Any:
    return message.body
