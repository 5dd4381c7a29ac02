"""A commit whose outcome is unknown: it went through and said that it did not. Nothing may be forgotten over it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from contracts import subjects
from services.tracker import writer as module
from services.tracker.batch import Push, ReadPush, read_push
from services.tracker.writer import Writer
from shared.ports import Changes, Lease, LedgerRow, NotStored
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from tests.support.pushed import of_type, raw
from tests.support.sample import RULEBOOK, START, at
from tests.support.stores import published, taken

NOW = at(5)


class Fixed:
    """A clock that stands at NOW."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Out:
    """What was handed to the relay."""

    rows: list[LedgerRow] = field(default_factory=list)
    looks: int = 0

    def offer(self, rows: Sequence[LedgerRow]) -> None:
        self.rows += rows

    def catch_up(self) -> None:
        self.looks += 1


class Doubtful(SqlTrackerStore):
    """A store whose next commit goes through, at once or a little later, and is reported as lost."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.doubtful = False
        self.late: tuple[Any, ...] | None = None
        self.comes_late = False

    async def commit(self, lease: Lease, changes: Changes, until: datetime) -> datetime | None:
        if not self.doubtful:
            return await super().commit(lease, changes, until)
        self.doubtful = False
        if self.comes_late:
            self.late = (lease, changes, until)
        else:
            await super().commit(lease, changes, until)
        raise NotStored("the line was cut")

    async def land(self) -> None:
        """The commit that was under way goes through."""
        assert self.late is not None
        await super().commit(*self.late)


def read(what: str, when: datetime) -> ReadPush:
    event, subject = of_type(what, id=what, time=when.isoformat())
    return read_push(Push(subjects.partitioned(0, subject), raw(event)))


@pytest.fixture
def issued() -> ReadPush:
    return read("directive.issued", START)


async def test_its_facts_are_published_and_its_clocks_driven_all_the_same(database: Database, issued: ReadPush) -> None:
    store, out = Doubtful(database), Out()
    writer = Writer(store, await taken(store), RULEBOOK, Fixed(), Fixed(), out)
    await writer.next_wake()
    store.doubtful = True

    [answer] = await writer.take([issued], await writer.load([issued]))

    assert answer.outcome == "duplicate"
    assert out.rows == []
    assert out.looks == 1, "the relay reads what it was not handed"
    assert len(await published(store)) == 1
    assert await writer.next_wake() == await store.next_wake(0) is not None


async def test_the_next_batch_does_not_build_on_what_was_loaded_before_it_landed(
    database: Database, issued: ReadPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.3,))
    store = Doubtful(database)
    writer = Writer(store, await taken(store), RULEBOOK, Fixed(), Fixed(), Out())
    signed = read("task.signed", at(hours=2))
    store.doubtful = store.comes_late = True

    taking = asyncio.ensure_future(writer.take([issued], await writer.load([issued])))
    while store.late is None:  # noqa: ASYNC110 - the store is the test's own
        await asyncio.sleep(0.01)
    loaded = await writer.load([signed])  # while the first is being tried again
    await store.land()

    assert [answer.outcome for answer in await taking] == ["duplicate"]
    assert [answer.outcome for answer in await writer.take([signed], loaded)] == ["accepted"]
