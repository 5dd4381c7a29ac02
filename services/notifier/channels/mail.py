"""A channel by e-mail: one mail for each recipient."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal

import aiosmtplib

from services.notifier.channels.message import LINKED, Message, Outcome, Recipient, delivered, failed, one_line, retry, worst
from services.notifier.channels.unreached import why_unreached
from services.notifier.channels.webhook import without
from shared.domain.value import value

Security = Literal["starttls", "tls", "none"]

_QUIT_SECONDS: Final = 1.0
"""A server that has taken a mail and does not say goodbye is left after this."""


@value
class Email:
    """A mail server, and whose mails it takes."""

    name: str
    host: str
    port: int
    security: Security
    username: str | None
    password: str | None
    sender: Address
    tls: ssl.SSLContext
    seconds: float
    """For one mail as a whole."""

    def __repr__(self) -> str:
        return f"Email({self.name!r})"  # the fields hold a password, and a log might print it

    async def send(self, message: Message, to: Sequence[Recipient], now: datetime) -> Outcome:
        """A mail to each recipient; `now` is not looked at, as the date of a mail is that of its message."""
        if not to:
            return failed("没有收件人")
        return worst([(person.name, await self._send_to(person, message)) for person in to])

    async def _send_to(self, person: Recipient, message: Message) -> Outcome:
        if not person.email:
            return failed("没有邮箱地址")
        try:
            mail = written(message, self.sender, person.name, person.email)
        except (ValueError, IndexError):  # what the parser of addresses says of bad ones
            return failed("邮箱地址无法使用")
        outcome = await self._deliver(mail, person.email)
        return Outcome(outcome.result, without(outcome.answer, {self.password or ""}), None)

    async def _deliver(self, mail: EmailMessage, address: str) -> Outcome:
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            local_hostname=self.sender.domain,  # else the name of this machine would be asked of DNS, and told
            timeout=self.seconds,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=None if self.security == "none" else self.tls,
            username=self.username,
            password=self.password,
        )
        try:
            async with asyncio.timeout(self.seconds):
                await client.connect()
                _, answer = await client.send_message(mail, sender=self.sender.addr_spec, recipients=[address])
            await _leave(client)
        except TimeoutError:  # ours, and those of the library
            return retry(f"{self.seconds:g} 秒内没有答完")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _judge(error)
        finally:
            client.close()
        return delivered(answer)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        async with asyncio.timeout(_QUIT_SECONDS):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        return  # the mail is theirs already


def written(message: Message, sender: Address, name: str, address: str) -> EmailMessage:
    """The mail. Raises ValueError or IndexError for an address that is none."""
    mail = EmailMessage()
    mail["Subject"] = one_line(message.title)
    mail["From"] = sender
    mail["To"] = Address(one_line(name), addr_spec=address)
    mail["Date"] = format_datetime(message.made_at.astimezone(UTC))
    mail["Message-ID"] = f"<{message.token}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # so that an absence note does not answer us
    text = "\n".join(map(one_line, message.lines or (message.title,)))  # the title is read above it, as the subject
    mail.set_content(text if message.link is None else f"{text}\n\n{LINKED}{message.link}\n", cte="base64")
    return mail


def _judge(error: Exception) -> Outcome:
    """What a server refuses for good (5xx, also a login) or cannot do at all fails; all else may pass."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        answer = f"{error.code} {error.message}"
        return failed(answer) if error.code >= 500 else retry(answer)
    if isinstance(error, OSError):  # the library's own errors of connections are such, too
        return retry(f"连接不上邮件服务器：{why_unreached(error)}")
    return failed(f"邮件服务器无法满足要求：{error}")
