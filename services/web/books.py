"""The books that requests are answered from: snapshots of the store, a few at a time."""

import asyncio
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from typing import Final

from contracts.figures import Figures
from services.web.asking import Asked
from shared.clock import Clock
from shared.domain.question import Question
from shared.domain.value import replace
from shared.figures.by import ALL, By
from shared.figures.document import Office, figures
from shared.figures.live import Live, live_body
from shared.storage.reading import ReadStore, Snapshot

AT_ONCE: Final = 4
"""Further requests wait: the store has few connections, and the page itself needs one of them."""


class Books:
    """What requests read."""

    def __init__(self, store: ReadStore, office: Office, clock: Clock) -> None:
        self._store = store
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._live = Live(office)
        self._following = asyncio.Lock()
        self.office = office
        self.clock = clock

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Snapshot]:
        """One instant of the store; raises NotStored while it is away."""
        async with self._turns, self._store.snapshot() as snapshot:
            yield snapshot

    async def figures(self, asked: Asked) -> bytes:
        """The figures that a request asks for, as JSON. Those of now follow the journal, others add it up. Raises
        WrongParameter, NotStored.
        """
        question, by = asked.question(self.clock.now()), asked.splits()
        if asked.of_now:
            # One after another: of two requests that wait, the one with the older instant or the older snapshot would seem to
            # turn the clock or the ledger back, and everything would be read anew.
            async with self._following, self.open() as snapshot:
                await self._live.refresh(snapshot, self.clock.now())
            # Another request may have moved the sums on meanwhile: what they are true for now answers this one as well.
            as_of = self._live.as_of
            if as_of is not None:
                body = await live_body(self._live, replace(question, as_of=as_of), self.office, by)
                if body is not None:
                    return body
        return (await self.document(question, by)).model_dump_json().encode()

    async def document(self, question: Question, by: Set[By] = ALL) -> Figures:
        """The answer to any question, with the groups of some splits. Raises NotStored."""
        async with self.open() as snapshot:
            return await figures(snapshot, question, self.office, by)
