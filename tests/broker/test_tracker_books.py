"""The books of a tracker under a mixed load: everything equals a recount from the ledger, at every commit."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import pytest

from shared.codec.facts import GENESIS, chain, decode_fact
from shared.domain.evolve import evolve
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.storage.audit import recount
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot
from tests.support import matters, tracking
from tests.support.counting import counted_as, total
from tests.support.deadline import eventually
from tests.support.matters import Wire, approved, issued, later, noted, reported, signed, submitted
from tests.support.sample import SHANGHAI
from tests.support.tracking import Outside

PARTITIONS = 2
UNITS = ["water", "市容", None]


def told(number: int, chance: Random) -> list[Wire]:
    """All that is said of one matter, from plain to entangled."""
    name, start = f"督 {number}", -chance.uniform(2, 60) * 86_400
    unit = {"unit": chance.choice(UNITS)} if chance.random() < 0.8 else {}
    due = later(start + chance.uniform(-1, 30) * 86_400)
    if number % 3 == 0:
        events = [reported(name, later(start), due=due, **unit)]
        endings = [approved(name, later(start + 86_400)), matters.said("complaint.withdrawn", name, later(start + 90_000))]
        return [*events, *chance.sample(endings, chance.randrange(2))]
    events = [
        issued(name, later(start), **unit),
        signed(name, later(start + 3_600)),
        noted(name, later(start + 7_200), f"note-{number}"),
        matters.said("directive.amended", name, later(start + 8_000), due=due, unit=chance.choice(UNITS[:2])),
        submitted(name, later(start + 86_400)),
        matters.said("task.sent-back", name, later(start + 90_000)),
        matters.said("task.submitted", name, later(start + 100_000), sender=matters.DISTRICT, id_=f"again-{number}"),
        approved(name, later(start + 200_000)),
    ]
    return events[: chance.randrange(1, 9)]


def load(matters_: int) -> list[Wire]:
    """Events of many matters, swapped, some of them twice."""
    chance = Random(2026)
    events = [event for number in range(matters_) for event in told(number, chance)]
    for _ in range(len(events) // 4):
        one, other = chance.randrange(len(events)), chance.randrange(len(events))
        events[one], events[other] = events[other], events[one]
    return [*events, *chance.sample(events, 10)]


@pytest.fixture
async def world(nats_url: str) -> AsyncIterator[Outside]:
    async with tracking.outside(nats_url, PARTITIONS) as world:
        yield world


async def recounted(snapshot: Snapshot) -> dict[Matter, Task]:
    """The tasks, folded from the ledger; its chain is checked on the way."""
    tasks: dict[Matter, Task] = {}
    heads: dict[int, tuple[int, bytes]] = {}
    async for row in snapshot.ledger():
        position, head = heads.get(row.partition, (0, GENESIS))
        assert row.position == position + 1
        assert row.hash == chain(head, row.body, row.event)
        heads[row.partition] = (row.position, row.hash)
        entry = decode_fact(row.body)
        tasks[entry.matter] = evolve(tasks.get(entry.matter), entry)
    assert {partition: head for partition, head in (await snapshot.heads()).items() if head[0]} == heads
    return tasks


async def check(snapshot: Snapshot) -> None:
    """Tasks, counts and alerts of one snapshot against the ledger of the same."""
    tasks = await recounted(snapshot)
    assert {task.matter: task async for task in snapshot.tasks()} == tasks
    expected = Counter(measure for task in tasks.values() for measure in counted_as(task, later(0)))
    assert await total(snapshot, later(0)) == dict(expected)
    assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
    holding = {(task.matter, a.clock, a.version, a.rung, a.at, a.due) for task in tasks.values() for a in task.alerts}
    alerts = await snapshot.alerts(None)
    assert {(a.matter, a.clock, a.version, a.rung, a.at, a.due) for a in alerts if a.withdrawn_at is None} == holding


async def test_books_equal_a_recount_in_every_snapshot_while_events_come_in(
    database: Database, world: Outside, nats_url: str
) -> None:
    events = load(150)
    reading = ReadStore(database)
    async with tracking.tracking(database, nats_url, partitions=PARTITIONS), asyncio.TaskGroup() as group:
        pushing = group.create_task(world.push_all(events))
        while not pushing.done():
            async with reading.snapshot() as snapshot:
                await check(snapshot)

        async def answered() -> bool:
            return len(world.receipts) >= len(events) and not await unswept(database)

        await eventually(answered, within=30)

    assert Counter(receipt.outcome for receipt in world.receipts)["duplicate"] >= 10
    async with reading.snapshot() as snapshot:
        await check(snapshot)
        counts = await total(snapshot, later(0))
        positions = await snapshot.positions()
    assert min(counts[word] for word in ("closed_on_time", "closed_late", "open", "overdue_open")) > 0
    assert len({partition for partition, position in positions.items() if position}) == PARTITIONS


async def unswept(database: Database) -> list[Task]:
    """Tasks that a clock should have raised an alert for by now."""
    async with ReadStore(database).snapshot() as snapshot:
        return [task async for task in snapshot.tasks() if task.wakes_at is not None and task.wakes_at < later(0)]


def twin(event: Wire) -> Wire:
    """The same said of another matter."""
    return event | {"subject": f"twin {event['subject']}", "id": f"twin {event['id']}"}


def essence(task: Task) -> object:
    """What a task is, but for the names of its matter and its events."""
    alerts = {(alert.clock, alert.version, alert.rung, alert.at) for alert in task.alerts}
    return (task.state, task.clocks, alerts, task.unit, task.sent_back, task.received_at, task.last[:2])


async def test_any_order_of_arrival_ends_in_the_same_tasks(database: Database, world: Outside, nats_url: str) -> None:
    in_order = [event for number in range(40) for event in told(number, Random(number))]
    shuffled = Random(1).sample([twin(event) for event in in_order], len(in_order))
    async with tracking.tracking(database, nats_url, partitions=PARTITIONS):
        await world.push_all(in_order)
        await world.push_all(shuffled)

        async def settled() -> bool:
            return len(world.receipts) >= 2 * len(in_order) and not await unswept(database)

        await eventually(settled, within=30)

    async with ReadStore(database).snapshot() as snapshot:
        await check(snapshot)
        assert await snapshot.count("parked") == await snapshot.count("rejected") == 0
        tasks = {task.number: essence(task) async for task in snapshot.tasks()}
    assert len(tasks) == 80
    assert [number for number in tasks if f"twin {number}" in tasks and tasks[number] != tasks[f"twin {number}"]] == []
