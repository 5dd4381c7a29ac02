"""The list behind a count is as long as the count is large: for every measure, any question, now and as known before."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

import pytest

from shared.domain import fact as f
from shared.domain.command import Command, RegisterTask
from shared.domain.decide import decide
from shared.domain.matter import Family, Matter
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.domain.refusal import Refusal
from shared.figures.behind import page_behind, tasks_behind
from shared.figures.document import Office, figures
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.any_command import VARIED, any_commands
from tests.support.drafts import Draft, about
from tests.support.sample import SHANGHAI, at
from tests.support.stores import committed, taken

UNITS: Final = Units({"bureau": "生态环境局", "water": "水务科", "parks": "园林科"}, {"water": "bureau"})
OFFICE: Final = Office(UNITS, "Asia/Shanghai", SHANGHAI)
MATTERS: Final = 50
FIRST, SECOND, THIRD = at(500), at(510), at(520)
"""When the three batches became known: the first half of each history, the second, and a correction."""
LATE: Final = at(600)


def day(days: float) -> datetime:
    return at(days).astimezone(SHANGHAI)


QUESTIONS: Final = {
    "all": Question(LATE),
    "amid": Question(at(45)),
    "early": Question(at(3)),
    "a unit with those below": Question(LATE, unit="bureau"),
    "a unit": Question(LATE, unit="water"),
    "co-units": Question(at(60), unit="parks", co_units=True),
    "nobody's": Question(LATE, unit=""),
    "family": Question(at(45), family=Family.COMPLAINT),
    "source": Question(at(45), source="other"),
    "category": Question(LATE, category="air"),
    "no category": Question(LATE, category=""),
    "no enterprise": Question(LATE, enterprise=""),
    "days": Question(LATE, since=day(1).date(), until=day(50).date()),
    "known in between": Question(LATE, known_at=FIRST),
    "as shown then": Question(at(505), known_at=at(505), since=day(-3).date(), until=day(2).date()),
    "before the correction": Question(LATE, known_at=SECOND, until=day(-10).date()),
    "after the correction": Question(LATE, known_at=THIRD, until=day(-10).date()),
    "before anything": Question(LATE, known_at=at(0)),
}
GIVEN: Final = (sample.register(at(4), policy="standard"), sample.sign(at(4.5)))
PLAIN: Final[dict[str, tuple[Command, ...]]] = {
    "withdrawn": (*GIVEN, sample.withdraw(at(6))),
    "merged": (*GIVEN, sample.merge(at(6))),
    "not accepted": (*GIVEN, sample.not_accept(at(6))),
    "excluded": (*GIVEN, sample.exclude(at(7))),
    "suspended": (*GIVEN, sample.suspend(at(6))),
    "extended": (*GIVEN, sample.request_extension(at(6), at(50)), sample.grant_extension(at(7), at(50)), sample.submit(at(40))),
    "on time": (*GIVEN, sample.submit(at(5)), sample.approve(at(8))),
    "evaluated": (
        *(*GIVEN, sample.submit(at(5)), sample.approve(at(8))),
        *(sample.evaluate(at(9), of=of, id_=of) for of in ("handling_unit", "receiving_office")),
    ),
    "sent back": (*GIVEN, sample.submit(at(5)), sample.send_back(at(8))),
    "returned": (GIVEN[0], sample.request_return(at(4.2)), sample.approve_return(at(5))),
    "repeated": (replace(GIVEN[0], repeat_of="on time"),),
}
"""What random histories seldom come to."""
NOTHING: Final = {"before the correction", "before anything"}


@pytest.fixture
async def full(database: Database) -> Database:
    """A store with many tasks of every kind, told in three batches."""
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store))
    histories = [history(Random(seed), Matter("city" if seed % 3 else "other", f"N-{seed}")) for seed in range(MATTERS)]
    histories += [[about(Matter("city", name), command) for command in commands] for name, commands in PLAIN.items()]
    for known, halves in ((FIRST, [one[: len(one) // 2 + 1] for one in histories]), (SECOND, histories)):
        for half in halves:
            for command in half if known == FIRST else half[len(half) // 2 + 1 :]:
                tell(draft, command, known)
        draft = await committed(store, draft)
    correct(draft, min(draft.tasks))
    await committed(store, draft)
    return database


def history(random: Random, matter: Matter) -> list[Command]:
    """Commands about a matter, whose weight and categories are drawn, too."""
    commands = [about(matter, command) for command in any_commands(random)]
    said = {"weight": random.choice([1.0, 0.5, 1 / 3]), "category": random.choice([(), ("air",), ("air", "waste")])}
    return [replace(one, **said) if isinstance(one, RegisterTask) else one for one in commands]  # type: ignore[arg-type]


def tell(draft: Draft, command: Command, known: datetime) -> None:
    decided = decide(draft.tasks.get(command.matter), command, VARIED)
    if not isinstance(decided, Refusal):
        draft.write(command.matter, decided, known)


def correct(draft: Draft, matter: Matter) -> None:
    """It was received forty days before it was first said to be."""
    task = draft.tasks[matter]
    earlier = replace(task, received_at=task.received_at - timedelta(days=40))
    told = sample.cause(RegisterTask, at(1), "correction", "city")
    draft.write(matter, [f.Entry(matter, told, f.Corrected(at(1), earlier))], THIRD)


async def test_every_list_is_as_long_as_its_count(full: Database) -> None:
    async with ReadStore(full).snapshot() as snapshot:
        for name, question in QUESTIONS.items():
            published = (await figures(snapshot, question, OFFICE)).counts
            assert (published.received > 0) is (name not in NOTHING), name
            for measure in Measure:
                page = await page_behind(snapshot, question, measure, OFFICE, limit=1000, offset=0)
                assert float(page.weight) == getattr(published, measure.word), (name, measure.word)
                assert len(page.lines) == page.total, (name, measure.word)


async def test_the_store_holds_what_is_seldom(full: Database) -> None:
    async with ReadStore(full).snapshot() as snapshot:
        counts = (await figures(snapshot, QUESTIONS["all"], OFFICE)).counts
    absent = {measure.word for measure in Measure if not getattr(counts, measure.word)}
    assert not absent


async def test_the_pages_of_a_list_are_the_list_by_receipt_owner_and_number(full: Database) -> None:
    question = QUESTIONS["all"]
    async with ReadStore(full).snapshot() as snapshot:
        whole = await tasks_behind(snapshot, question, Measure.RECEIVED, OFFICE)
        pages = [await page_behind(snapshot, question, Measure.RECEIVED, OFFICE, 7, offset) for offset in range(0, len(whole), 7)]
    assert [line for page in pages for line in page.lines] == whole
    assert {page.total for page in pages} == {len(whole)}
    places = [(one.task.received_at, one.task.owner, one.task.number) for one in whole]
    assert places == sorted(places)


async def test_what_moved_out_belongs_to_the_unit_it_left_once_for_each_time(database: Database) -> None:
    store = SqlTrackerStore(database)
    moves = [("water", 1), ("bureau", 2), ("parks", 3)]
    draft = Draft(await taken(store)).take(sample.register(policy="standard"))
    for unit, days in moves:
        draft.take(sample.transfer(at(days), to_unit=unit, id_=f"to-{unit}"))
    await committed(store, draft)

    async with ReadStore(database).snapshot() as snapshot:
        out = await tasks_behind(snapshot, Question(at(9)), Measure.MOVED_OUT, OFFICE)
        of_water = await tasks_behind(snapshot, Question(at(9), unit="water"), Measure.MOVED_OUT, OFFICE)
        before = await tasks_behind(snapshot, Question(at(1.5)), Measure.MOVED_OUT, OFFICE)
    assert [(one.account.unit, one.task.unit) for one in out] == [("bureau", "parks"), ("bureau", "parks"), ("water", "parks")]
    assert [one.account.unit for one in of_water] == ["water"]
    assert [one.account.unit for one in before] == ["bureau"]
