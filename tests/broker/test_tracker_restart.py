"""A tracker that is stopped at any moment, killed or replaced: nothing is lost, nothing happens twice."""

import asyncio
import signal
from collections import Counter
from random import Random

import pytest

from contracts import subjects
from shared.messaging import streams
from shared.ports import LeaseLost
from shared.storage.audit import recount, verify
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import tracking
from tests.support.counting import total
from tests.support.deadline import eventually
from tests.support.matters import Wire, course, issued, later, noted
from tests.support.sample import SHANGHAI
from tests.support.separate import separate_tracker, url_of
from tests.support.tracking import Outside


async def whole(world: Outside, database: Database, events: list[Wire], within: float = 30) -> None:
    """Every event is in the ledger once, the books are right, and what was published is the ledger, byte for byte."""

    async def all_taken() -> bool:
        return len([row for row in await tracking.ledger(database) if row.event]) >= len(events)

    await eventually(all_taken, within)
    rows = await tracking.ledger(database)
    assert Counter(row.event for row in rows if row.event) == Counter(map(tracking.raw_of, events))
    async with ReadStore(database).snapshot() as snapshot:
        assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
        assert (await verify(snapshot, lambda _: None)).broken is None
    facts = await world.facts_up_to(len(rows), within)
    assert [message.data for message in facts] == [row.body for row in rows]


async def test_what_was_pushed_while_no_tracker_ran_is_taken_when_one_starts(database: Database, nats_url: str) -> None:
    events = course("1")
    async with tracking.outside(nats_url) as world:
        await world.push_all(events)
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events)


async def test_a_tracker_stopped_at_any_moment_loses_nothing_and_doubles_nothing(database: Database, nats_url: str) -> None:
    events = [event for number in range(120) for event in course(str(number))]
    moments = Random(7)
    async with tracking.outside(nats_url) as world, asyncio.TaskGroup() as group:
        pushing = group.create_task(world.push_all(events))
        while not pushing.done():
            async with tracking.tracking(database, nats_url):
                await asyncio.wait([pushing], timeout=moments.uniform(0, 0.15))
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events)


async def test_events_that_were_fetched_and_not_acknowledged_come_again_at_once(database: Database, nats_url: str) -> None:
    events = course("1")
    async with tracking.outside(nats_url) as world:
        await world.push_all(events)
        lost = await world.js.pull_subscribe_bind(streams.tracker_durable(0), subjects.STREAM_IN)
        assert len(await lost.fetch(4, timeout=5)) == 4
        await lost.unsubscribe()
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events, within=10)


async def test_events_delivered_again_after_their_commit_change_nothing(database: Database, nats_url: str) -> None:
    # As when the process dies between the commit and the acks.
    events = course("1")
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            await world.push_all(events)
            await whole(world, database, events)
        await world.js.delete_consumer(subjects.STREAM_IN, streams.tracker_durable(0))
        async with tracking.tracking(database, nats_url):
            for event in events:
                assert (await world.receipt_for(event, after=1)).outcome == "duplicate"
            await whole(world, database, events)


async def test_the_relay_goes_on_where_the_stream_ends(database: Database, nats_url: str) -> None:
    events = course("1")
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            await world.push_all(events)
            await whole(world, database, events)
        await world.js.delete_stream(subjects.STREAM_OUT)
        await world.js.add_stream(streams.outbound_stream())
        for row in (await tracking.ledger(database))[:2]:
            await world.js.publish("duban.out.0.untold.directive.old", row.body)
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events)


async def test_a_stream_of_facts_that_was_lost_is_filled_again(database: Database, nats_url: str) -> None:
    events = [noted("1", later(-60), f"note-{number}") for number in range(600)]
    events.insert(0, issued("1", later(-90)))
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            await world.push(events[0])
            await world.push_all(events[1:])
            await whole(world, database, events)
        await world.js.delete_stream(subjects.STREAM_OUT)
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events)


async def test_a_tracker_whose_partition_was_taken_over_ends_and_writes_no_more(database: Database, nats_url: str) -> None:
    first, second = issued("1", later(-60)), issued("2", later(-60))
    async with tracking.outside(nats_url) as world:
        with pytest.RaisesGroup(LeaseLost, flatten_subgroups=True):
            async with tracking.tracking(database, nats_url):
                await world.ask(first)
                async with tracking.tracking(database, nats_url):
                    await pushed_until_noticed(world)
        async with tracking.tracking(database, nats_url):
            await world.ask(second)
    async with ReadStore(database).snapshot() as snapshot:
        assert (await verify(snapshot, lambda _: None)).broken is None


async def pushed_until_noticed(world: Outside) -> None:
    for number in range(1000):
        await world.push(noted("1", later(0), f"note-{number}"))
    await asyncio.Event().wait()


async def test_another_holder_stands_by_until_the_lease_has_run_out(
    database: Database, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("service", "writer", "partition"):
        monkeypatch.setattr(f"services.tracker.{module}.LEASE_SECONDS", 1.0)
    event = issued("1", later(-60))
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url, holder="one"):
            await world.ask(issued("0", later(-60)))
        async with tracking.tracking(database, nats_url, holder="two"):
            assert (await world.ask(event)).outcome == "accepted"


async def test_a_tracker_killed_under_load_loses_nothing_and_doubles_nothing(database: Database, nats_url: str) -> None:
    events = [event for number in range(120) for event in course(str(number))]
    async with tracking.outside(nats_url) as world, asyncio.TaskGroup() as group:
        async with separate_tracker(url_of(database), nats_url) as process:
            group.create_task(world.push_all(events))

            async def under_way() -> bool:
                return await tracking.position_of(database) > 50

            await eventually(under_way, within=20)
            process.send_signal(signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
        async with tracking.tracking(database, nats_url):
            await whole(world, database, events)
    async with ReadStore(database).snapshot() as snapshot:
        counts = await total(snapshot, later(0))
    assert (counts["received"], counts["closed"]) == (120, 120)
