"""Signals from the ledger, events told late among them, on each kind of database."""

from datetime import date, datetime

from shared.domain.command import Command
from shared.domain.history import refold
from shared.domain.matter import Matter
from shared.domain.signal import Thresholds
from shared.domain.value import replace
from shared.signals.document import Asked, signals, watch_of
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import matters, pushed
from tests.support.drafts import Draft, about
from tests.support.sample import CALENDAR, CITY, RULEBOOK, approve, at, register, send_back, sign, submit
from tests.support.stores import committed, taken
from tests.support.stories import WHAT

PERIOD = Asked(date(2026, 11, 23), date(2026, 12, 23), None)
WATCH = watch_of(PERIOD, Thresholds(), CALENDAR)
UNITS = Units({"water": "水务站", "bureau": "局", "north": "北站"}, {"north": "bureau"})
WORDS = "已按要求整改到位，符合标准。"


def with_words(draft: Draft, words: str) -> Draft:
    """The batch as if its submissions and approvals had been pushed in these words."""
    for place, row in enumerate(draft.rows):
        cause = row.entry.cause
        what = WHAT.get(cause.type.split(".")[2]) if cause is not None else None
        if cause is not None and what is not None:
            event = matters.said(f"task.{what}", row.entry.matter.number, cause.at, id_=cause.id, text=words)
            draft.rows[place] = replace(row, event=pushed.raw(event))
    return draft


def course(number: str, unit: str, submitted: datetime) -> list[Command]:
    matter = Matter(CITY, number)
    return [about(matter, one) for one in (register(unit=unit), sign(at(hours=1)), submit(submitted), approve(at(20)))]


async def test_the_same_words_are_found_across_partitions_and_batches(database: Database) -> None:
    store = SqlTrackerStore(database)
    for partition in (0, 1):
        draft = Draft(await taken(store, partition))
        for nth in range(4):
            draft.take(*course(f"{partition}-{nth}", ("north", "water", "bureau", "")[nth], at(nth + partition)))
            draft = await committed(store, with_words(draft, WORDS))

    async with ReadStore(database).snapshot() as snapshot:
        everything = await signals(snapshot, PERIOD, replace(WATCH, thresholds=Thresholds(same_text_tasks=2)), UNITS, "x")
        below = await signals(snapshot, PERIOD, WATCH, UNITS, "x")
        asked = PERIOD._replace(unit="bureau")
        of_one = await signals(snapshot, asked, replace(WATCH, thresholds=Thresholds(same_text_tasks=2)), UNITS, "x")

    assert [(one.kind, one.unit, one.name, one.count) for one in everything.signals if one.kind == "same-text"] == [
        ("same-text", "water", "水务站", 2),
        ("same-text", "bureau", "局", 2),
        ("same-text", "north", "北站", 2),
        ("same-text", "", "未注明", 2),
    ]
    assert [one.subject for one in everything.signals[0].occurrences] == ["0-1", "1-1"]
    assert (everything.positions, everything.thresholds["same_text_tasks"]) == ({"0": 16, "1": 16}, 2)
    assert [one for one in below.signals if one.kind == "same-text"] == []
    assert {one.unit for one in of_one.signals} == {"bureau", "north"}


async def test_an_event_told_late_is_heard_too(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store))
    draft.take(*course("0", "water", at(5)), *course("1", "water", at(5)))
    matter = Matter(CITY, "late")
    known = [about(matter, one) for one in (register(unit="water"), sign(at(hours=1)), submit(at(5)), send_back(at(7)))]
    draft = await committed(store, with_words(draft.take(*known), WORDS))
    absorbed = refold(draft.tasks[matter], about(matter, approve(at(6))), known, [], RULEBOOK)
    assert [entry.fact.kind for _, entries in absorbed.steps for entry in entries] == ["corrected"]
    for _, entries in absorbed.steps:
        draft.write(matter, entries, at(21))
    await committed(store, with_words(draft, WORDS))

    async with ReadStore(database).snapshot() as snapshot:
        found = await signals(snapshot, PERIOD, replace(WATCH, thresholds=Thresholds(same_review_tasks=3)), UNITS, "x")

    (one,) = [one for one in found.signals if one.kind == "same-review"]
    assert (one.count, one.occurrences[0].subject, one.occurrences[0].at) == (3, "late", at(6))


async def test_nothing_told_in_the_period_is_no_signal(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store))
    for nth in range(3):
        draft.take(*course(str(nth), "water", at(5)))
    await committed(store, with_words(draft, WORDS))
    async with ReadStore(database).snapshot() as snapshot:
        later = Asked(date(2026, 12, 23), date(2027, 1, 1), None)
        assert (await signals(snapshot, later, watch_of(later, Thresholds(), CALENDAR), UNITS, "x")).signals == ()
