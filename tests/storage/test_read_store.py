"""What readers find in the database."""

from datetime import date, timedelta

from shared.codec.facts import GENESIS, chain
from shared.codec.journal import CHUNK_LINES, LINE
from shared.domain.matter import Family, Matter
from shared.ports import EventId, OverdueTask, ParkedEvent
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.counting import by_unit
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, DISTRICT, MATTER, at
from tests.support.stores import committed, committed_with, taken

FIRST_DAY = date(2026, 11, 23)
OTHER = Matter(CITY, "8")


async def test_counts_rise_and_fall_by_what_each_batch_changes(database: Database) -> None:
    store, reading = SqlTrackerStore(database), ReadStore(database)
    draft = Draft(await taken(store)).take(sample.register(policy="reported", due=at(1)))
    draft = await committed(store, draft.take(about(OTHER, sample.register(policy="reported", due=at(1)))))
    async with reading.snapshot() as snapshot:
        assert await by_unit(snapshot, at(1)) == {"bureau": {"received": 2, "open": 2}}
        assert await by_unit(snapshot, at(2)) == {"bureau": {"received": 2, "open": 2, "overdue_open": 2}}

    draft = await committed(store, draft.take(sample.approve(at(3)), about(OTHER, sample.approve(at(hours=5)))))
    async with reading.snapshot() as snapshot:
        closed = {"received": 2, "closed": 2, "closed_late": 1, "closed_on_time": 1}
        assert await by_unit(snapshot, at(3)) == {"bureau": closed}
        assert await snapshot.positions() == {0: draft.lease.position}


async def test_a_task_that_goes_to_another_unit_takes_its_counts_along(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed(store, Draft(await taken(store)).take(sample.register(unit="bureau")))
    await committed(store, draft.take(sample.amend(at(hours=1), unit="water")))

    async with ReadStore(database).snapshot() as snapshot:
        assert await by_unit(snapshot, at(0.5)) == {"water": {"received": 1, "open": 1}}
        assert await by_unit(snapshot, at(hours=0.5)) == {"bureau": {"received": 1, "open": 1}}


async def test_a_day_begins_at_midnight_of_the_office(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(at(hours=15, minutes=-1)), about(OTHER, sample.register(at(hours=15))))
    await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        for day in (FIRST_DAY, FIRST_DAY + timedelta(days=1)):
            found = await by_unit(snapshot, at(9), since=day, until=day + timedelta(days=1))
            assert found["bureau"]["received"] == 1


async def test_counts_of_two_partitions_add_up(database: Database) -> None:
    store = SqlTrackerStore(database)
    for partition, matter in enumerate((MATTER, OTHER)):
        await committed(store, Draft(await taken(store, partition)).take(about(matter, sample.register())))

    async with ReadStore(database).snapshot() as snapshot:
        assert await by_unit(snapshot, at(0)) == {"bureau": {"received": 2, "open": 2}}
        assert await snapshot.positions() == {0: 1, 1: 1}


async def test_the_journal_goes_on_where_another_writer_left_it(database: Database) -> None:
    for number in range(3):
        store = SqlTrackerStore(database)
        draft = Draft(await taken(store))
        for more in range(700):
            draft.take(about(Matter(CITY, f"{number}-{more}"), sample.register(unit=f"unit-{more % 7}")))
        await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        assert sum(counts["received"] for counts in (await by_unit(snapshot, at(1))).values()) == 2100
        chunks = [len(body) // LINE.size async for _, body in snapshot.journal()]
        accounts, _ = await snapshot.journal_words()
    assert chunks[:-1] == [CHUNK_LINES] * (len(chunks) - 1), "only the last one may have room"
    assert len(accounts[0]) == 7, "an account has one number"


async def test_overdue_tasks_are_listed_the_longest_overdue_first(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store))
    for number, days in (("1", 2), ("2", 1), ("3", 30), ("4", 1)):
        matter = Matter(CITY, number)
        draft.take(about(matter, sample.register(policy="reported", due=at(days), title=f"title {number}")))
        draft.sweep(matter, at(10))
    draft.take(about(Matter(CITY, "4"), sample.approve(at(11))))
    await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        overdue = await snapshot.overdue(10)
        assert await snapshot.overdue(1) == overdue[:1]
    assert overdue == [
        OverdueTask(Matter(CITY, number), Family.DIRECTIVE, f"title {number}", "bureau", at(days))
        for number, days in (("2", 1), ("1", 2))
    ]


async def test_a_task_is_shown_with_its_own_rows_alone(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(), about(OTHER, sample.register()), sample.sign(at(hours=1)))
    rows = draft.rows
    await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.task(MATTER) == (draft.tasks[MATTER], [rows[0], rows[2]])
        assert await snapshot.task(Matter("nobody", "7")) is None


async def test_parked_events_of_a_matter_are_listed_the_oldest_first(database: Database) -> None:
    def parked(id_: str, matter: Matter, days: float) -> ParkedEvent:
        return ParkedEvent(EventId(DISTRICT, id_), matter, b"{}", "$.type", "early", at(days), at(30))

    second, first, other = parked("a", MATTER, 2), parked("b", MATTER, 1), parked("c", OTHER, 0)
    store = SqlTrackerStore(database)
    await committed_with(store, Draft(await taken(store)), parked=(second, first, other))

    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.parked(MATTER) == [first, second]
        assert await snapshot.parked(Matter("nobody", "7")) == []


async def test_the_chain_can_be_recomputed_from_the_stored_rows_up_to_the_head(database: Database) -> None:
    store = SqlTrackerStore(database)
    for partition, matter in enumerate((MATTER, OTHER)):
        draft = Draft(await taken(store, partition)).take(about(matter, sample.register(due=at(1))))
        await committed(store, draft.sweep(matter, at(2)))

    heads: dict[int, tuple[int, bytes]] = {}
    async with ReadStore(database).snapshot() as snapshot:
        async for row in snapshot.ledger():
            position, head = heads.get(row.partition, (0, GENESIS))
            assert row.position == position + 1
            assert row.hash == chain(head, row.body, row.event)
            heads[row.partition] = (row.position, row.hash)
        assert await snapshot.heads() == heads


async def test_the_ledger_is_read_whole_when_it_is_longer_than_one_page(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(policy="reported"))
    for number in range(2100):
        draft.take(sample.record(at(minutes=number), id_=str(number)))
    await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        assert [row.position async for row in snapshot.ledger()] == list(range(1, 2102))


async def test_columns_of_a_stored_row_say_what_its_body_says(database: Database) -> None:
    store = SqlTrackerStore(database)
    await committed(store, Draft(await taken(store)).take(sample.register(due=at(1))).sweep(MATTER, at(2)))

    async with ReadStore(database).snapshot() as snapshot:
        rows = [row async for row in snapshot.ledger()]
    assert [(row.kind, row.event_source, row.event_id, row.event) for row in rows] == [
        ("registered", CITY, "register", b"register"),
        *((kind, None, None, None) for kind in ("near-due", "overdue", "overdue")),
    ]
    assert {(row.owner, row.number) for row in rows} == {(CITY, "7")}
