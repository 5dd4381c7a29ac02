"""A web service on a real server, and pages that are open on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from contracts.figures import Figures
from services.web.service import Web
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.server import NatsServer
from shared.messaging.streams import stats_bucket
from shared.settings import Settings
from shared.storage.engine import Database
from shared.units import Units
from tests.support import databases, sample
from tests.support.books import assert_kept
from tests.support.published import group, published


class StandingClock:
    """So that nothing on the page changes but by what is pushed."""

    def now(self) -> datetime:
        return sample.at(days=60)


@dataclass
class Surroundings:
    """What a web service runs in."""

    settings: Settings
    database: Database
    bucket: Any
    nats: NatsServer

    def web(self, port: int = 0) -> Web:
        """A web service, not started."""
        return Web(self.settings, self.database, Units({"bureau": "生态环境局"}), StandingClock(), port)

    async def put(self, closed: int, position: int) -> None:
        """Put figures into the bucket, as the statistics service does."""
        await self.bucket.put("all", figures(closed, position).model_dump_json().encode())


@asynccontextmanager
async def surroundings(folder: Path, nats: NatsServer) -> AsyncIterator[Surroundings]:
    """A bucket on a server, and an empty store in a folder, which is recounted afterwards."""
    broker = make_broker(nats.url, "test")
    client, js = await connect(broker, nats.url)
    try:
        async with databases.migrated(databases.sqlite_url(folder)) as database:
            yield Surroundings(Settings(data=folder, nats_url=nats.url), database, await stats_bucket(js), nats)
            await assert_kept(database, damaged=False)
    finally:
        await stop(broker, client)


def figures(closed: int, position: int, of: int = 8_000) -> Figures:
    """Figures of a ledger position: so many closed of so many."""
    whole = group("", received=of, closed=closed, closed_on_time=closed, open=of - closed)
    return published(whole, as_of=sample.START, position=position)


@asynccontextmanager
async def running(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A web service that serves, with a client of it; stopped afterwards."""
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(web.run(started))
        await asyncio.wait_for(started.wait(), 10)
        async with httpx.AsyncClient(base_url=web.url, timeout=10, trust_env=False) as client:
            yield client
        serving.cancel()


class Stream:
    """An open page: the events that it is sent."""

    def __init__(self, response: httpx.Response) -> None:
        self._chunks = response.aiter_raw()
        self._read = b""

    async def event(self, within: float = 5) -> bytes:
        """The next event, as it came over the wire."""
        async with asyncio.timeout(within):
            while b"\n\n" not in self._read:
                self._read += await anext(self._chunks)
        event, _, self._read = self._read.partition(b"\n\n")
        return event


@asynccontextmanager
async def opened(client: httpx.AsyncClient, path: str = "/events") -> AsyncIterator[Stream]:
    """The stream of a page, or another one, that is opened and closed again."""
    async with client.stream("GET", path) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)
