"""A calendar that is loaded: running clocks are counted anew once, closed verdicts stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from services.tracker.service import Tracker
from shared.clock import Clock
from shared.domain.calendar import Calendar, Notice
from shared.domain.clock import ClockName
from shared.domain.fact import DeadlineMoved
from shared.domain.matter import Matter
from shared.domain.policy import Rulebook
from shared.ports import LedgerRow
from shared.settings import Settings
from shared.storage.audit import recount
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support.matters import CITY, said
from tests.support.sample import SHANGHAI
from tests.support.scenario import finish_of
from tests.support.tracking import outside, rulebook

START = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
"""A Monday; five working days end on 5 January while only New Year's Day is known to be off, on the 6th with the 4th off."""
OFF = {date(2027, 1, day): "元旦" for day in (1, 2, 3, 4)}
NOTICE = Notice(2027, date(2026, 12, 29), OFF, {})


class StoppedClock:
    """A machine whose clock stands."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


@asynccontextmanager
async def counted_on(
    database: Database, nats_url: str, calendar: Calendar, clock: Clock, without: str = ""
) -> AsyncIterator[None]:
    policies = {id_: policy for id_, policy in rulebook().policies.items() if id_ != without}
    tracker = Tracker(Settings(nats_url=nats_url), database, Rulebook(policies, calendar), clock, "tracker")
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(tracker.run(started))
        try:
            await started.wait()
            yield
        finally:
            task.cancel()


async def rows_of(database: Database, number: str) -> list[LedgerRow]:
    async with ReadStore(database).snapshot() as snapshot:
        assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
        found = await snapshot.task(Matter(CITY, number))
    assert found is not None
    return found[1]


async def test_a_notice_moves_the_running_dues_and_leaves_closed_ones(database: Database, nats_url: str) -> None:
    before = rulebook().calendar
    after = Calendar(SHANGHAI, [*before.notices.values(), NOTICE], version="2027-x")
    clock = StoppedClock(START)
    async with outside(nats_url) as world:
        async with counted_on(database, nats_url, before, clock):
            for number in ("open", "closed", "by-hours"):
                policy = "air-directive" if number == "by-hours" else "hotline-shandong"
                what = "directive.issued" if number == "by-hours" else "complaint.received"
                await world.ask(said(what, number, START, policy=policy))
            for what in ("signed", "submitted", "approved"):
                await world.ask(said(f"task.{what}", "closed", START))
        for _ in range(2):  # the second start finds nothing to count anew
            async with counted_on(database, nats_url, after, clock):
                pass

    moved = [row.entry.fact for row in await rows_of(database, "open") if isinstance(row.entry.fact, DeadlineMoved)]
    [fact] = moved
    [finish] = [clock for clock in fact.clocks if clock.name is ClockName.FINISH]
    assert (fact.calendar, fact.before[-1]) == ("2027-x", datetime(2027, 1, 5, 16, 0, tzinfo=UTC))
    assert (finish.due, finish.version, finish.provisional) == (datetime(2027, 1, 6, 16, 0, tzinfo=UTC), 2, False)
    for number in ("closed", "by-hours"):
        assert not [row for row in await rows_of(database, number) if isinstance(row.entry.fact, DeadlineMoved)], number
    async with ReadStore(database).snapshot() as snapshot:
        found = await snapshot.task(Matter(CITY, "open"))
    assert found is not None
    assert finish_of(found[0]).due == finish.due


async def test_a_task_whose_policy_was_not_loaded_is_made_up_for_at_the_next_start(database: Database, nats_url: str) -> None:
    before = rulebook().calendar
    after = Calendar(SHANGHAI, [*before.notices.values(), NOTICE], version="2027-x")
    clock = StoppedClock(START)
    async with outside(nats_url) as world:
        async with counted_on(database, nats_url, before, clock):
            await world.ask(said("complaint.received", "open", START, policy="hotline-shandong"))
        async with counted_on(database, nats_url, after, clock, without="hotline-shandong"):
            pass
        assert not [row for row in await rows_of(database, "open") if isinstance(row.entry.fact, DeadlineMoved)]
        async with counted_on(database, nats_url, after, clock):
            pass
    assert [row.entry.fact.calendar for row in await rows_of(database, "open") if isinstance(row.entry.fact, DeadlineMoved)] == [
        "2027-x"
    ]
