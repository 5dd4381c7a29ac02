"""The same bytes to every client, the newest only: a slow client misses what lies between, never the last."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Final

from fastapi.sse import format_sse_event

ALIVE_SECONDS: Final = 15.0
ALIVE: Final = format_sse_event(event="alive", data_str="")
"""Sent when there is nothing to say: an event, not a comment, because a script in the browser does not see comments."""
MAX_CLIENTS: Final = 1000


class TooManyClients(Exception):
    """No more streams are opened; the page polls instead."""


class Fanout:
    """Hands messages to the clients that are there. Each has a queue of one, in which a newer message replaces the older."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes | None]] = set()
        self._newest: bytes | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many are listening."""
        return len(self._queues)

    def send(self, message: bytes) -> None:
        """Give the message to all, and at once to whoever comes later."""
        self._newest = message
        self._hand(message)

    def close(self) -> None:
        """End every stream, present and future."""
        self._closed = True
        self._hand(None)

    def stream(self) -> AsyncGenerator[bytes, None]:
        """What one client is sent, until it leaves or `close` is called. Raises TooManyClients."""
        if self.open >= MAX_CLIENTS:
            raise TooManyClients
        return self._stream()

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        with self._listening() as queue:
            while (message := await _next(queue)) is not None:
                yield message

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Queue[bytes | None]]:
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        if self._closed or self._newest is not None:
            queue.put_nowait(None if self._closed else self._newest)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def _hand(self, message: bytes | None) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(message)


async def _next(queue: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        async with asyncio.timeout(ALIVE_SECONDS):
            return await queue.get()
    except TimeoutError:
        return ALIVE
