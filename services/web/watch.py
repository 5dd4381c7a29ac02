"""Keeps the board up to date: figures from the bus, the overdue tasks that belong to them from storage."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError, KeyNotFoundError

from contracts.figures import Figures
from contracts.subjects import STATS_BUCKET
from services.web.board import Board, is_older
from services.web.reading import UnreadableFigures, read_figures
from shared.clock import Clock
from shared.ports import NotStored
from shared.storage.reading import ReadStore

log = structlog.get_logger()

SCOPE: Final = "all"
LOOK_SECONDS: Final = 2.0
"""A change of the bucket wakes us; should a wake be lost, or the bus be away, it is seen after this time."""
OVERDUE_LISTED: Final = 20


class Watch:
    """Watches one key of the figures' bucket.

    It listens to the subject behind the key and looks the key up by itself now and then. The client library's own watcher
    is an ordered consumer whose watchdog ends with the first error while disconnected, and then it is silent for ever.
    """

    def __init__(self, broker: NatsBroker, store: ReadStore, board: Board, clock: Clock) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._woken = asyncio.Event()
        self._pushed: bytes | None = None
        # Left to itself FastStream answers every message that has a reply subject, here the publisher's, before the stream does.
        broker.subscriber(f"$KV.{STATS_BUCKET}.{SCOPE}", decoder=_raw, no_reply=True)(self._on_figures)

    async def _on_figures(self, body: bytes) -> None:
        self._pushed = body
        self._woken.set()

    async def run(self, client: Client, bucket: Any) -> None:
        """Look whenever something changed, and now and then by itself, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            await self.look(client, bucket)

    async def look(self, client: Client, bucket: Any) -> None:
        """Bring the board up to date; while that cannot be done, the board says so and keeps what it has."""
        before = self._board.state
        try:
            figures = await self._figures(client, bucket)
            async with self._store.snapshot() as snapshot:
                overdue = await snapshot.overdue(OVERDUE_LISTED)
            now = self._clock.now()
            state = replace(before, figures=figures, overdue=overdue, checked_at=now, connected=True)
        except (NotStored, NatsError, APIError, TimeoutError, UnreadableFigures) as error:
            if before.connected:
                log.warning("web.source_away", error=repr(error))
            now = self._clock.now()
            state = replace(before, connected=False)
        self._board.show(state, now)

    async def _figures(self, client: Client, bucket: Any) -> Figures | None:
        # What was pushed is newer than the bucket, whose stream may not have stored it yet.
        self._woken.clear()
        raw, self._pushed = self._pushed, None
        if raw is None:
            raw = await _looked_up(client, bucket)
        known = self._board.state.figures
        if raw is None:
            return known
        figures = read_figures(raw)
        return known if known is not None and is_older(figures, known) else figures


async def _looked_up(client: Client, bucket: Any) -> bytes | None:
    if not client.is_connected:
        raise TimeoutError("not connected to NATS")
    try:
        return (await bucket.get(SCOPE)).value or None
    except KeyNotFoundError:
        return None


async def _raw(message: Any) -> Any:
    return message.body
