"""A cohort's counts, judged as of any instant."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from shared.domain.command import Command
from shared.domain.matter import Family, Matter
from shared.domain.question import Question
from shared.figures.sums import Span, summed
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.counting import by_unit, core, counted_as, total
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, START, at
from tests.support.stores import committed, taken

MOMENT = timedelta(microseconds=1)
DUE, CLOSED = at(10), at(12)

Numbers = dict[str, int]

OPEN: Numbers = {"received": 1, "open": 1}
OVERDUE: Numbers = {"received": 1, "open": 1, "overdue_open": 1}
LATE: Numbers = {"received": 1, "closed": 1, "closed_late": 1}
ON_TIME: Numbers = {"received": 1, "closed": 1, "closed_on_time": 1}


async def stored(database: Database, *commands: Command, swept: datetime | None = None) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(*commands)
    for matter in {command.matter for command in commands} if swept else ():
        assert swept is not None
        draft.sweep(matter, swept)
    await committed(store, draft)


async def judged(
    database: Database, as_of: datetime, *, since: date | None = None, until: date | None = None, family: Family | None = None
) -> Mapping[str, Numbers]:
    async with ReadStore(database).snapshot() as snapshot:
        return await by_unit(snapshot, as_of, Question(as_of, family=family), since=since, until=until)


def reported(due: datetime | None = DUE, *, when: datetime = START) -> Command:
    return sample.register(when, policy="reported", due=due)


async def test_a_task_closed_late_is_judged_as_it_stood_at_the_instant(database: Database) -> None:
    await stored(database, reported(), sample.approve(CLOSED))

    assert await judged(database, START - MOMENT) == {}
    for as_of in (START, DUE - MOMENT, DUE):
        assert await judged(database, as_of) == {"bureau": OPEN}, as_of
    for as_of in (DUE + MOMENT, CLOSED - MOMENT):
        assert await judged(database, as_of) == {"bureau": OVERDUE}, as_of
    for as_of in (CLOSED, at(1000)):
        assert await judged(database, as_of) == {"bureau": LATE}, as_of


async def test_closing_at_the_due_itself_is_on_time(database: Database) -> None:
    endings = {"before": DUE - MOMENT, "at": DUE, "after": DUE + MOMENT}
    given = [about(Matter(CITY, unit), sample.register(policy="reported", due=DUE, unit=unit)) for unit in endings]
    closed = [about(Matter(CITY, unit), sample.approve(instant)) for unit, instant in endings.items()]
    await stored(database, *given, *closed)

    assert await judged(database, at(1000)) == {"before": ON_TIME, "at": ON_TIME, "after": LATE}
    assert await judged(database, DUE) == {"before": ON_TIME, "at": ON_TIME, "after": OPEN}


async def test_a_task_without_a_due_is_never_overdue_nor_on_time(database: Database) -> None:
    await stored(database, reported(None), sample.approve(CLOSED))

    assert await judged(database, CLOSED - MOMENT) == {"bureau": OPEN}
    assert await judged(database, CLOSED) == {"bureau": {"received": 1, "closed": 1}}


async def test_a_task_that_was_withdrawn_is_open_until_then_and_nothing_but_received_after(database: Database) -> None:
    await stored(database, reported(), sample.withdraw(CLOSED))

    assert await judged(database, CLOSED - MOMENT) == {"bureau": OVERDUE}
    assert await judged(database, CLOSED) == {"bureau": {"received": 1}}


async def test_a_cohort_takes_in_its_first_day_and_leaves_out_its_end(database: Database) -> None:
    await stored(database, reported(when=at(1)))
    day = at(1).astimezone(sample.SHANGHAI).date()
    before, after = day - timedelta(days=1), day + timedelta(days=1)

    async def received(since: date | None, until: date | None) -> int:
        found = await judged(database, at(50), since=since, until=until)
        return sum(counts["received"] for counts in found.values())

    assert await received(day, None) == await received(None, after) == await received(day, after) == 1
    assert await received(after, None) == await received(None, day) == await received(before, day) == 0


async def test_a_cohort_is_split_by_unit_and_narrowed_by_family(database: Database) -> None:
    def given(number: str, unit: str | None, family: Family) -> Command:
        return about(Matter(CITY, number), sample.register(unit=unit, family=family))

    await stored(
        database,
        given("1", "water", Family.DIRECTIVE),
        given("2", "water", Family.COMPLAINT),
        given("3", None, Family.COMPLAINT),
    )

    assert await judged(database, at(1)) == {"water": {"received": 2, "open": 2}, "": OPEN}
    assert await judged(database, at(1), family=Family.COMPLAINT) == {"water": OPEN, "": OPEN}
    assert await judged(database, at(1), family=Family.RECTIFICATION) == {}


async def test_an_extended_due_is_the_one_that_counts(database: Database) -> None:
    await stored(database, reported(), sample.amend(at(9), due=at(20)), sample.approve(at(15)))

    assert await judged(database, at(1000)) == {"bureau": ON_TIME}
    assert await judged(database, at(14)) == {"bureau": OPEN}


def _courses() -> Sequence[Command]:
    """Tasks of every outcome: open, overdue, closed on time, closed late, withdrawn, without a due."""
    commands: list[Command] = []
    for number in range(36):
        matter = Matter(CITY, str(number))
        due = [at(5), at(30), None][number % 3]
        when = at(number % 4)
        commands.append(about(matter, sample.register(when, policy="reported", due=due, unit=f"unit-{number % 5}")))
        ending = [None, sample.approve(at(4)), sample.approve(at(7)), sample.withdraw(at(6))][number % 4]
        if ending is not None:
            commands.append(about(matter, ending))
    return commands


async def test_the_sums_equal_the_tasks_counted_one_by_one_at_every_instant(database: Database) -> None:
    await stored(database, *_courses(), swept=at(20))

    async with ReadStore(database).snapshot() as snapshot:
        tasks = [task async for task in snapshot.tasks()]
        for now in (at(2), at(4.5), at(6), at(20)):
            expected: dict[str, Counter[str]] = {}
            for task in tasks:
                expected.setdefault(task.unit or "", Counter()).update(counted_as(task, now))
            assert await by_unit(snapshot, now) == {unit: dict(counts) for unit, counts in expected.items() if counts}
            assert await total(snapshot, now) == dict(sum(expected.values(), Counter()))


async def test_what_was_told_late_changes_what_is_known_now_and_not_what_was_known_then(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed(store, Draft(await taken(store)).take(reported(), now=START))
    await committed(store, draft.take(sample.approve(at(5)), now=at(12)))

    async def shown(as_of: datetime, known_at: datetime | None) -> Numbers:
        async with ReadStore(database).snapshot() as snapshot:
            return core((await summed(snapshot, (as_of,), Span(known_at=known_at))).total())

    assert await shown(at(11), None) == ON_TIME
    assert await shown(at(11), at(11)) == OVERDUE, "as it was shown then"
    assert await shown(at(11), at(12)) == ON_TIME, "the same instant, as known later"
    assert await shown(at(5) - MOMENT, at(12)) == OPEN


async def test_a_matter_is_counted_once_whatever_was_said_of_it(database: Database) -> None:
    await stored(database, sample.register(), sample.sign(at(hours=1)), sample.record(at(1)), sample.record(at(2), id_="r2"))

    assert await judged(database, at(3)) == {"bureau": OPEN}
