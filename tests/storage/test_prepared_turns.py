"""Tasks that are loaded ahead of their turn: what a push changed meanwhile is not told as it was before."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from contracts import subjects
from services.tracker.batch import Push, ReadPush, read_push
from services.tracker.writer import Writer
from shared.ports import LedgerRow
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from tests.support.pushed import of_type, raw
from tests.support.sample import RULEBOOK, START, at
from tests.support.stores import published, rows_in, taken

DUE = at(days=2)
LATE = at(days=3)


class Late:
    """A clock that stands after the due."""

    def now(self) -> datetime:
        return LATE


class Nowhere:
    """A relay that publishes nothing."""

    def offer(self, rows: Sequence[LedgerRow]) -> None: ...

    def catch_up(self) -> None: ...


def read(what: str, when: datetime, **data: str) -> ReadPush:
    event, subject = of_type(what, id=what, time=when.isoformat())
    event["data"] = event["data"] | data  # the other is the sample of all tests
    return read_push(Push(subjects.partitioned(0, subject), raw(event)))


@pytest.fixture
async def writer(database: Database) -> Writer:
    """A writer of one task that became overdue and was not told of yet."""
    store = SqlTrackerStore(database)
    writer = Writer(store, await taken(store), RULEBOOK, Late(), Late(), Nowhere())
    await pushed(writer, read("directive.issued", START, due=DUE.isoformat(), policy="reported"))
    return writer


async def pushed(writer: Writer, one: ReadPush) -> None:
    [answer] = await writer.take([one], await writer.load([one]))
    assert answer.outcome == "accepted"


async def test_what_was_loaded_ahead_is_told_in_its_turn_and_once(database: Database, writer: Writer) -> None:
    await writer.prepare(LATE, 100)
    assert not await writer.cross(LATE, 100)
    assert not await writer.cross(LATE, 100)
    kinds = [row.entry.fact.kind for row in await published(SqlTrackerStore(database))]
    assert kinds == ["registered", "near-due", "overdue"]


async def test_what_was_closed_in_time_after_it_was_loaded_is_not_told(database: Database, writer: Writer) -> None:
    await writer.prepare(LATE, 100)
    await pushed(writer, read("task.approved", at(days=1)))
    assert not await writer.cross(LATE, 100)
    assert await rows_in(database, "alert") == 0


async def test_a_full_page_says_that_there_may_be_more(writer: Writer) -> None:
    await writer.prepare(LATE, 1)
    assert await writer.cross(LATE, 1)
    assert not await writer.cross(LATE, 1)


@pytest.mark.parametrize("ahead", [True, False], ids=["loaded ahead", "looked at"])
async def test_what_was_loaded_for_an_earlier_instant_does_not_stand_for_a_later_one(
    database: Database, writer: Writer, ahead: bool
) -> None:
    if ahead:
        await writer.prepare(at(hours=1), 100)
    else:
        assert not await writer.cross(at(hours=1), 100)
    assert await rows_in(database, "alert") == 0
    assert not await writer.cross(LATE, 100)
    assert await rows_in(database, "alert") == 2
