"""Serves the page: figures come from the bus, overdue tasks from storage, and every open page is shown the change."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Generator
from typing import Final

import uvicorn
from nats.aio.client import Client

from services.web.app import make_app
from services.web.board import Board
from services.web.books import Books
from services.web.feeds import Feeds
from services.web.headers import SecureHeaders
from services.web.metrics import Metrics
from services.web.people import people_of
from services.web.saying import Saying
from services.web.watch import Watch
from shared.clock import Clock
from shared.figures.document import Office
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.streams import stats_bucket
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.units import Units

PATIENCE_SECONDS: Final = 0.5
"""At the stop, streams are ended; a client that does not read even that is cut off after this time."""
_BACKLOG: Final = 512
_REACHED_AT: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


class PortInUse(Exception):
    """Another program listens on the port."""


class Web:
    """The web service. It holds nothing but the newest figures, so that it can be stopped and started at any time."""

    def __init__(
        self, settings: Settings, database: Database, units: Units, clock: Clock, port: int, host: str = "127.0.0.1"
    ) -> None:
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._nats_url = settings.nats_url
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._broker = make_broker(self._nats_url, "duban-web")
        self._board = Board(units, settings.zone, clock.now())
        self._feeds = Feeds()
        store, office = ReadStore(database), Office(units, settings.timezone, settings.zone, settings.few)
        self._watch = Watch(self._broker, store, self._board, clock)
        self._metrics = Metrics(self._broker, store, self._board, clock)
        self._saying = Saying(settings.source, clock, settings.zone)
        app = make_app(self._board, self._feeds, Books(store, office, clock), people_of(settings, units), self._saying)
        self._metrics.add_to(app)
        self._app = SecureHeaders(app)

    @property
    def url(self) -> str:
        """Where the page is; with port 0 it is known once the port is bound."""
        host = _REACHED_AT.get(self._host, self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def bind(self) -> None:
        """Take the port; what connects waits until the service runs. Raises PortInUse."""
        if self._listener is not None:
            return
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._listener = socket.create_server((self._host, self._port), family=family, backlog=_BACKLOG)
            # asyncio sees to this for sockets of its own making only. An answer is sent as head and body: the body of one on a
            # connection that is kept would wait 40 ms for the head to be acknowledged. Accepted connections inherit it.
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUse(f"port {self._port} is in use; choose another with --port") from None
        self._port = self._listener.getsockname()[1]

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Serve until cancelled. Raises PortInUse before anything else, then NatsUnreachable."""
        self.bind()
        assert self._listener is not None
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._nats_url)
            bucket = await stats_bucket(js)
            await self._broker.start()
            await self._saying.start(client)
            await self._watch.look(client, bucket)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch.run(client, bucket), name="web-watch")
                group.create_task(self._metrics.run(bucket), name="web-metrics")
                group.create_task(self._feeds.run(client, bucket), name="web-feeds")
                group.create_task(self._serve(self._listener, started), name="web-serve")
        finally:
            self._listener.close()
            self._listener = None
            await stop(self._broker, client)

    async def _serve(self, listener: socket.socket, started: asyncio.Event | None) -> None:
        server = _Server(self._app, started)
        try:
            await server.serve(sockets=[listener])
        finally:
            self._board.streams.close()
            self._feeds.close()
            if server.started:
                await server.shutdown(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn as a part of our process: it leaves signals and logging to whoever runs us, and says when it listens."""

    def __init__(self, app: SecureHeaders, started: asyncio.Event | None) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=1,  # should a request hang for another reason
        )
        super().__init__(config)
        self._started = started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._started is not None:
            self._started.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        cutting = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut_off(self) -> None:
        for connection in self.server_state.connections:
            connection.transport.abort()
