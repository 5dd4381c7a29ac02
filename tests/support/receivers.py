"""Receivers of webhooks, real ones on a port of this machine: they record what comes and misbehave as they are told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.deadline import eventually

TRICKLE_SECONDS: Final = 0.02
"""Between two bytes of a server that trickles: never long enough for a limit between two reads."""


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer that is given at once."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Takes the request and never answers."""


@dataclass(frozen=True)
class Trickle:
    """Answers a byte at a time, without an end."""


@dataclass(frozen=True)
class Endless:
    """Answers 500 with the same words again and again, as fast as they are taken."""

    words: bytes


@dataclass(frozen=True)
class HangUp:
    """Takes the request and closes."""


SEEN_OUT_SECONDS: Final = 5.0
"""For connections to be closed from both ends before a server is gone."""

Behaviour = Reply | Hang | Trickle | Endless | HangUp


class WebReceiver:
    """An HTTP server; give it `answers`, else it says 200."""

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Received] = []
        self.answers: deque[Behaviour] = deque()
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        self.received.append(await _request(reader))
        await self._answer(self.answers.popleft() if self.answers else Reply(), writer)

    async def _answer(self, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
        match behaviour:
            case Reply(status, body, headers):
                lines = [f"HTTP/1.1 {status} told", f"content-length: {len(body)}", "connection: close"]
                lines += [f"{name}: {text}" for name, text in headers.items()]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                await writer.drain()
            case Hang():
                await self._closing.wait()
            case Trickle():
                writer.write(b"HTTP/1.1 200 told\r\ncontent-length: 1000000\r\n\r\n")
                while not await self._closed_within(TRICKLE_SECONDS):
                    writer.write(b"x")
                    await writer.drain()
            case Endless(words):
                writer.write(b"HTTP/1.1 500 told\r\nconnection: close\r\n\r\n")
                while not self._closing.is_set():
                    writer.write(words * 1000)
                    await writer.drain()
            case HangUp():
                return

    async def _closed_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Let go of those that wait."""
        self._closing.set()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in head[1:] if line)}
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def web_receiver() -> AsyncIterator[WebReceiver]:
    """An HTTP server on a free port."""
    receiver = WebReceiver()
    async with _served(receiver.serve) as receiver.port:
        try:
            yield receiver
        finally:
            receiver.close()


@asynccontextmanager
async def raw_receiver() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that records the first bytes of each connection and closes; its port, and what it got."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(4096))

    async with _served(serve) as port:
        yield port, got


@asynccontextmanager
async def _served(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """The port of a server that sees its connections out before it is gone; a server of asyncio alone does not."""
    serving: set[asyncio.Task[Any] | None] = set()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(task := asyncio.current_task())
        try:
            await serve(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()  # whoever asked has left
        finally:
            serving.discard(task)

    async def nobody_left() -> bool:
        return not serving

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await eventually(nobody_left, SEEN_OUT_SECONDS)
        await server.wait_closed()
