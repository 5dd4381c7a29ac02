"""The deadline vectors notice a planted fault: in each holiday and make-up day of four years, and in how days are counted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Literal, NamedTuple

import pytest

from shared.domain.calendar import BadCalendar, Calendar, Notice
from shared.domain.period import CIVIL_CODE, Counting
from tests.support.deadline_vectors import FIELD, FIRST, LAST, TABLES, VECTORS, wrong
from tests.support.sample import CALENDAR, SHANGHAI

DAY = timedelta(days=1)
RANGE = [FIRST + DAY * number for number in range(-31, (LAST - FIRST).days + 32)]
"""The days that a period of the tables may touch, and a month around them."""

NEAR = {year: notice for year, notice in CALENDAR.notices.items() if year >= RANGE[0].year}
"""The notices that say something of the range; fewer days to count for each mutant."""

Verdict = Literal["noticed", "refused", "equivalent", "survived"]


class Mutant(NamedTuple):
    """A notice with one fault, and what the fault is."""

    fault: str
    notice: Notice

    @property
    def verdict(self) -> Verdict:
        """What becomes of the fault. Equivalent: every day is what it was, as when a holiday moves within a weekend."""
        try:
            calendar = Calendar(SHANGHAI, (NEAR | {self.notice.year: self.notice}).values())
        except BadCalendar:
            return "refused"
        if all(calendar.is_working(day) == CALENDAR.is_working(day) for day in RANGE):
            return "equivalent"
        return "noticed" if any(wrong(VECTORS, calendar)) else "survived"


def notices() -> Iterator[Notice]:
    return (CALENDAR.notices[year] for year in range(FIRST.year, LAST.year + 1))


def runs(off: Mapping[date, str]) -> Iterator[dict[date, str]]:
    """The holidays of a notice: days in a row of one name."""
    run: dict[date, str] = {}
    for day in sorted(off):
        if run and run.get(day - DAY) != off[day]:
            yield run
            run = {}
        run[day] = off[day]
    yield run


def shifted(by: int) -> Iterator[Mutant]:
    for notice in notices():
        for run in runs(notice.off):
            others = {day: name for day, name in notice.off.items() if day not in run}
            moved = {day + by * DAY: name for day, name in run.items()}
            yield Mutant(f"{min(run)} {run[min(run)]} {by:+}", replace(notice, off=others | moved))


def without_a_day_off() -> Iterator[Mutant]:
    for notice in notices():
        for day in notice.off:
            yield Mutant(f"{day}", replace(notice, off={one: name for one, name in notice.off.items() if one != day}))


def without_a_make_up_day() -> Iterator[Mutant]:
    for notice in notices():
        for day in notice.work:
            yield Mutant(f"{day}", replace(notice, work={one: name for one, name in notice.work.items() if one != day}))


def verdicts(*mutants: Iterator[Mutant]) -> dict[Verdict, set[str]]:
    there: dict[Verdict, set[str]] = {"noticed": set(), "refused": set(), "equivalent": set(), "survived": set()}
    for several in mutants:
        for mutant in several:
            there[mutant.verdict].add(mutant.fault)
    return there


def test_without_a_fault_nothing_is_noticed() -> None:
    assert list(wrong(VECTORS, CALENDAR)) == []


def test_each_holiday_that_is_shifted_by_a_day_is_noticed() -> None:
    there = verdicts(shifted(+1), shifted(-1))
    assert there["survived"] == set()
    assert there["equivalent"] == {"2023-12-30 元旦 +1"}, "Saturday and Sunday, and the Monday is New Year already"
    assert len(there["noticed"]) >= 50
    holidays = {f"{min(run)} {run[min(run)]}" for notice in notices() for run in runs(notice.off)}
    assert len(holidays) == 30
    assert {fault[: -len(" +1")] for fault in there["noticed"]} == holidays, "each of them in one direction at least"
    # Onto a make-up day of its own: there is no such calendar.
    assert there["refused"] == {
        *("2023-01-21 春节 +1", "2023-06-22 端午 +1", "2023-09-30 国庆节 +1", "2024-02-10 春节 +1", "2024-04-04 清明 +1"),
        *("2024-09-15 中秋 -1", "2026-01-01 元旦 +1", "2026-02-15 春节 -1"),
    }


def test_each_day_off_that_is_dropped_is_noticed_unless_it_lies_in_a_weekend() -> None:
    there = verdicts(without_a_day_off())
    assert there["survived"] == there["refused"] == set()
    assert all(date.fromisoformat(day).weekday() >= 5 for day in there["equivalent"])
    assert all(date.fromisoformat(day).weekday() < 5 for day in there["noticed"])
    assert len(there["noticed"]) >= 70


def test_each_make_up_day_that_is_dropped_is_noticed() -> None:
    there = verdicts(without_a_make_up_day())
    assert there["noticed"] == {str(day) for notice in notices() for day in notice.work}
    assert len(there["noticed"]) == 26


@pytest.mark.parametrize(
    ("counting", "blind"),
    [
        (replace(CIVIL_CODE, first_day_counts=True), set()),
        (replace(CIVIL_CODE, roll=False), {"5wd"}),  # working days end on one of themselves
        (replace(CIVIL_CODE, cut_off=time(17, 30)), set()),
        (replace(CIVIL_CODE, day_from=time(8)), set()),
    ],
)
def test_each_other_way_of_counting_is_noticed_in_the_cases_and_in_each_table(counting: Counting, blind: set[str]) -> None:
    asked = {"the cases": FIELD} | TABLES
    assert {name for name, vectors in asked.items() if any(wrong(vectors, CALENDAR, counting))} == asked.keys() - blind
