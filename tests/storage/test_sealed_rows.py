"""Sealed reports and corrections as rows, and the end of the journal that decides what is compared."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text

from contracts.sealed import SealRequest
from shared.domain.matter import Matter
from shared.figures.changes import changes, matters_behind
from shared.figures.document import Office
from shared.figures.period import BadPeriod
from shared.figures.seal import NotSealable, broken, figures_now, positions_of, read_report, seal
from shared.ports import NotStored
from shared.storage.engine import Database
from shared.storage.journal_end import earliest_since, journal_ends
from shared.storage.reading import ReadStore
from shared.storage.sealing import (
    SealStore,
    StoredCorrection,
    StoredReport,
    corrections_of,
    last_correction,
    sealed_report,
    sealed_reports,
    watched_reports,
)
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, SHANGHAI, at
from tests.support.stores import committed, taken

OFFICE = Office(Units(), "Asia/Shanghai", SHANGHAI)
REQUEST = SealRequest(period="2026H2", as_of=at(5), note="半年报告")
SEALED_AT = at(6)


async def with_history(database: Database) -> tuple[SqlTrackerStore, Draft]:
    """A matter that is in hand since the start, known at once."""
    store = SqlTrackerStore(database)
    return store, await committed(store, Draft(await taken(store)).take(sample.register(policy="reported", due=at(10))))


async def report(database: Database, number: str) -> StoredReport:
    async with ReadStore(database).snapshot() as snapshot:
        found = await sealed_report(snapshot, number)
    assert found is not None
    return found


def correction(number: str, nth: int, content: bytes = b"{}") -> StoredCorrection:
    return StoredCorrection(number, nth, at(7), {0: 3}, content, sha256(content).digest())


async def test_a_report_is_sealed_under_a_number_with_the_hash_of_its_bytes(database: Database) -> None:
    await with_history(database)
    answer = await seal(database, OFFICE, REQUEST, SEALED_AT)

    stored = await report(database, "2026H2-1")
    assert (answer.number, answer.hash, answer.refused) == ("2026H2-1", sha256(stored.content).hexdigest(), None)
    assert (stored.as_of, stored.known_at, stored.sealed_at, stored.note) == (at(5), SEALED_AT, SEALED_AT, "半年报告")
    assert broken(stored) is None
    said = read_report(stored)
    assert (said.figures.counts.received, said.figures.counts.open) == (1, 1)
    assert said.figures.known_at == SEALED_AT
    async with ReadStore(database).snapshot() as snapshot:
        assert said.heads == {"0": (1, (await snapshot.heads())[0][1].hex())}


async def test_reports_of_a_period_are_counted_up(database: Database) -> None:
    await with_history(database)
    periods = ["2026H2", "2026", "2026H2"]
    answers = [await seal(database, OFFICE, SealRequest(period=period, as_of=at(5)), SEALED_AT) for period in periods]

    assert [answer.number for answer in answers] == ["2026H2-1", "2026-1", "2026H2-2"]
    async with ReadStore(database).snapshot() as snapshot:
        assert [one.number for one in await sealed_reports(snapshot)] == ["2026-1", "2026H2-1", "2026H2-2"]


async def test_a_report_without_an_instant_is_as_of_the_end_of_its_period_or_of_now(database: Database) -> None:
    for period, now, as_of in (
        ("2026-11", at(30), datetime(2026, 12, 1, tzinfo=SHANGHAI)),
        ("2026Q4", at(30), at(30)),
    ):
        answer = await seal(database, OFFICE, SealRequest(period=period), now)
        assert (await report(database, answer.number or "")).as_of == as_of


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (SealRequest(period="2026H2", as_of=SEALED_AT + timedelta(microseconds=1)), "still to come"),
        (SealRequest(period="2026H2", as_of=datetime(2026, 6, 30, tzinfo=SHANGHAI)), "before 2026H2"),
        (SealRequest(period="2026H2", as_of=at(5), note="x" * 2001), "at most 2000"),
        (SealRequest(period="2026H2", as_of=at(5), note="a\0b"), "a note is text"),
    ],
)
async def test_what_cannot_be_sealed(database: Database, request_: SealRequest, why: str) -> None:
    with pytest.raises(NotSealable, match=why):
        await seal(database, OFFICE, request_, SEALED_AT)
    with pytest.raises(BadPeriod):
        await seal(database, OFFICE, SealRequest(period="2026H3"), SEALED_AT)
    async with ReadStore(database).snapshot() as snapshot:
        assert await sealed_reports(snapshot) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("content = 'x'", "do not give its hash"),
        ("hash = content", "do not give its hash"),
        ("note = 'another'", "columns are not"),
        ("as_of = as_of + 1", "columns are not"),
        ("known_at = known_at - 1", "columns are not"),
    ],
)
async def test_a_report_that_somebody_changed_is_noticed(database: Database, change: str, why: str) -> None:
    await with_history(database)
    await seal(database, OFFICE, REQUEST, SEALED_AT)
    assert broken(await report(database, "2026H2-1")) is None

    await database.write(lambda connection: connection.execute(text(f"UPDATE sealed SET {change}")))

    assert why in (broken(await report(database, "2026H2-1")) or "")


async def test_corrections_are_added_in_turn_and_never_twice(database: Database) -> None:
    await with_history(database)
    await seal(database, OFFICE, REQUEST, SEALED_AT)
    store = SealStore(database)
    first, second = correction("2026H2-1", 1), correction("2026H2-1", 2, b'{"more":1}')
    await store.correct(first)
    await store.correct(second)
    with pytest.raises(NotStored):
        await store.correct(correction("2026H2-1", 2, b"another"))

    async with ReadStore(database).snapshot() as snapshot:
        assert await corrections_of(snapshot, "2026H2-1") == [first, second]
        assert await last_correction(snapshot, "2026H2-1") == second
        assert await last_correction(snapshot, "2026H2-2") is None
        [watched] = await watched_reports(snapshot)
    assert (watched.number, watched.as_of, watched.read_to, watched.corrections) == ("2026H2-1", at(5), {0: 3}, 2)
    assert second.holds
    assert not StoredCorrection("2026H2-1", 2, at(7), {}, b"another", second.hash).holds


async def test_a_report_is_watched_from_the_end_of_the_journal_on(database: Database) -> None:
    await with_history(database)
    await seal(database, OFFICE, REQUEST, SEALED_AT)
    async with ReadStore(database).snapshot() as snapshot:
        [watched] = await watched_reports(snapshot)
        ends = await journal_ends(snapshot)
    assert watched.read_to == {0: ends[0].lines}
    assert ends[0].lines > 0
    assert ends[0].known_at == at(0)


async def test_what_a_writer_with_a_fast_clock_knew_is_known_by_the_instant_that_is_sealed(database: Database) -> None:
    store, draft = await with_history(database)
    await committed(store, draft.take(sample.approve(at(2)), now=SEALED_AT + timedelta(seconds=1)))
    await seal(database, OFFICE, REQUEST, SEALED_AT)

    said = read_report(await report(database, "2026H2-1"))
    assert said.known_at == SEALED_AT + timedelta(seconds=1)
    assert said.figures.counts.closed == 1


async def test_the_earliest_instant_since_a_place_is_found_in_every_chunk(database: Database) -> None:
    store, draft = await with_history(database)
    async with ReadStore(database).snapshot() as snapshot:
        before = {partition: end.lines for partition, end in (await journal_ends(snapshot)).items()}
        assert await earliest_since(snapshot, before) is None
        assert await earliest_since(snapshot, {}) == at(0)

    draft = await committed(store, draft.take(about(Matter(CITY, "late"), sample.register(at(3), policy="reported"))))
    for first in (0, 600):
        matters = [Matter(CITY, str(number)) for number in range(100 + first, 700 + first)]
        commands = [about(matter, sample.register(at(20), policy="reported", due=at(40))) for matter in matters]
        draft = await committed(store, draft.take(*commands))
    async with ReadStore(database).snapshot() as snapshot:
        ends = await journal_ends(snapshot)
        assert await earliest_since(snapshot, before) == at(3)
        assert await earliest_since(snapshot, {0: before[0] + 1}) == at(20)
        assert await earliest_since(snapshot, {0: ends[0].lines - 1}) is not None
        assert await earliest_since(snapshot, {0: ends[0].lines}) is None
    assert ends[0].lines > 1024, "more than one chunk"


async def test_a_late_closing_is_a_difference_and_its_matter_is_behind_it(database: Database) -> None:
    store, draft = await with_history(database)
    other = Matter(CITY, "untouched")
    draft = await committed(store, draft.take(about(other, sample.register(at(1), policy="reported", due=at(10)))))
    await seal(database, OFFICE, REQUEST, SEALED_AT)
    said = read_report(await report(database, "2026H2-1"))

    draft = await committed(store, draft.take(about(other, sample.approve(at(6))), now=at(6)))
    async with ReadStore(database).snapshot() as snapshot:
        assert changes(said.figures, await figures_now(snapshot, said, OFFICE)) == ()
        assert [one async for one in matters_behind(snapshot, positions_of(said), said.as_of, SHANGHAI)] == []

    await committed(store, draft.take(sample.approve(at(4)), now=at(8)))
    async with ReadStore(database).snapshot() as snapshot:
        found = {one.figure: (one.sealed, one.now) for one in changes(said.figures, await figures_now(snapshot, said, OFFICE))}
        matters = [one async for one in matters_behind(snapshot, positions_of(said), said.as_of, SHANGHAI)]
    assert found["counts.closed"] == (0, 1)
    assert found["rates.closure.value"] == (0.0, 0.5)
    assert matters == [sample.MATTER]
