"""Figures that follow the journal are those that a new reading of it gives, whatever was written and read in between."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import figures as wire
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.matter import Family, Matter
from shared.domain.question import Question
from shared.figures.document import Office, figures
from shared.figures.live import Live, live_body, live_figures
from shared.ports import NotStored
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import databases, sample
from tests.support.books import assert_kept
from tests.support.drafts import Draft, about
from tests.support.histories import any_history
from tests.support.journals import JournalWriter
from tests.support.stores import committed, taken
from tests.support.synthetic import CATEGORIES, SOURCES, UNITS, ZONE, Synthetic

OFFICE: Final = Office(
    Units({"water": "水务局", "bureau": "生态环境局"} | {one: one for one in UNITS[:40]}, dict.fromkeys(UNITS[1:9], UNITS[0])),
    "Asia/Shanghai",
    ZONE,
)


async def refreshed(live: Live, database: Database, now: datetime) -> None:
    async with ReadStore(database).snapshot() as snapshot:
        await live.refresh(snapshot, now)


async def read_anew(database: Database, question: Question) -> wire.Figures:
    async with ReadStore(database).snapshot() as snapshot:
        return await figures(snapshot, question, OFFICE)


async def assert_same(live: Live, database: Database, question: Question) -> wire.Figures:
    """The figures that were kept up to date, which are those of a new reading of the journal; their JSON is, too."""
    kept, body = await live_figures(live, question, OFFICE), await live_body(live, question, OFFICE)
    assert kept == await read_anew(database, question), question
    assert body is not None
    assert wire.Figures.model_validate_json(body) == kept
    return kept


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the newest schema, to be copied."""
    folder = tmp_path_factory.mktemp("template")

    async def made() -> None:
        async with databases.migrated(databases.sqlite_url(folder)):
            pass

    asyncio.run(made())
    return folder / "duban.db"


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Folders with an empty database, one after another."""
    return (tmp_path / str(number) for number in range(10_000))


MONTHS: Final = st.sampled_from([None, date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 2, 1)])
COHORTS: Final = st.fixed_dictionaries(
    {
        "since": MONTHS,
        "until": MONTHS,
        "unit": st.sampled_from([None, "bureau", "water", "nobody"]),
        "category": st.sampled_from([None, "river"]),
        "co_units": st.booleans(),
    }
)
WRITTEN: Final = st.tuples(st.integers(0, 1), any_history())
LOOKED: Final = st.tuples(st.integers(-3, 24 * 200), COHORTS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.one_of(WRITTEN, LOOKED), min_size=2, max_size=8))
def test_whatever_is_written_and_read_in_between(steps: list[tuple[int, Any]], template: Path, folders: Iterator[Path]) -> None:
    folder = next(folders)
    folder.mkdir()
    copyfile(template, folder / "duban.db")

    async def run() -> None:
        async with databases.opened(databases.sqlite_url(folder)) as database:
            live, store = Live(OFFICE), SqlTrackerStore(database)
            drafts = [Draft(await taken(store, partition)) for partition in (0, 1)]
            for number, (which, what) in enumerate(steps):
                if isinstance(what, list):
                    told = [about(Matter(sample.CITY, f"{which}-{number}"), command) for command in what]
                    drafts[which] = await committed(store, _taken_in(drafts[which], told))
                else:
                    now = sample.at(hours=which)
                    await refreshed(live, database, now)
                    await assert_same(live, database, Question(now, **what))
            await assert_kept(database, damaged=False)

    asyncio.run(run())


def _taken_in(draft: Draft, commands: list[Command]) -> Draft:
    """The draft with those of the commands that are legal in their turn."""
    for command in commands:
        entries = decide(draft.tasks.get(command.matter), command, sample.RULEBOOK)
        if isinstance(entries, tuple):
            draft.write(command.matter, entries, sample.START)
    return draft


def _question(draw: random.Random, now: datetime) -> Question:
    """Some of everything that may be asked for."""

    def some(*values: Any) -> Any:
        return draw.choice([None, None, None, *values])

    months = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(10, 18)]
    return Question(
        now,
        since=some(*months),
        until=some(*months),
        family=some(*Family),
        source=some(*SOURCES),
        unit=some("", *UNITS[:12]),
        category=some(*CATEGORIES[:12]),
        enterprise=some("enterprise-1", "enterprise-9"),
        co_units=draw.random() < 0.5,
    )


@pytest.mark.damaged("lines without tasks: a recount finds nothing behind them")
async def test_months_of_journal_with_shared_tasks_and_several_partitions(database: Database) -> None:
    draw = random.Random(7)
    store, live = SqlTrackerStore(database), Live(OFFICE)
    writers = [await JournalWriter.on(store, partition) for partition in range(3)]
    for day, events in Synthetic(2_000, days=90, varied=True).by_day():
        known = datetime(day.year, day.month, day.day, 23, tzinfo=ZONE).astimezone(UTC)
        lines = [line for event in events for line in event]
        await writers[day.toordinal() % 3].write(lines, known)
        if draw.random() < 0.3:
            now = known + timedelta(hours=draw.randrange(48))
            await refreshed(live, database, now)
            for _ in range(3):
                await assert_same(live, database, _question(draw, now))
    found = await assert_same(live, database, Question(live.as_of or known))
    assert len(found.units) > 40
    assert len(found.periods) == 3


async def test_what_only_the_journal_can_tell_is_not_answered(database: Database) -> None:
    live, now = Live(OFFICE), sample.START
    assert await live_figures(live, Question(now), OFFICE) is None
    await refreshed(live, database, now)
    assert await live_figures(live, Question(now), OFFICE) is not None
    for other in (
        Question(now + timedelta(microseconds=1)),
        Question(now, known_at=now),
        Question(now, since=date(2026, 11, 2)),
        Question(now, until=date(2026, 11, 30)),
        Question(now, category=""),
    ):
        assert await live_figures(live, other, OFFICE) is None, other


async def test_a_due_that_passes_is_counted_without_a_word(database: Database) -> None:
    store, live, due = SqlTrackerStore(database), Live(OFFICE), sample.at(10)
    await committed(store, Draft(await taken(store)).take(sample.register(policy="reported", due=due)))
    found = []
    for now in (due, due + timedelta(microseconds=1), due):
        await refreshed(live, database, now)
        answer = await live_figures(live, Question(now), OFFICE)
        assert answer is not None
        found.append((answer.counts.open, answer.counts.overdue_open))
    assert found == [(1, 0), (1, 1), (1, 0)], "the last one after the clock stepped back"


async def test_only_accounts_whose_figures_changed_are_named(database: Database) -> None:
    store, live = SqlTrackerStore(database), Live(OFFICE)
    draft = await committed(store, Draft(await taken(store)).take(sample.register()))
    await refreshed(live, database, sample.at(hours=1))
    assert [account.unit for account in live.take_changed()] == ["bureau"]
    other = about(sample.OTHER_MATTER, sample.register(unit="water"))
    await committed(store, draft.take(other, sample.record(sample.at(hours=1))))
    await refreshed(live, database, sample.at(hours=2))
    assert [account.unit for account in live.take_changed()] == ["water"]
    await refreshed(live, database, sample.at(hours=3))
    assert live.take_changed() == []


class BreaksOff(Snapshot):
    """The database goes away when the first lines were read."""

    async def journal_from(self, partition: int, chunk: int) -> AsyncIterator[tuple[int, bytes]]:
        async for one in super().journal_from(partition, chunk):
            yield one
            raise NotStored("away")


async def test_after_a_reading_that_broke_off_everything_is_read_anew(database: Database) -> None:
    store, live, now = SqlTrackerStore(database), Live(OFFICE), sample.at(1)
    draft = await committed(store, Draft(await taken(store)).take(sample.register()))
    await refreshed(live, database, now)
    await committed(store, draft.take(sample.sign(sample.at(hours=2))))
    async with database.snapshot() as connection:
        with pytest.raises(NotStored):
            await live.refresh(BreaksOff(connection), now)
    assert await live_figures(live, Question(now), OFFICE) is None
    await refreshed(live, database, now)
    await assert_same(live, database, Question(now))
