"""The demo's figures are what its events say, counted apart: by unit, source, category and month, as of each month's end."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from services.cli.demo import half_year
from shared.domain.timeline import Account
from shared.figures.sums import Span
from shared.storage.reading import Snapshot
from tests.support.demo_counted import MEASURES, MONTH_ENDS, Course, counted, courses, with_rules
from tests.support.duban import Process, asked
from tests.support.opened import Cells, cells, snapshot_of

FIRST_DAYS = (*(date(2023, month, 1) for month in range(1, 7)), date(2023, 7, 1))


@pytest.fixture(scope="module")
def data(finished_demo: Process) -> Path:
    """The data folder of the demo, fed to its end."""
    return finished_demo.data


@pytest.fixture(scope="module")
def told(data: Path) -> list[Course]:
    """What the events say; the dues that only a rule gave are those that `task show` tells."""
    found = courses(half_year())
    return with_rules(found, {number: shown_due(data, *number) for number, course in found.items() if not course.dues})


def shown_due(data: Path, owner: str, number: str) -> datetime | None:
    shown = asked("task", "show", owner, number, "--json", "--data", data).json
    dues = [clock["due"] for clock in shown["clocks"] if clock["name"] == "finish"]
    return datetime.fromisoformat(dues[0]) if dues and dues[0] else None


def unit_source_and_category(account: Account) -> tuple[str, ...]:
    return account.unit, account.source, *account.category


async def summed_by_month(snapshot: Snapshot, instants: Sequence[datetime], known_at: datetime | None = None) -> list[Cells]:
    """For each instant what the journal counts, cell by cell; a pass for each month of receipt."""
    found: list[Cells] = [{} for _ in instants]
    for since, until in pairwise(FIRST_DAYS):
        months = await cells(snapshot, instants, Span(known_at, since, until), unit_source_and_category, MEASURES)
        for table, month in zip(found, months, strict=True):
            table.update({(*key, f"{since:%Y-%m}"): counts for key, counts in month.items()})
    return found


async def test_every_cell_is_what_the_events_say_as_of_every_months_end(data: Path, told: list[Course]) -> None:
    async with snapshot_of(data) as snapshot:
        found = await summed_by_month(snapshot, MONTH_ENDS)
    assert found == [counted(told, at) for at in MONTH_ENDS]
    assert len(found[-1]) > 50
    seen = {measure for table in found for counts in table.values() for measure in counts}
    assert seen == set(MEASURES)


async def test_it_was_known_then_what_is_known_now(data: Path, told: list[Course]) -> None:
    """Every event of the demo is on record by the end of its day."""
    async with snapshot_of(data) as snapshot:
        for at in MONTH_ENDS:
            assert await summed_by_month(snapshot, [at], known_at=at) == [counted(told, at)], at


async def test_the_one_extension_counts_from_the_day_it_was_granted(data: Path, told: list[Course]) -> None:
    (extended,) = [course for course in told if len(course.dues) > 1]
    (_, original), (granted, later) = extended.dues
    assert original is not None
    assert later is not None
    closed = extended.times["approved"][0]
    assert granted < original < closed < later
    async with snapshot_of(data) as snapshot:
        for at in (granted - timedelta(minutes=1), original + timedelta(minutes=1), closed, later + timedelta(minutes=1)):
            assert await summed_by_month(snapshot, [at]) == [counted(told, at)], at


def test_only_the_complaints_and_three_directives_rest_on_the_due_of_a_rule(told: list[Course]) -> None:
    by_rule = [course for course in told if "due" not in course.opened["data"]]
    families = Counter(course.opened["type"].split(".")[1] for course in by_rule)
    assert families == {"complaint": 59, "directive": 3}
    assert len(told) == 188
    assert all(course.dues[0][1] is not None for course in by_rule)
