"""What people say on a page goes the way of every push: an event of the office's own source, answered by a receipt."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final, Protocol
from uuid import uuid4

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NoStreamResponseError
from pydantic import ValidationError

from contracts import subjects
from contracts.receipt import Receipt
from shared.clock import Clock
from shared.codec.events import digest
from shared.codec.receipts import decode_receipt
from shared.codec.saying import event_of, published
from shared.domain.matter import Matter
from shared.domain.value import value

log = structlog.get_logger()

PATIENCE_SECONDS: Final = 10.0
AT_ONCE: Final = 100


@value
class Said:
    """What became of something that was said of a task: taken, refused and why, or not known yet."""

    matter: Matter
    result: str
    """`taken`, `refused` or `unknown`."""
    why: str = ""


class Says(Protocol):
    """Puts on record what people say."""

    async def acknowledge(self, person: str, shown: Mapping[Matter, datetime | None]) -> list[Said]:
        """A person (id) has taken note of the alerts of some tasks, up to the newest one that was shown, or of all where nobody
        knows what was; waits for the receipts, but not for ever.
        """
        ...


class Saying:
    """Publishes events on DUBAN_IN, and hears the receipts of its source."""

    def __init__(self, source: str, clock: Clock, zone: tzinfo, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._source = source
        self._clock = clock
        self._zone = zone
        self._patience_seconds = patience_seconds
        self._client: Client | None = None
        self._waiting: dict[str, asyncio.Future[Receipt]] = {}

    async def start(self, client: Client) -> None:
        """Hear receipts from now on, over interruptions."""
        # The client's own subscription: FastStream would answer every message that has a reply subject.
        await client.subscribe(subjects.receipts_of(self._source), cb=self._on_receipt)
        await client.flush()
        self._client = client

    async def acknowledge(self, person: str, shown: Mapping[Matter, datetime | None]) -> list[Said]:
        found: list[Said] = []
        waiting = iter(shown.items())
        while some := list(islice(waiting, AT_ONCE)):
            found += await asyncio.gather(*(self._acknowledge(person, matter, seen) for matter, seen in some))
        return found

    async def _acknowledge(self, person: str, matter: Matter, seen: datetime | None) -> Said:
        of = {} if seen is None else {"seen": seen.isoformat()}
        return await self._say("acknowledged", matter, {"person": person} | of)

    async def _say(self, what: str, matter: Matter, said: dict[str, str]) -> Said:
        at = self._clock.now().astimezone(self._zone)
        subject, body = published(event_of(what, matter, self._source, at, said, id_=f"web-{uuid4().hex}"))
        key = digest(body)
        self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._publish(subject, body)
                receipt = await self._waiting[key]
        except (NoStreamResponseError, APIError) as error:
            log.warning("web.not_taken", what=what, error=str(error))
            return Said(matter, "refused", "消息服务没有收下，请稍后再试")
        except (NatsError, TimeoutError) as error:
            log.warning("web.no_receipt", what=what, error=repr(error))
            return Said(matter, "unknown")
        finally:
            del self._waiting[key]
        log.info("web.said", what=what, outcome=receipt.outcome, source=self._source)
        if receipt.outcome in ("accepted", "duplicate"):
            return Said(matter, "taken")
        return Said(matter, "refused", "；".join(f"{reason.path}：{reason.message}" for reason in receipt.reasons))

    async def _publish(self, subject: str, body: bytes) -> None:
        if self._client is None or not self._client.is_connected:
            raise NoStreamResponseError
        await self._client.jetstream().publish(subject, body, timeout=self._patience_seconds)

    async def _on_receipt(self, message: Msg) -> None:
        try:
            receipt = decode_receipt(message.data)
        except ValidationError as error:
            log.warning("web.unreadable_receipt", error=str(error))
            return
        waiting = self._waiting.get(receipt.digest)
        if waiting is not None and not waiting.done():
            waiting.set_result(receipt)
