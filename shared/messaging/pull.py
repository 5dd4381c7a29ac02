"""A long pull: messages of a durable consumer as they come, in batches of what is there.

One request stays open on the server, so a lone message is here at once and nothing polls while nothing comes. The pull of nats-py
and FastStream waits until a batch is full or its time is up: that wait is the latency of thin traffic, or load while idle.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

log = structlog.get_logger()

EXPIRES_SECONDS: Final = 5.0
HEARTBEATS: Final = 5
"""Of a request, until it expires or brings all that it may."""
SILENT_SECONDS: Final = 2.5
"""After so long without a heartbeat the request is lost, as when the server was started again: it is made anew."""
LOOK_SECONDS: Final = 0.5

ENOUGH: Final = 100
"""Messages that are worth a batch of their own while another is under way."""

_HEARTBEAT = "100"
_TIME_IS_UP = "408"


class Pull:
    """The messages of one durable consumer while `run` runs; whoever takes batches acknowledges their messages.

    The server serves the oldest request first, be it of a process that hangs: until it expires it takes messages, and they come
    to nobody else before the ack wait is over.
    """

    def __init__(self, client: Client, stream: str, durable: str, most: int, expires_seconds: float = EXPIRES_SECONDS) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._durable = durable
        self._inbox = client.new_inbox()
        self._most = most
        expires = round(expires_seconds * 1e9)
        self._terms = orjson.dumps({"batch": most, "expires": expires, "idle_heartbeat": expires // HEARTBEATS})
        self._arrived: list[Msg] = []
        self._something = asyncio.Event()
        self._asked = 0
        """Messages that the open request may still bring; 0 when none is open."""
        self._heard_at = 0.0
        self._requests = 0

    async def run(self) -> None:
        """Keep a request open until cancelled."""
        subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._on_message)
        try:
            while True:
                silent = asyncio.get_running_loop().time() - self._heard_at > SILENT_SECONDS
                if silent or not self._asked:
                    self._asked = 0
                    await self._ask_if_short()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def batch(self, idle: Callable[[], bool]) -> list[Msg]:
        """What is there, in the order of the stream: at least one message, at most as many as one request brings.

        While whoever takes batches is not idle, a small batch may grow: one of twenty costs little more than one of one.
        """
        while not self._arrived or (len(self._arrived) < ENOUGH and not idle()):
            self._something.clear()
            await self._something.wait()
        taken, self._arrived = self._arrived[: self._most], self._arrived[self._most :]
        await self._ask_if_short()
        return taken

    def look_again(self) -> None:
        """Whoever takes batches has become idle."""
        self._something.set()

    async def _on_message(self, message: Msg) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if message.reply.startswith("$JS.ACK."):
            self._asked = max(0, self._asked - 1)
            self._arrived.append(message)
            self._something.set()
            await self._ask_if_short()
        elif message.subject == self._open and (status := (message.headers or {}).get("Status")) != _HEARTBEAT:
            self._asked = 0
            if status == _TIME_IS_UP:
                await self._ask_if_short()
            else:  # the consumer moved or is gone; `run` asks again, calmly
                log.warning("pull.ended", durable=self._durable, status=status, why=(message.headers or {}).get("Description"))

    @property
    def _open(self) -> str:
        """Where the server answers the newest request: what it says of an older one does not count any more."""
        return f"{self._inbox}.{self._requests}"

    async def _ask_if_short(self) -> None:
        if self._asked or len(self._arrived) >= self._most:
            return
        self._asked = self._most
        self._requests += 1
        self._heard_at = asyncio.get_running_loop().time()
        try:
            await self._client.publish(self._subject, self._terms, self._open)
        except NatsError as error:
            log.warning("pull.not_asked", durable=self._durable, error=repr(error))  # asked again when the silence is noticed
