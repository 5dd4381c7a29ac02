"""The books that requests are answered from: snapshots of the store, a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from shared.clock import Clock
from shared.figures.document import Office
from shared.storage.reading import ReadStore, Snapshot

AT_ONCE: Final = 4
"""Further requests wait: the store has few connections, and the page itself needs one of them."""


class Books:
    """What requests read."""

    def __init__(self, store: ReadStore, office: Office, clock: Clock) -> None:
        self._store = store
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.office = office
        self.clock = clock

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Snapshot]:
        """One instant of the store; raises NotStored while it is away."""
        async with self._turns, self._store.snapshot() as snapshot:
            yield snapshot
