"""Campaigns on a real nats-server: each period gives one matter and a part for each enterprise, however often it is published."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from contracts.receipt import Receipt
from services.intake.campaigns import Campaigns
from shared.domain.campaign import Campaign
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.domain.value import replace
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support.campaigns import ENTERPRISES, OWNER, campaign
from tests.support.deadline import eventually
from tests.support.sample import CALENDAR
from tests.support.tracking import Outside, duban

NUMBER = "hazardous-waste-2023:{}"
FIRST = NUMBER.format("2023-04上")


class SetClock:
    """A clock that stands where a test sets it."""

    def __init__(self, local: str) -> None:
        self.set(local)
        self.read = 0

    def set(self, local: str) -> None:
        self._now = datetime.fromisoformat(f"{local}+08:00")

    def now(self) -> datetime:
        self.read += 1
        return self._now


@asynccontextmanager
async def publishing(nats_url: str, clock: SetClock, *campaigns: Campaign) -> AsyncIterator[Campaigns]:
    """The service, running until the end of the context; its failure is the test's."""
    service = Campaigns(Settings(nats_url=nats_url), campaigns, CALENDAR, clock)
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(service.run(started))
        try:
            await started.wait()
            yield service
        finally:
            task.cancel()


async def tasks(database: Database) -> dict[str, Task]:
    async with ReadStore(database).snapshot() as snapshot:
        return {task.number: task async for task in snapshot.tasks()}


async def there(database: Database, *numbers: str) -> dict[str, Task]:
    """All tasks, once there are these with all their parts; there may be no other."""
    wanted = {part for number in numbers for part in (number, *(f"{number}/{n}" for n in (1, 2, 3)))}

    async def made() -> dict[str, Task]:
        found = await tasks(database)
        return found if len(found) >= len(wanted) else {}

    found = await eventually(made, 10)
    assert found.keys() == wanted
    return found


async def answers(world: Outside, outcome: str, number: int) -> list[Receipt]:
    """The receipts of the campaign's owner with an outcome, once there are so many."""

    async def heard() -> list[Receipt] | None:
        found = [receipt for receipt in world.receipts if receipt.source == OWNER and receipt.outcome == outcome]
        return found if len(found) >= number else None

    found = await eventually(heard, 10)
    assert found is not None
    return found


async def test_published_twice_a_period_is_one_task_with_a_part_for_each_enterprise(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        for outcome in ("accepted", "duplicate"):
            async with publishing(nats_url, SetClock("2023-04-05T10:00"), campaign()):
                assert [one.id for one in await answers(world, outcome, 2)] == [FIRST, f"{FIRST}:split"]
        found = await there(database, FIRST)
        assert {receipt.outcome for receipt in world.receipts if receipt.source == OWNER} == {"accepted", "duplicate"}

    whole, parts = found[FIRST], [found[f"{FIRST}/{n}"] for n in (1, 2, 3)]
    assert (whole.matter, whole.title, whole.unit) == (
        Matter(OWNER, FIRST),
        "危险废物百日攻坚拉网排查（2023-04上）",
        "SOLID-WASTE",
    )
    assert [part.number for part in whole.parts] == [part.number for part in parts]
    assert [(part.title, part.enterprise) for part in parts] == [
        (f"危险废物百日攻坚拉网排查：{name}", (name,)) for name in ENTERPRISES
    ]
    assert {(part.owner, part.unit, part.part_of) for part in parts} == {(OWNER, "SOLID-WASTE", FIRST)}
    due = datetime.fromisoformat("2023-04-16T00:00:00+08:00")
    assert {clock.due for task in found.values() for clock in task.clocks if clock.name == "finish"} == {due}


async def test_the_next_period_is_published_when_its_first_day_begins_and_none_before(database: Database, nats_url: str) -> None:
    clock = SetClock("2023-04-15T10:00")

    async def looked_again() -> bool:
        return clock.read > 1

    async with duban(database, nats_url) as world, publishing(nats_url, clock, campaign()) as service:
        await there(database, FIRST)
        clock.set("2023-04-15T23:59:59")
        service.wake()
        await eventually(looked_again)

        clock.set("2023-04-16T00:00:00")
        service.wake()
        await there(database, FIRST, NUMBER.format("2023-04下"))
        await answers(world, "accepted", 4)
        assert len(await answers(world, "duplicate", 2)) == 2, "the first period is published once a day"


async def test_what_began_within_forty_days_is_published_and_nothing_older(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url), publishing(nats_url, SetClock("2023-06-20T08:00"), campaign()):
        await there(database, *map(NUMBER.format, ("2023-05下", "2023-06上", "2023-06下")))


async def test_before_the_first_period_nothing_is_published(database: Database, nats_url: str) -> None:
    clock = SetClock("2023-03-31T23:59:59")
    async with duban(database, nats_url) as world, publishing(nats_url, clock, campaign()) as service:
        clock.set("2023-04-01T00:00:00")
        service.wake()
        await answers(world, "accepted", 2)
        assert not [receipt for receipt in world.receipts if receipt.outcome == "duplicate"], "published once, not twice"


async def test_without_a_stream_it_is_tried_again_until_there_is_one(database: Database, nats_url: str) -> None:
    async with publishing(nats_url, SetClock("2023-04-05T10:00"), campaign()), duban(database, nats_url):
        await there(database, FIRST)


async def test_an_office_without_campaigns_needs_no_server() -> None:
    async with asyncio.timeout(5), publishing("nats://127.0.0.1:1", SetClock("2023-04-05T10:00")):
        pass


async def test_a_changed_file_leaves_what_was_published_as_it_is(database: Database, nats_url: str) -> None:

    changed = replace(campaign(), enterprises=campaign().enterprises[:2])
    async with duban(database, nats_url) as world:
        for one, outcome, number in ((campaign(), "accepted", 2), (changed, "rejected", 1)):
            async with publishing(nats_url, SetClock("2023-04-05T10:00"), one):
                await answers(world, outcome, number)
        assert [receipt.id for receipt in await answers(world, "rejected", 1)] == [f"{FIRST}:split"]
        await there(database, FIRST)
