"""How a process of ours connects to NATS, with guards against the ways in which a client was seen to die in silence."""

import asyncio
import faulthandler
import os
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import faststream.nats.broker.broker as faststream_broker
import structlog
from faststream import AckPolicy
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoServersError
from nats.js import JetStreamContext

log = structlog.get_logger()

EXIT_NATS_CLOSED = 70
EXIT_FROZEN = 71
CONNECT_TIMEOUT_SECONDS = 5
FROZEN_AFTER_SECONDS = 20.0


class NatsUnreachable(Exception):
    """No NATS server answers at the address given."""


def make_broker(url: str, name: str) -> NatsBroker:
    """A broker that reconnects for ever and acks nothing by itself; connects when started."""
    _guard_client()
    return NatsBroker(
        [url],
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        ping_interval=10,
        max_outstanding_pings=2,
        drain_timeout=15,
        pending_size=8 * 1024 * 1024,
        graceful_timeout=20,
        ack_policy=AckPolicy.MANUAL,  # the default terminates a message on any exception: the event would be gone
        closed_cb=_die,
        logger=None,
    )


async def connect(broker: NatsBroker, url: str) -> tuple[Client, JetStreamContext]:
    """Connect before the subscribers start, so that streams can be provisioned. Raises NatsUnreachable."""
    try:
        # With endless reconnection a first connect would wait for ever without a word.
        async with asyncio.timeout(2 * CONNECT_TIMEOUT_SECONDS):
            client: Client = await broker.connect()
    except (TimeoutError, OSError, NoServersError) as error:
        raise NatsUnreachable(f"no NATS server answers at {url}") from error
    # FastStream re-raises these inside the client's reconnect task, which ends it: one failed login while
    # reconnecting and the process is deaf for ever. After the first connect every error is one to retry.
    faststream_broker.UNRECOVERABLE_CONNECT_ERRORS = ()  # type: ignore[assignment]
    return client, client.jetstream()


async def stop(broker: NatsBroker, client: Client | None) -> None:
    """Stop the broker; a stop while disconnected is no error."""
    if client is not None:
        # From here on a closed connection is what we want.
        client._closed_cb = None
    try:
        async with asyncio.timeout(25):
            await broker.stop()
    except Exception as error:  # noqa: BLE001 - whatever the client says, we are leaving; our own state is in the database
        log.warning("nats.stop_failed", error=repr(error))


class Watchdog:
    """A thread, so that it outlives a frozen event loop: ends the process when the loop has not turned for 20 s."""

    def __init__(self, on_frozen: Callable[[], None] | None = None) -> None:
        self._last = time.monotonic()
        self._on_frozen = on_frozen or _exit_frozen
        self._stopped = threading.Event()

    async def run(self) -> None:
        """Beat from the loop until cancelled."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            while True:
                self._last = time.monotonic()
                await asyncio.sleep(1)
        finally:
            self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(2):
            if time.monotonic() - self._last > FROZEN_AFTER_SECONDS:
                self._on_frozen()


def _exit_frozen() -> None:
    faulthandler.dump_traceback()
    os._exit(EXIT_FROZEN)


async def _die() -> None:
    # A closed client never comes back, and its pull loop would spin; whoever started us starts us again.
    log.error("nats.closed")
    os._exit(EXIT_NATS_CLOSED)


_request: Callable[..., Awaitable[Msg]] = Client.request


async def _guarded_request(self: Client, *args: Any, **options: Any) -> Msg:
    task = asyncio.current_task()
    cancelled_before = task.cancelling() if task else 0
    reply = await _request(self, *args, **options)
    if task and task.cancelling() > cancelled_before:
        # Before Python 3.12 `asyncio.wait_for`, which nats-py stands on, loses a cancellation that meets the answer:
        # the task would live on, and whoever waits for its end would wait for ever.
        raise asyncio.CancelledError
    return reply


def _guard_client() -> None:
    Client.request = _guarded_request  # type: ignore[method-assign]
