"""The auditor: recounts everything from the ledger now and then, and raises an alarm when the books differ.

It is a part of statistics, because what it proves is that their figures are those of the ledger; it meets the rest on the bus.
"""

import asyncio
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts import subjects
from contracts.health import Audited
from shared.clock import Clock
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.streams import stats_bucket
from shared.settings import Settings
from shared.storage.recounting import RecountFailed, recount_beside

log = structlog.get_logger()

FIRST_AFTER_SECONDS: Final = 10.0
"""After a start others come first."""
REST: Final = 10
"""No run begins before so many times the duration of the last one has passed: a large ledger is not read all the time."""
FIRST: Final = 20
"""So many differences are told; `duban recount` lists them all."""


class Auditor:
    """Recounts every `audit_every` seconds, in a process of its own; 0 is never."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._settings = settings
        self._clock = clock
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-auditor")

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Audit until cancelled. Raises NatsUnreachable."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            bucket = await stats_bucket(js)
            if started is not None:
                started.set()
            pause = min(FIRST_AFTER_SECONDS, self._settings.audit_every)
            while True:
                await asyncio.sleep(pause)
                pause = pause_after(await self._audit(client, bucket), self._settings.audit_every)
        finally:
            await stop(self._broker, client)

    async def _audit(self, client: Client, bucket: Any) -> float:
        """Recount once and say what was found; how many seconds it took."""
        loop = asyncio.get_running_loop()
        at, began = self._clock.now(), loop.time()
        try:
            found = await recount_beside(self._settings.database, self._settings.timezone)
        except (RecountFailed, OSError) as error:
            log.error("auditor.failed", error=str(error))
            return loop.time() - began
        seconds = loop.time() - began
        differences = found.recount.differences
        audited = Audited(
            at=at,
            seconds=round(seconds, 3),
            facts=found.recount.facts,
            tasks=found.recount.tasks,
            found=len(differences),
            differences=differences[:FIRST],
            positions={str(partition): position for partition, position in sorted(found.positions.items())},
        )
        if differences:
            log.error("auditor.differences", found=audited.found, first=audited.differences, positions=audited.positions)
        await _publish(client, bucket, audited)
        return seconds


async def _publish(client: Client, bucket: Any, audited: Audited) -> None:
    raw = audited.model_dump_json().encode()
    try:
        await client.publish(subjects.AUDITOR, raw)
        await bucket.put(subjects.AUDITOR_KEY, raw)
    except (NatsError, APIError, TimeoutError) as error:
        log.warning("auditor.not_published", error=repr(error))


def pause_after(seconds: float, every: float) -> float:
    """How long to wait after a run that took so many seconds."""
    return max(every - seconds, REST * seconds)
