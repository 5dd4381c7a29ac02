"""Publishes the figures of every scope when they changed, and corrections of sealed reports: at most once a second, whole."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote_plus

import structlog
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts import subjects
from contracts.figures import Figures
from services.statistics.corrections import Corrections
from services.statistics.figures import all_scopes
from services.statistics.heads import DailyHeads
from services.statistics.sealing import Sealing
from shared.clock import Clock
from shared.domain.question import Question
from shared.figures.document import Office
from shared.figures.sums import Span, summed
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.streams import stats_bucket
from shared.ports import NotStored
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.units import Units

log = structlog.get_logger()

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AT_MOST_EVERY_SECONDS: Final = 1.0
AT_LEAST_EVERY_SECONDS: Final = 15.0
"""Facts wake this service; should a wake be lost, it looks by itself after this time."""


class Statistics:
    """Holds nothing that cannot be rebuilt: what it published last, to publish only what changed."""

    def __init__(self, settings: Settings, database: Database, units: Units, clock: Clock) -> None:
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._settings = settings
        self._store = ReadStore(database)
        self._office = Office(units, settings.timezone, settings.zone, settings.few)
        self._clock = clock
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-statistics")
        self._changed = asyncio.Event()
        self._published: dict[str, Figures] = {}
        self._corrections = Corrections(database, self._office, clock)
        self._heads = DailyHeads(self._store, settings.zone, clock)
        Sealing(self._broker, database, self._office, clock)
        _listen(self._broker, self._changed)

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Publish until cancelled. Raises NatsUnreachable."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            bucket = await stats_bucket(js)
            await self._broker.start()
            await client.flush()  # who asks as soon as we say that we run is heard
            if started is not None:
                started.set()
            while True:
                self._changed.clear()
                await self._look(client, bucket)
                await asyncio.sleep(AT_MOST_EVERY_SECONDS)
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
        question = Question(as_of=self._clock.now())
        async with self._store.snapshot() as snapshot:
            positions = await snapshot.positions()
            sums = await summed(snapshot, (question.as_of,), Span())
        for figures in all_scopes(sums, question, self._office, positions):
            if not _same(self._published.get(figures.scope), figures):
                raw = figures.model_dump_json().encode()
                await client.publish(subjects.stats(figures.scope), raw)
                await bucket.put(figures.scope, raw)
                self._published[figures.scope] = figures


def _listen(broker: NatsBroker, changed: asyncio.Event) -> None:
    # Left to itself FastStream answers every message that has a reply subject, here the relay's, before the stream does.
    @broker.subscriber("duban.out.>", no_reply=True)
    async def on_fact(body: Any) -> None:
        changed.set()


def _same(before: Figures | None, now: Figures) -> bool:
    """Whether nothing but the instant and the position moved; such a scope needs no new message."""
    if before is None or before.counts != now.counts:
        return False
    return _timeless(before) == _timeless(now)


def _timeless(figures: Figures) -> str:
    """The figures without what every commit moves: the instant, which the lists behind the counts name, too."""
    at = quote_plus(figures.as_of.isoformat())
    return figures.model_copy(update={"as_of": EPOCH, "positions": {}}).model_dump_json().replace(at, "")
