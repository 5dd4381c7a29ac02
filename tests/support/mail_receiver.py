"""A mail server, a real one on a port of this machine: it records what comes and refuses or hangs as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.deadline import eventually
from tests.support.receivers import SEEN_OUT_SECONDS


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
    open: set[asyncio.BaseTransport] = field(default_factory=set)

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

    async def everybody_left(self) -> bool:
        """Whether no connection is open."""
        return not self.open

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_at_the_end:
            await self.closing.wait()
        return "221 Bye"


class _CountedSMTP(SMTP):
    """A connection that says when it is made and when it is lost, since a server of asyncio does not wait for its own."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._counted = transport
        self.event_handler.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.open.discard(self._counted)


@asynccontextmanager
async def mail_receiver(**said: Any) -> AsyncIterator[MailReceiver]:
    """A mail server on a free port."""
    receiver = MailReceiver(**said)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _CountedSMTP(receiver, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.closing.set()
        await eventually(receiver.everybody_left, SEEN_OUT_SECONDS)
        server.close()
        await server.wait_closed()
