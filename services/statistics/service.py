"""Publishes the figures of every scope when they changed, and corrections of sealed reports: at most once a second, whole."""

import asyncio
import contextlib
from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts import subjects
from services.statistics.corrections import Corrections
from services.statistics.figures import ALL, Filter, scopes
from services.statistics.heads import DailyHeads
from services.statistics.message import message_of
from services.statistics.sealing import Sealing
from shared.clock import Clock
from shared.collector import calm_collector
from shared.domain.question import Question
from shared.figures.document import Office, plain_document
from shared.figures.live import Live
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.streams import stats_bucket
from shared.ports import NotStored
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.units import Units

log = structlog.get_logger()

AT_MOST_EVERY_SECONDS: Final = 1.0
AT_LEAST_EVERY_SECONDS: Final = 15.0
"""Facts wake this service; should a wake be lost, it looks by itself after this time."""


class Statistics:
    """Holds nothing that cannot be rebuilt: the sums of the journal as of now, and what it published last."""

    def __init__(self, settings: Settings, database: Database, units: Units, clock: Clock) -> None:
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._settings = settings
        self._store = ReadStore(database)
        self._office = Office(units, settings.timezone, settings.zone, settings.few)
        self._clock = clock
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-statistics")
        self._changed = asyncio.Event()
        self._live = Live(self._office)
        self._due: dict[str, Filter] = {ALL: {}}
        """Scopes that may have changed since they were published."""
        self._published: dict[str, bytes] = {}
        """Fingerprints of what was published."""
        self._corrections = Corrections(database, self._office, clock)
        self._heads = DailyHeads(self._store, settings.zone, clock)
        Sealing(self._broker, database, self._office, clock)
        _listen(self._broker, self._changed)

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Publish until cancelled. Raises NatsUnreachable."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            await self._broker.start()
            # The answer comes once the server knows our subscriptions: who asks as soon as we say that we run is heard. A flush
            # does not tell, since its ping overtakes what waits to be written.
            bucket = await stats_bucket(js)
            if started is not None:
                started.set()
            while True:
                self._changed.clear()
                started_at = asyncio.get_running_loop().time()
                await self._look(client, bucket)
                # Where there is much to publish it takes no more than half of a core.
                await asyncio.sleep(max(AT_MOST_EVERY_SECONDS, asyncio.get_running_loop().time() - started_at))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(AT_LEAST_EVERY_SECONDS):
                        await self._changed.wait()
        finally:
            await stop(self._broker, client)

    async def _look(self, client: Client, bucket: Any) -> None:
        try:
            await self._publish_changed(client, bucket)
            await self._corrections.look(client, bucket)
            await self._heads.publish(client, bucket)
        except (NotStored, NatsError, APIError, TimeoutError) as error:
            log.warning("statistics.not_published", error=repr(error))
            self._changed.set()

    async def _publish_changed(self, client: Client, bucket: Any) -> None:
        first = self._live.as_of is None
        async with self._store.snapshot() as snapshot:
            await self._live.refresh(snapshot, self._clock.now())
        if first:
            calm_collector()  # the sums stay, and a document is many values and no cycle
        self._due |= scopes(self._live.take_changed(), self._office.units)
        for scope in list(self._due):
            await self._publish(scope, client, bucket)
            del self._due[scope]

    async def _publish(self, scope: str, client: Client, bucket: Any) -> None:
        """Publish one scope, whole, unless its numbers are those that were published last."""
        assert self._live.as_of is not None, "it was refreshed"
        question = Question(self._live.as_of, **self._due[scope])  # type: ignore[arg-type]
        part = self._live.part(question)
        assert part is not None, "a scope is all that was received so far of something that has a name"
        fingerprint = await asyncio.to_thread(part.fingerprint)
        if self._published.get(scope) == fingerprint:
            return
        plain = await asyncio.to_thread(plain_document, part, question, self._office, self._live.positions)
        raw = await asyncio.to_thread(message_of, plain | {"scope": scope})
        await client.publish(subjects.stats(scope), raw)
        await bucket.put(scope, raw)
        self._published[scope] = fingerprint


def _listen(broker: NatsBroker, changed: asyncio.Event) -> None:
    # Left to itself FastStream answers every message that has a reply subject, here the relay's, before the stream does.
    @broker.subscriber("duban.out.>", no_reply=True)
    async def on_fact(body: Any) -> None:
        changed.set()
