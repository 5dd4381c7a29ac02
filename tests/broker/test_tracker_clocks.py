"""The tracker's clocks on a real server: what runs out is told once, and only what had not been closed in time."""

from collections.abc import Sequence

from contracts import subjects
from shared.messaging.server import NatsServer
from shared.ports import AlertRecord
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import matters, tracking
from tests.support.counting import total
from tests.support.deadline import eventually
from tests.support.matters import AheadClock, Wire, approved, barely, issued, later, noted, reported
from tests.support.tracking import Outside, duban

DAY = 86_400.0
HOUR = 3_600.0


async def alerts(database: Database, kind: str | None = None) -> list[AlertRecord]:
    async with ReadStore(database).snapshot() as snapshot:
        return await snapshot.alerts(kind)


async def alert_of(database: Database, kind: str, within: float = 5) -> AlertRecord:
    async def raised() -> list[AlertRecord]:
        return await alerts(database, kind)

    [alert] = await eventually(raised, within)
    return alert


async def kinds(database: Database) -> list[str]:
    return [row.kind for row in await tracking.ledger(database)]


async def counted(database: Database) -> dict[str, int]:
    async with ReadStore(database).snapshot() as snapshot:
        return await total(snapshot, later(0))


async def queued(world: Outside, events: Sequence[Wire]) -> None:
    """Push while nobody listens: the events wait in the stream."""
    for event in events:
        await world.push(event)

    async def waiting() -> bool:  # the consumer's count lags the acknowledgement of the stream a little
        info = await world.js.consumer_info(subjects.STREAM_IN, "tracker-0")
        return bool(info.num_pending == len(events))

    await eventually(waiting, 5)


async def test_a_due_in_the_past_is_overdue_at_once_and_once_only(database: Database, nats_url: str) -> None:
    due = later(-HOUR)
    async with tracking.outside(nats_url) as world:
        for round_ in range(2):
            async with tracking.tracking(database, nats_url):
                if not round_:
                    await world.ask(barely("1", due))
                alert = await alert_of(database, "overdue")
                await world.ask(noted("1", later(0), f"note-{round_}"))

    assert (alert.at, alert.due, alert.withdrawn_at) == (due, due, None)
    assert (await kinds(database)).count("overdue") == 1
    assert (await counted(database))["overdue_open"] == 1


async def test_an_overdue_is_published_with_the_instant_at_which_it_happened(database: Database, nats_url: str) -> None:
    due = later(-HOUR)
    async with duban(database, nats_url) as world:
        await world.ask(barely("1", due, unit="bureau"))
        facts = await world.facts_up_to(2)

    body = tracking.body_of(facts[1])
    assert facts[1].subject == "duban.out.0.bureau.complaint.overdue"
    assert (matters.instant(body["time"]), matters.instant(body["data"]["due"]), body["causeid"]) == (due, due, None)


async def test_a_due_is_overdue_after_it_has_passed_and_within_two_seconds(database: Database, nats_url: str) -> None:
    due = later(1)
    async with duban(database, nats_url) as world:
        await world.ask(barely("1", due))
        assert await alerts(database, "overdue") == []
        body = tracking.body_of((await world.facts_up_to(2))[1])

    recorded = matters.instant(body["recordedat"])
    assert due < recorded < due + matters.seconds(2)


async def test_a_warning_comes_before_the_due(database: Database, nats_url: str) -> None:
    due = later(12 * HOUR)
    async with duban(database, nats_url) as world:
        await world.ask(reported("1", later(-30 * HOUR), due=due))
        alert = await alert_of(database, "near")

    assert (alert.rung, alert.due, alert.at) == ("near-1cd", due, due - matters.seconds(DAY))
    assert (await counted(database))["overdue_open"] == 0


async def test_a_closing_that_waited_in_the_queue_while_the_due_passed_leaves_no_alert(database: Database, nats_url: str) -> None:
    # More between the two than fits into one batch: between the batches it is long after the due.
    fillers = [noted("1", later(-30), f"note-{number}") for number in range(1100)]
    async with tracking.outside(nats_url) as world:
        await world.push(reported("1", later(-60), due=later(HOUR)))
        await world.push_all(fillers)
        last = approved("1", later(-10))
        await world.push(last)
        async with tracking.tracking(database, nats_url, clock=AheadClock(2 * HOUR)):
            receipt = await world.receipt_for(last, within=30)
            await world.facts_up_to(len(fillers) + 2)

    assert receipt.outcome == "accepted"
    assert await alerts(database) == []
    assert not {"overdue", "alert-withdrawn"} & set(await kinds(database))
    assert await counted(database) == {"received": 1, "closed": 1, "closed_on_time": 1}


async def test_what_waited_in_the_queue_and_was_not_closed_is_overdue_when_the_queue_is_empty(
    database: Database, nats_url: str
) -> None:
    async with tracking.outside(nats_url) as world:
        await queued(world, [reported("1", later(-60), due=later(HOUR)), noted("1", later(-10), "note")])
        async with tracking.tracking(database, nats_url, clock=AheadClock(2 * HOUR)):
            await alert_of(database, "overdue")

    assert (await kinds(database))[-1] == "overdue"


async def test_a_closing_in_time_that_is_told_late_withdraws_the_alert_and_corrects_the_figures(
    database: Database, nats_url: str
) -> None:
    async with duban(database, nats_url) as world:
        await world.ask(barely("1", later(-HOUR)))
        await alert_of(database, "overdue")
        assert (await counted(database))["overdue_open"] == 1

        closing = approved("1", later(-HOUR - 60))
        assert (await world.ask(closing)).outcome == "accepted"

    [alert] = await alerts(database)
    assert alert.withdrawn_at == matters.instant(closing["time"])
    assert await counted(database) == {"received": 1, "closed": 1, "closed_on_time": 1}
    assert (await kinds(database))[:2] == ["registered", "overdue"]


async def test_a_closing_told_before_the_due_is_late_all_the_same(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await world.ask(reported("1", later(-3 * HOUR), due=later(-HOUR)))
        await world.ask(approved("1", later(-HOUR / 2)))

    assert await counted(database) == {"received": 1, "closed": 1, "closed_late": 1}
    assert [alert.withdrawn_at for alert in await alerts(database, "overdue")] == [None]


async def test_an_amended_due_starts_a_new_version_that_runs_out_on_its_own(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await world.ask(reported("1", later(-3 * HOUR), due=later(-2 * HOUR)))
        await alert_of(database, "overdue")
        await world.ask(matters.said("complaint.amended", "1", later(-1.5 * HOUR), due=later(-HOUR)))

        async def both() -> bool:
            return len(await alerts(database, "overdue")) == 2

        await eventually(both)

    assert [(alert.version, alert.withdrawn_at) for alert in await alerts(database, "overdue")] == [(1, None), (2, None)]


async def test_an_event_from_the_future_waits_for_its_time(database: Database, nats_url: str) -> None:
    event = issued("1", later(HOUR))
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            parked = await world.ask(event)
            assert (parked.outcome, parked.reasons[0].path) == ("parked", "$.time")
        async with tracking.tracking(database, nats_url, clock=AheadClock(2 * HOUR)):
            receipt = await world.receipt_for(event, after=1)

    assert (receipt.outcome, receipt.position) == ("accepted", 1)


async def test_an_event_whose_matter_never_comes_is_refused_when_its_time_is_up(database: Database, nats_url: str) -> None:
    event = matters.signed("1", later(-60))
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            assert (await world.ask(event)).outcome == "parked"
        async with tracking.tracking(database, nats_url, clock=AheadClock(31 * DAY)):
            receipt = await world.receipt_for(event, after=1)
            assert (await world.ask(issued("1", later(-90)))).outcome == "accepted"

    assert (receipt.outcome, receipt.reasons[0].path) == ("rejected", "$.subject")
    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.count("parked") == 0
        assert [push.raw for push in await snapshot.rejected(10)] == [tracking.raw_of(event)]


async def test_a_due_that_passes_while_nats_is_away_is_told_when_it_is_back(database: Database, nats_server: NatsServer) -> None:
    async with duban(database, nats_server.url) as world:
        due = later(0.8)
        await world.ask(reported("1", later(-HOUR), due=due))
        await nats_server.stop()

        async def passed() -> bool:
            return later(-1) > due

        await eventually(passed)
        await nats_server.start()
        await alert_of(database, "overdue", within=20)

        async def answers() -> bool:
            return world.client.is_connected

        await eventually(answers, within=15)
        assert (await world.ask(noted("1", later(0), "after"))).outcome == "accepted"
