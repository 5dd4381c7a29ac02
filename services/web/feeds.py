"""Figures as a stream for machines: whole documents of one scope, the newest at once and then one on each change."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import structlog
from fastapi.sse import format_sse_event
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import APIError, KeyNotFoundError

from contracts.figures import Figures
from contracts.subjects import STATS_BUCKET
from services.web.board import RECONNECT_MS, is_older
from services.web.fanout import MAX_CLIENTS, Fanout, TooManyClients
from services.web.reading import UnreadableFigures, read_figures

log = structlog.get_logger()

SCOPE: Final = re.compile(r"all|family\.(directive|complaint|rectification)|(source|unit)\.[0-9A-Za-z_=-]+")
LOOK_SECONDS: Final = 2.0
"""A change of the bucket wakes us; should a wake be lost, it is seen after this time."""
_SUBJECT: Final = f"$KV.{STATS_BUCKET}."


class _Feed:
    """One scope, for as long as somebody listens."""

    def __init__(self) -> None:
        self.fanout = Fanout()
        self.listeners = 0
        self.newest: Figures | None = None

    def show(self, raw: bytes) -> None:
        """Send figures, unless they are not newer than those sent before. Raises UnreadableFigures."""
        figures = read_figures(raw)
        if self.newest is not None and (figures == self.newest or is_older(figures, self.newest)):
            return
        self.newest = figures
        self.fanout.send(message_of(figures))


def message_of(figures: Figures) -> bytes:
    """The event of figures; its id is the positions that they are true for."""
    positions = ",".join(f"{partition}:{position}" for partition, position in figures.positions.items())
    return format_sse_event(event="figures", data_str=figures.model_dump_json(), id=positions, retry=RECONNECT_MS)


class Feeds:
    """The scopes that are listened to. It keeps nothing of the others."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}
        self._woken = asyncio.Event()
        self._pushed: dict[str, bytes] = {}
        self._closed = False

    @property
    def open(self) -> int:
        """How many are listening."""
        return sum(feed.listeners for feed in self._feeds.values())

    def stream(self, scope: str) -> AsyncIterator[bytes]:
        """What one client is sent, until it leaves or `close` is called. Raises TooManyClients."""
        if self.open >= MAX_CLIENTS:
            raise TooManyClients
        return self._stream(scope)

    async def _stream(self, scope: str) -> AsyncIterator[bytes]:
        feed = self._feeds.setdefault(scope, _Feed())
        feed.listeners += 1
        if self._closed:
            feed.fanout.close()
        if feed.newest is None:
            self._woken.set()
        try:
            async with contextlib.aclosing(feed.fanout.stream()) as messages:
                async for message in messages:
                    yield message
        finally:
            feed.listeners -= 1
            if not feed.listeners and self._feeds.get(scope) is feed:
                del self._feeds[scope]

    def close(self) -> None:
        """End every stream, present and future."""
        self._closed = True
        for feed in self._feeds.values():
            feed.fanout.close()

    async def run(self, client: Client, bucket: Any) -> None:
        """Send what changes, until cancelled."""
        # The client's own subscription: it does not answer the publisher, and comes back by itself after an interruption.
        await client.subscribe(f"{_SUBJECT}>", cb=self._on_figures)
        away = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self._look(client, bucket)
                away = False
            except (NatsError, APIError, TimeoutError) as error:
                if not away:
                    log.warning("web.figures_away", error=repr(error))
                away = True

    async def _on_figures(self, message: Msg) -> None:
        scope = message.subject.removeprefix(_SUBJECT)
        if scope in self._feeds and message.data:
            self._pushed[scope] = message.data
            self._woken.set()

    async def _look(self, client: Client, bucket: Any) -> None:
        pushed, self._pushed = self._pushed, {}
        for scope, feed in list(self._feeds.items()):
            # What was pushed is newer than the bucket, whose stream may not have stored it yet.
            raw = pushed.get(scope) or await _looked_up(client, bucket, scope)
            try:
                if raw:
                    feed.show(raw)
            except UnreadableFigures as error:
                log.warning("web.unreadable_figures", scope=scope, error=str(error))


async def _looked_up(client: Client, bucket: Any, scope: str) -> bytes | None:
    if not client.is_connected:
        raise TimeoutError("not connected to NATS")
    try:
        return (await bucket.get(scope)).value or None
    except KeyNotFoundError:
        return None
