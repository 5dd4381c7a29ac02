"""Receivers of webhooks and of mail, real ones on a port of this machine: they record what comes and misbehave as told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

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
class HangUp:
    """Takes the request and closes."""


Behaviour = Reply | Hang | Trickle | HangUp


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
        try:
            self.received.append(await _request(reader))
            await self._answer(self.answers.popleft() if self.answers else Reply(), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has left
        finally:
            writer.close()

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
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.close()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def raw_receiver() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that records the first bytes of each connection and closes; its port, and what it got."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], got
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class MailReceiver:
    """What a mail server took, and what it says: `to_recipient` and `to_mail` instead of OK."""

    port: int = 0
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    """Envelope sender, envelope recipients, content."""
    to_recipient: str | None = None
    to_mail: str | None = None
    hangs: bool = False
    hangs_at_the_end: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient is not None:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs:
            await self.closing.wait()
        if self.to_mail is not None:
            return self.to_mail
        content: Any = envelope.content
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_at_the_end:
            await self.closing.wait()
        return "221 Bye"


@asynccontextmanager
async def mail_receiver(**said: Any) -> AsyncIterator[MailReceiver]:
    """A mail server on a free port."""
    receiver = MailReceiver(**said)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(receiver, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.close()
        await server.wait_closed()
