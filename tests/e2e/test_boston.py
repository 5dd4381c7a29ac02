"""A city's real complaints of a quarter come out as the city counted them: in one go, twice, out of order, after a kill -9."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from shared.domain.timeline import Account
from shared.figures.sums import Span
from shared.storage.instants import from_micros
from shared.storage.reading import Snapshot
from tests.support import databases
from tests.support.boston import ZONE, boston_events, boston_file, boston_rows
from tests.support.boston_quarter import ENV, Replayed, Row, alerts_due, counted, instant, named, replayed
from tests.support.boston_weeks import MEASURES as OF_WEEKS
from tests.support.boston_weeks import MONDAYS, SUNDAY_ENDS, WEEK, Complaint, Table, counted_as_told
from tests.support.boston_weeks import counted as counted_by_week
from tests.support.duban import asked, started, up
from tests.support.opened import cells, snapshot_of

REPLAY_SECONDS: Final = 120.0
"""A bound for a machine that is busy with other things, too; left alone it takes 40 s here."""
QUARTER_END: Final = "2011-10-01T00:00"
SLICE_ROWS: Final = 3000
SLICE_END: Final = "2011-07-12T00:00"
WINDOW: Final = 1000


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The file's rows. The data set is not part of the repository: without it the figures of real input go untested, visibly."""
    file = boston_file()
    if not file.exists():
        pytest.skip(f"{file} is not there: the figures of real input are not tested; DUBAN_BOSTON_FILE says where it is")
    return boston_rows()


@pytest.fixture(scope="module")
def quarter(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(boston_events(rows), tmp_path_factory.mktemp("boston") / "quarter", QUARTER_END)


def test_the_figures_are_the_citys(quarter: Replayed, rows: list[Row]) -> None:
    assert quarter.counts == counted(rows, QUARTER_END)
    assert quarter.counts == {
        "received": 31_828,
        "closed": 25_076,
        "open": 6_752,
        "overdue_open": 2_065,
        "closed_late": 2_259,
        "closed_on_time": 18_283,
    }


def department_and_reason(account: Account) -> tuple[str, ...]:
    return account.unit, *account.category


async def summed_by_week(snapshot: Snapshot, instants: Sequence[datetime], known_at: datetime | None = None) -> list[Table]:
    """For each instant what the journal counts, cell by cell; a pass for each week of receipt."""
    found: list[Table] = [{} for _ in instants]
    for monday in MONDAYS:
        span = Span(known_at=known_at, since=monday, until=monday + WEEK)
        weeks = await cells(snapshot, instants, span, department_and_reason, OF_WEEKS)
        for table, week in zip(found, weeks, strict=True):
            table.update({(unit, reason, monday): counts for (unit, reason), counts in week.items()})
    return found


def told_at(data: Path) -> dict[str, datetime]:
    """When each event went on record: a replay records a batch of events at the time of its last one."""
    with closing(sqlite3.connect(f"file:{data / 'duban.db'}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT event_id, min(recorded_at) FROM ledger WHERE event_id IS NOT NULL GROUP BY event_id")
        return {event: from_micros(at) for event, at in rows}


async def test_every_department_reason_and_week_is_the_citys_as_of_every_sunday(quarter: Replayed, rows: list[Row]) -> None:
    instants = (*SUNDAY_ENDS, instant(QUARTER_END))
    complaints = [Complaint.of(row) for row in rows]
    async with snapshot_of(quarter.data) as snapshot:
        found = await summed_by_week(snapshot, instants)
    assert found == [counted_by_week(complaints, at) for at in instants]
    assert len(found[-1]) > 500
    assert sum(counts.get("due_closed_on_time", 0) for counts in found[-1].values()) > 10_000


async def test_as_known_on_a_sunday_the_figures_are_of_what_was_on_record_by_then(quarter: Replayed, rows: list[Row]) -> None:
    told = told_at(quarter.data)
    async with snapshot_of(quarter.data) as snapshot:
        for sunday in SUNDAY_ENDS[::3]:
            assert await summed_by_week(snapshot, [sunday], known_at=sunday) == [counted_as_told(rows, sunday, told)], sunday


async def test_what_a_sunday_counts_is_known_once_its_last_event_is_on_record(quarter: Replayed, rows: list[Row]) -> None:
    told = told_at(quarter.data)
    happened = {f"c-{row['case_enquiry_id']}": instant(row["open_dt"]) for row in rows}
    happened |= {f"a-{row['case_enquiry_id']}": instant(row["closed_dt"]) for row in rows if row["closed_dt"]}
    assert all(told[event] >= happened[event] for event in told)
    complaints = [Complaint.of(row) for row in rows]
    async with snapshot_of(quarter.data) as snapshot:
        for sunday in SUNDAY_ENDS[2::5]:
            known_at = max(at for event, at in told.items() if happened[event] <= sunday)
            assert await summed_by_week(snapshot, [sunday], known_at) == [counted_by_week(complaints, sunday)], sunday


def test_the_whole_quarter_lies_in_summer_time(rows: list[Row]) -> None:
    """No day of it has 23 or 25 hours: what such days ask of weeks and dues is not tested by it."""
    said = {row[name] for row in rows for name in ("open_dt", "closed_dt") if row[name] and row[name] < "2011-10-01"}
    assert {datetime.fromisoformat(one).replace(tzinfo=ZONE).utcoffset() for one in said} == {timedelta(hours=-4)}


def test_the_rates_say_what_they_are_made_of(quarter: Replayed) -> None:
    rates = quarter.ask("figures", "--family", "complaint", "--as-of", QUARTER_END, "--json").json["rates"]
    assert (rates["closure"]["numerator"], rates["closure"]["denominator"]) == (25_076, 31_828)
    assert (rates["on_time_closure"]["numerator"], rates["on_time_closure"]["denominator"]) == (18_283, 22_607)


def test_the_books_are_in_order(quarter: Replayed) -> None:
    quarter.prove()


def test_every_late_or_overdue_complaint_has_one_alert_at_its_due(quarter: Replayed, rows: list[Row]) -> None:
    alerts = quarter.overdue
    assert len(alerts) == 2_065 + 2_259
    assert named(alerts) == alerts_due(rows, QUARTER_END)
    assert {(alert["clock"], alert["rung"]) for alert in alerts} == {("finish", "overdue")}


def test_it_takes_less_than_a_minute(quarter: Replayed) -> None:
    print(f"\n{quarter.seconds:.1f} s for the quarter")  # noqa: T201 - a measurement to be seen with -s
    assert quarter.seconds < REPLAY_SECONDS


def test_a_due_before_the_start_is_taken_with_a_warning_and_is_overdue_at_once(rows: list[Row], tmp_path: Path) -> None:
    backwards = [row for row in rows if row["target_dt"] and row["target_dt"] < row["open_dt"]]
    assert len(backwards) == 3
    file = tmp_path / "backwards.jsonl"
    file.write_bytes(b"\n".join(boston_events([row | {"closed_dt": ""} for row in backwards])))
    with up(tmp_path / "data", ENV) as running:
        pushed = asked("push", file, "--data", running.data, "--json")
        met_at = running.process.meanwhile(lambda: overdue_of(running.data), "alerts", within=5)
    assert (pushed.code, pushed.json["accepted"]) == (0, 3)
    assert [[reason["path"] for reason in remark["reasons"]] for remark in pushed.json["remarks"]] == [["$.data.due"]] * 3
    assert named(met_at) == alerts_due([row | {"closed_dt": ""} for row in backwards], "2026-01-01")


def overdue_of(data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked("alerts", "--kind", "overdue", "--json", "--data", data, env=ENV).json
    return found if len(found) == 3 else []


@pytest.fixture(scope="module")
def part(rows: list[Row]) -> list[Row]:
    return rows[:SLICE_ROWS]


@pytest.fixture(scope="module")
def history(part: list[Row]) -> list[bytes]:
    """The events of the slice up to its end, in order."""
    end = instant(SLICE_END)
    return [line for line in boston_events(part) if datetime.fromisoformat(orjson.loads(line)["time"]) <= end]


@pytest.fixture
def as_in_the_file(part: list[Row]) -> Callable[[Replayed], None]:
    """Says that a replay ended as the file says, and recounts its books, on PostgreSQL too."""

    def _same(end: Replayed) -> None:
        assert end.counts == counted(part, SLICE_END)
        assert named(end.overdue) == alerts_due(part, SLICE_END)
        end.prove()

    return _same


def test_every_event_sent_twice(history: list[bytes], tmp_path: Path, as_in_the_file: Callable[[Replayed], None]) -> None:
    as_in_the_file(replayed([line for line in history for _ in range(2)], tmp_path / "twice", SLICE_END))


def test_shuffled_within_a_window(history: list[bytes], tmp_path: Path, as_in_the_file: Callable[[Replayed], None]) -> None:
    chance = random.Random(2011)
    drawn = [(place + chance.uniform(0, WINDOW), line) for place, line in enumerate(history)]
    shuffled = [line for _, line in sorted(drawn)]
    assert shuffled != history
    as_in_the_file(replayed(shuffled, tmp_path / "shuffled", SLICE_END))


def test_killed_in_the_middle_and_started_again(
    history: list[bytes], tmp_path: Path, as_in_the_file: Callable[[Replayed], None]
) -> None:
    data, file = tmp_path / "killed", tmp_path / "history.jsonl"
    file.write_bytes(b"\n".join(history))
    with started("replay", file, "--until", SLICE_END, data=data, env=ENV) as first:
        first.meanwhile(lambda: facts_in(data) > len(history) // 3, "is in the middle", within=60)
        first.kill()
    cut_at = facts_in(data)
    assert len(history) // 3 < cut_at < len(history), "it was not in the middle"
    as_in_the_file(replayed(history, data, SLICE_END))
    assert facts_in(data) > cut_at


async def test_on_postgresql(
    history: list[bytes], tmp_path: Path, postgres: str, as_in_the_file: Callable[[Replayed], None]
) -> None:
    async with databases.fresh_postgres(postgres) as url:

        def _replay() -> None:
            as_in_the_file(replayed(history, tmp_path / "postgres", SLICE_END, {"DUBAN_DATABASE_URL": url}))

        await asyncio.to_thread(_replay)


def facts_in(data: Path) -> int:
    """How many facts are on record, read beside whoever writes."""
    file = data / "duban.db"
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM ledger").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # the schema is being made
