"""The detector of deadlines when something is wrong: what its heartbeat says, and what it does not raise."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest
from nats.js.errors import KeyNotFoundError

from contracts import subjects
from contracts.health import Detector
from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.messaging.streams import stats_bucket
from shared.ports import AlertRecord
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import tracking
from tests.support.deadline import eventually
from tests.support.matters import barely, later, noted, reported
from tests.support.tracking import Outside

HOUR = 3_600.0


class SetClock:
    """The machine's clock as somebody set it."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def now(self) -> datetime:
        return later(self.ahead_seconds)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.tracker.heartbeat.EVERY_SECONDS", 0.1)
    monkeypatch.setattr("services.tracker.heartbeat.STUCK_SECONDS", 1.0)
    monkeypatch.setattr("services.tracker.steps.STABLE_SECONDS", 2.0)


async def alerts(database: Database) -> list[AlertRecord]:
    async with ReadStore(database).snapshot() as snapshot:
        return await snapshot.alerts("overdue")


async def heard(world: Outside, is_so: Callable[[Detector], bool], within: float = 10) -> Detector:
    """The first heartbeat of which something is so."""
    subscription = await world.client.subscribe(subjects.DETECTOR)
    try:
        async with asyncio.timeout(within):
            async for message in subscription.messages:
                said = Detector.model_validate_json(message.data)
                if is_so(said):
                    return said
    finally:
        await subscription.unsubscribe()
    raise AssertionError("the subscription ended")


def lag_of(said: Detector) -> float:
    [one] = said.partitions
    return one.lag_seconds


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[None]:
    """Somebody else keeps the database from being written."""
    if database.is_sqlite:
        with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    connection = await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE partition IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def test_it_says_where_it_stands_on_the_bus_and_in_the_bucket(database: Database, nats_url: str) -> None:
    async with tracking.outside(nats_url) as world, tracking.tracking(database, nats_url, holder="one"):
        await world.ask(reported("1", later(-HOUR), due=later(HOUR)))
        said = await heard(world, lambda said: bool(said.partitions and said.partitions[0].looked_at))
        kept = Detector.model_validate_json((await (await stats_bucket(world.js)).get(subjects.DETECTOR_KEY)).value)

    [one] = said.partitions
    assert (said.holder, said.held_since, one.partition, one.lag_seconds, kept.holder) == ("one", None, 0, 0.0, "one")
    assert one.watermark is not None
    assert one.looked_at is not None
    assert said.at - timedelta(seconds=5) < one.watermark <= said.at
    assert said.at - timedelta(seconds=5) < one.looked_at <= said.at


async def test_a_standby_says_nothing(database: Database, nats_url: str) -> None:
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url, holder="one"):
            first = await heard(world, lambda _: True)
        bucket = await stats_bucket(world.js)
        await bucket.delete(subjects.DETECTOR_KEY)
        async with asyncio.timeout(30), waiting(database, nats_url, "two"):
            await heard_nothing(world)
            with pytest.raises(KeyNotFoundError):
                await bucket.get(subjects.DETECTOR_KEY)
    assert first.holder == "one"


@asynccontextmanager
async def waiting(database: Database, nats_url: str, holder: str) -> AsyncIterator[None]:
    """A tracker that waits for a partition that another one holds."""
    tracker = Tracker(Settings(nats_url=nats_url), database, tracking.rulebook(), SystemClock(), holder)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(tracker.run())
        yield
        task.cancel()


async def heard_nothing(world: Outside) -> None:
    with pytest.raises(TimeoutError):
        await heard(world, lambda _: True, within=1)


async def test_while_the_database_is_held_up_the_lag_of_what_is_due_grows(database: Database, nats_url: str) -> None:
    async with tracking.outside(nats_url) as world, tracking.tracking(database, nats_url):
        due = later(1)
        await world.ask(barely("1", due))
        async with held_up(database):
            first = await heard(world, lambda said: lag_of(said) > 0.5)
            second = await heard(world, lambda said: lag_of(said) > lag_of(first) + 1)
        assert abs((second.at - due).total_seconds() - lag_of(second)) < 1
        await eventually(lambda: alerts(database), within=30)
        await heard(world, lambda said: lag_of(said) == 0)


async def test_a_clock_put_forward_raises_nothing_until_it_has_stood_firm(database: Database, nats_url: str) -> None:
    clock = SetClock()
    async with tracking.outside(nats_url) as world, tracking.tracking(database, nats_url, clock=clock):
        due = later(HOUR / 2)
        await world.ask(reported("1", later(-HOUR), due=due))
        await heard(world, lambda said: said.held_since is None)
        clock.ahead_seconds = HOUR
        said = await heard(world, lambda said: said.held_since is not None)
        assert said.held_why == "the clock was put forward by 3600.0 s"
        assert (await world.ask(noted("1", later(0), "meanwhile"))).outcome == "accepted"
        assert await alerts(database) == []
        waiting = await heard(world, lambda said: lag_of(said) > 0)
        assert waiting.held_since is not None
        assert lag_of(waiting) < HOUR / 2, "so long it has not waited, whatever the clock says"
        clock.ahead_seconds = 0.0
        await heard(world, lambda said: said.held_why is not None and said.held_why.endswith("then put back by 3600.0 s"))
        await heard(world, lambda said: said.held_since is None)
        assert await alerts(database) == []

        clock.ahead_seconds = HOUR
        await heard(world, lambda said: said.held_since is not None)
        [alert] = await eventually(lambda: alerts(database), within=10)
        await heard(world, lambda said: (said.held_since, lag_of(said)) == (None, 0.0))
    assert (alert.at, alert.due) == (due, due)


async def test_a_clock_put_back_keeps_what_was_raised_and_no_instant_of_the_ledger_goes_back(
    database: Database, nats_url: str
) -> None:
    clock = SetClock()
    clock.ahead_seconds = HOUR
    async with tracking.outside(nats_url) as world, tracking.tracking(database, nats_url, clock=clock):
        await world.ask(reported("1", later(-HOUR), due=later(HOUR / 2)))
        [raised] = await eventually(lambda: alerts(database))
        clock.ahead_seconds = 0.0
        said = await heard(world, lambda said: said.held_since is not None)
        assert said.held_why == "the clock was put back by 3600.0 s"
        due = later(1)
        assert (await world.ask(reported("2", later(-HOUR), due=due))).outcome == "accepted"
        await world.ask(reported("3", later(-HOUR), due=later(60)))
        both = await eventually(lambda: as_many(database, 2))
        await heard(world, lambda said: said.held_since is None)
        assert (await world.ask(noted("3", later(0), "after"))).outcome == "accepted"
        assert await alerts(database) == both, "by the new time the third is not due yet"
        rows = await tracking.ledger(database)

    assert raised in both
    assert {alert.due for alert in both} == {raised.due, due}
    assert all(one.recorded_at <= following.recorded_at for one, following in pairwise(rows))


async def as_many(database: Database, number: int) -> list[AlertRecord]:
    found = await alerts(database)
    return found if len(found) == number else []
