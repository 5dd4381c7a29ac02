"""A task that is split: its parts are tasks of their own, in whatever partition, and tell their whole how they went, once."""

from typing import Any

import pytest

from services.tracker.parts import following
from shared.domain.matter import DUBAN, Matter
from shared.domain.task import Task
from shared.storage.audit import recount
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import tracking
from tests.support.counting import total
from tests.support.deadline import eventually
from tests.support.matters import CITY, DISTRICT, approved, issued, later, said, signed, submitted
from tests.support.sample import SHANGHAI
from tests.support.tracking import Outside, duban

FIRMS = ("甲化工厂", "乙印刷厂", "丙加油站")


async def task_of(database: Database, number: str) -> Task | None:
    async with ReadStore(database).snapshot() as snapshot:
        found = await snapshot.task(Matter(CITY, number))
    return None if found is None else found[0]


async def split_in_three(world: Outside, database: Database, **part: Any) -> list[Task]:
    await world.ask(issued("ZB-1", later(-90), unit="bureau", due=later(86_400)))
    await world.ask(signed("ZB-1", later(-80)))
    parts = [{"title": f"应急减排：{firm}", "enterprise": [{"name": firm}], **part} for firm in FIRMS]
    await world.ask(said("task.split", "ZB-1", later(-70), sender=DISTRICT, parts=parts))

    async def made() -> list[Task]:
        found = [await task_of(database, f"ZB-1/{number}") for number in (1, 2, 3)]
        return [task for task in found if task is not None] if all(found) else []

    return await eventually(made, 10)


async def done(world: Outside, number: str, start: float) -> None:
    for event in (signed(number, later(start)), submitted(number, later(start + 1)), approved(number, later(start + 2))):
        assert (await world.ask(event)).outcome == "accepted"


@pytest.mark.parametrize("partitions", [1, 4])
async def test_the_parts_are_made_with_what_the_whole_says_and_close_it(
    database: Database, nats_url: str, partitions: int
) -> None:
    async with duban(database, nats_url, partitions=partitions) as world:
        parts = await split_in_three(world, database)
        whole = await task_of(database, "ZB-1")
        assert whole is not None
        assert [part.enterprise for part in parts] == [(firm,) for firm in FIRMS]
        assert {(part.unit, part.policy, part.part_of) for part in parts} == {("bureau", "standard", "ZB-1")}
        assert {part.clocks[1].due for part in parts} == {whole.clocks[1].due}

        for number in (1, 2):
            await done(world, f"ZB-1/{number}", -50)
        await world.ask(said("task.excluded", "ZB-1/3", later(-40), approver="督查室", reason="已关停"))

        async def closed() -> Task | None:
            task = await task_of(database, "ZB-1")
            return task if task is not None and task.closed is not None else None

        over = await eventually(closed, 10)
        assert over is not None
        assert [(part.number, part.over) for part in over.parts] == [("ZB-1/1", "full"), ("ZB-1/2", "full"), ("ZB-1/3", "ended")]
        async with ReadStore(database).snapshot() as snapshot:
            assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
            assert (await total(snapshot, later(0)))["received"] == 1, "parts are not counted"


async def test_a_repeated_split_and_a_tracker_that_starts_again_make_no_second_part(database: Database, nats_url: str) -> None:
    async with tracking.outside(nats_url) as world:
        async with tracking.tracking(database, nats_url):
            await split_in_three(world, database)
        await world.js.delete_stream("DUBAN_OUT")  # the relay publishes everything again, and what follows from it
        async with tracking.tracking(database, nats_url) as tracker:
            await tracker.idle()
            rows = await tracking.ledger(database)
    assert [row.kind for row in rows if row.event and row.number.startswith("ZB-1/")] == ["registered"] * 3
    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.rejected(10) == []


async def test_nobody_but_duban_makes_parts(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        receipt = await world.ask(issued("ZB-9/1", later(-10), part_of="ZB-9"))
        assert (receipt.outcome, receipt.reasons[0].path) == ("rejected", "$.source")
        told = await world.ask(said("task.part-told", "ZB-9", later(-5)))
        assert told.outcome in {"rejected", "parked"}


async def test_what_follows_from_a_fact_is_a_valid_event_of_duban(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await split_in_three(world, database, due={"precision": "month_end", "date": "2030-01-01"})
    async with ReadStore(database).snapshot() as snapshot:
        found = await snapshot.task(Matter(CITY, "ZB-1"))
        assert found is not None
    [split] = [row for row in found[1] if row.entry.fact.kind == "split"]
    events = list(following(split))
    assert [(event["source"], event["subject"]) for event in events] == [(DUBAN, f"ZB-1/{number}") for number in (1, 2, 3)]
    assert [event["data"]["due"] for event in events] == [{"precision": "month_end", "date": "2030-01-01"}] * 3


async def test_the_open_parts_of_a_whole_that_is_withdrawn_end_with_it(database: Database, nats_url: str) -> None:
    async with duban(database, nats_url) as world:
        await split_in_three(world, database)
        await done(world, "ZB-1/1", -50)

        async def told() -> bool:
            whole = await task_of(database, "ZB-1")
            return whole is not None and whole.parts[0].over == "full"

        await eventually(told, 10)
        await world.ask(said("directive.withdrawn", "ZB-1", later(-30), reason="重复下达"))

        async def over() -> bool:
            found = [await task_of(database, f"ZB-1/{number}") for number in (1, 2, 3)]
            return [task.state.place for task in found if task is not None] == ["closed", "ended", "ended"]

        await eventually(over, 10)
        whole = await task_of(database, "ZB-1")
        assert whole is not None
        assert whole.state.place == "ended"
    async with ReadStore(database).snapshot() as snapshot:
        assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
        assert await snapshot.rejected(10) == []
