"""A person's inbox and running dues are found in both databases."""

from datetime import datetime, timedelta

from shared.domain.round import Judged
from shared.domain.value import replace
from shared.storage.dues import running_dues
from shared.storage.engine import Database
from shared.storage.inbox import delivery_with, threads_of, was_told
from shared.storage.noticing import NoticeStore
from shared.storage.reading import ReadStore
from shared.storage.tables import OPEN
from shared.storage.told import noted
from shared.storage.tracking import SqlTrackerStore
from tests.support.drafts import Draft, about
from tests.support.inboxes import NOW, matter, message, notice, registered
from tests.support.sample import acknowledge, approve, at
from tests.support.stores import committed, taken


def anything(unit: str, owner: str) -> bool:
    return True


def nothing(unit: str, owner: str) -> bool:
    return False


async def test_an_inbox_is_by_task_the_latest_first(database: Database) -> None:
    tracker, store = SqlTrackerStore(database), NoticeStore(database)
    await committed(tracker, Draft(await taken(tracker)).take(registered("1"), registered("2")))
    near, late, other, gone = notice("1", kind="near"), notice("1"), notice("2"), notice("3")
    others = notice("1", "office")
    await store.plan([near, late, other, gone, others])
    first, second = message("d-1", near, late), replace(message("d-2", late), made_at=NOW + timedelta(seconds=1))
    await store.settle(Judged((near,), ()), (), NOW)
    await store.settle(Judged((other, others), ((gone, "closed"),)), (), NOW + timedelta(hours=1))
    await store.settle(Judged((late,), ()), [first, second], NOW + timedelta(hours=2))

    async with ReadStore(database).snapshot() as snapshot:
        found = await threads_of(snapshot, "air-1", "told", 10, 0)
        last = await threads_of(snapshot, "air-1", "told", 1, 1)
        dropped = await threads_of(snapshot, "air-1", "dropped", 10, 0)
        assert await was_told(snapshot, "air-1", matter("1"))
        assert not await was_told(snapshot, "air-1", matter("3"))
        assert not await was_told(snapshot, "office", matter("2"))
        assert await delivery_with(snapshot, "d-1") == replace(first, notices=())
        assert await delivery_with(snapshot, "d-9") is None
    assert found.total == 2
    assert [(one.matter.number, [entry.notice for entry in one.entries]) for one in found.threads] == [
        ("1", [late, near]),
        ("2", [other]),
    ]
    assert [[sent.id for sent in entry.deliveries] for entry in found.threads[0].entries] == [["d-1", "d-2"], ["d-1"]]
    assert found.threads[0].task is not None
    assert [one.matter.number for one in last.threads] == ["2"]
    assert (last.total, dropped.total) == (2, 1)
    [one] = dropped.threads
    assert (one.matter.number, one.task, one.entries[0].why) == ("3", None, "closed")


async def test_who_took_note_is_read_from_the_ledger_as_soon_as_it_is_there(database: Database) -> None:
    tracker = SqlTrackerStore(database)
    second = acknowledge(at(days=2), person="office", id_="second")
    first = acknowledge(at(days=1), person="air-1", seen=at(hours=23))
    draft = Draft(await taken(tracker)).take(registered("1"), about(matter("1"), first), about(matter("1"), second))
    await committed(tracker, draft.take(registered("2"), about(matter("2"), first)))
    async with ReadStore(database).snapshot() as snapshot:
        found = await noted(snapshot, [matter("1"), matter("9")])
        assert await noted(snapshot, []) == []
    assert [(one.person, one.at, one.seen, one.number) for one in found] == [
        ("air-1", at(days=1), at(hours=23), "1"),
        ("office", at(days=2), None, "1"),
    ]


async def test_the_dues_that_run_are_those_nearest_to_now_in_their_order(database: Database) -> None:
    tracker = SqlTrackerStore(database)
    made = [replace(registered(str(number)), due=at(days=number)) for number in range(1, 30)]
    await committed(tracker, Draft(await taken(tracker)).take(*made, about(matter("10"), approve(at(days=0.5)))))

    async def numbers(limit: int, now: datetime) -> list[int]:
        async with ReadStore(database).snapshot() as snapshot:
            return [int(one.task.number) for one in await running_dues(snapshot, anything, "nobody", now, limit)]

    assert await numbers(100, at(0)) == [number for number in range(1, 30) if number != 10]
    assert await numbers(3, at(days=12.1)) == [11, 12, 13]
    assert await numbers(2, at(days=9.9)) == [9, 11]
    async with ReadStore(database).snapshot() as snapshot:
        assert await running_dues(snapshot, nothing, "nobody", at(0), 10) == []


async def test_open_tasks_are_found_by_their_index(database: Database) -> None:
    tracker = SqlTrackerStore(database)
    await committed(tracker, Draft(await taken(tracker)).take(*(registered(str(number)) for number in range(5))))
    async with ReadStore(database).snapshot() as snapshot:
        if str(database.reader.url).startswith("sqlite"):
            plan = (await snapshot.rows(f"EXPLAIN QUERY PLAN SELECT owner, unit, body FROM task WHERE {OPEN}")).all()
        else:
            await snapshot.rows("SET LOCAL enable_seqscan = off")
            plan = (await snapshot.rows(f"EXPLAIN SELECT owner, unit, body FROM task WHERE {OPEN}")).all()
    assert "task_open" in str(plan)
