"""Requests of now follow the journal, however many wait at once: none of them makes it be read again from its start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import orjson
from starlette.datastructures import QueryParams

from services.web.asking import FILTERS, Asked
from services.web.books import Books
from shared.figures.document import Office
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.drafts import Draft
from tests.support.stores import committed, taken

OFFICE = Office(Units({"bureau": "生态环境局"}), "Asia/Shanghai", sample.SHANGHAI)


class RunningClock:
    """A microsecond passes with each look."""

    def __init__(self) -> None:
        self._at = sample.at(1)

    def now(self) -> datetime:
        self._at += timedelta(microseconds=1)
        return self._at


class Watched(ReadStore):
    """Notes from which chunk on journals are read, and lets every other snapshot wait a little: who came first may be last."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.read: list[int] = []
        self._opened = 0

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        async with super().snapshot() as snapshot:
            self._opened += 1
            for _ in range(20 * (self._opened % 2)):
                await snapshot.positions()
            before = snapshot.journal_words_from

            async def noted(partition: int, accounts: int, changes: int) -> object:
                self.read.append(accounts)
                return await before(partition, accounts, changes)

            snapshot.journal_words_from = noted  # type: ignore[method-assign, assignment]
            yield snapshot


async def test_requests_that_wait_for_each_other_read_the_journal_once(database: Database) -> None:
    store = SqlTrackerStore(database)
    await committed(store, Draft(await taken(store)).take(sample.register()))
    watched = Watched(database)
    books = Books(watched, OFFICE, RunningClock())
    asked = [Asked(QueryParams({"unit": "bureau"}), sample.SHANGHAI, FILTERS) for _ in range(12)]
    answers = await asyncio.gather(*map(books.figures, asked))
    assert {orjson.loads(answer)["counts"]["received"] for answer in answers} == {1}
    assert watched.read == [0]
