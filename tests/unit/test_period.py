"""How budgets are counted off: the arithmetic of the civil code on the calendar of the State Council's notices."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendars import load_calendar
from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.period import CIVIL_CODE, Counting, Due, due, spelled, trace
from tests.support.deadline_vectors import FIELD, TABLES, Vector, wrong
from tests.support.sample import SHANGHAI

CALENDAR = load_calendar(SHANGHAI)
PLAIN = Counting(roll=False)
STARTS = st.integers(0, 21 * 365 * 24 * 60).map(lambda minutes: datetime(2004, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes))
"""Until autumn 2025: what begins then ends in 2026 at the latest."""
BUDGETS = st.one_of(
    st.builds(Budget, st.integers(1, 120), st.sampled_from(["cd", "wd"])), st.builds(Budget, st.integers(1, 11), st.just("mo"))
)
COUNTINGS = st.builds(
    Counting, st.booleans(), st.booleans(), st.none() | st.just(time(17, 30)), st.sampled_from([time(0), time(8)])
)


def counted(budget: str, start: str, counting: Counting = CIVIL_CODE, calendar: Calendar = CALENDAR) -> Due:
    anchor = datetime.fromisoformat(start)
    return due(Budget.parse(budget), counting, anchor.replace(tzinfo=anchor.tzinfo or SHANGHAI).astimezone(UTC), calendar)


def last_day(budget: str, start: str, counting: Counting = CIVIL_CODE, calendar: Calendar = CALENDAR) -> str:
    """The last day of a period that ends at 24:00."""
    at = counted(budget, start, counting, calendar).at
    assert at is not None
    local = at.astimezone(SHANGHAI)
    assert local.time() == time.min
    return str(local.date() - timedelta(days=1))


@pytest.mark.parametrize("case", FIELD, ids=str)
def test_the_cases_of_the_field(case: Vector) -> None:
    assert list(wrong([case], CALENDAR)) == []


def test_the_unknown_year_makes_a_due_provisional_and_its_notice_settles_it() -> None:
    assert counted("5wd", "2026-12-28").provisional
    assert counted("60cd", "2026-11-10").provisional
    assert not counted("5wd", "2026-11-23").provisional
    assert not counted("60cd", "2026-11-10", PLAIN).provisional, "no day of it depends on what offices do"
    assert not counted("48h", "2026-12-31T09:00").provisional
    notice = replace(CALENDAR.notices[2026], year=2027, off={date(2027, 1, 1): "元旦"}, work={date(2027, 1, 2): "补班"})
    settled = Calendar(SHANGHAI, [*CALENDAR.notices.values(), notice])
    assert not counted("5wd", "2026-12-28", calendar=settled).provisional
    assert last_day("5wd", "2026-12-28", calendar=settled) == "2027-01-04"


def test_hours_have_no_days_to_explain() -> None:
    assert trace(Budget.parse("2h"), CIVIL_CODE, datetime(2026, 1, 1, tzinfo=UTC), CALENDAR) == ()


@pytest.mark.parametrize(
    ("start", "budget", "end"),
    [
        ("2026-01-31", "1mo", "2026-02-28"),
        ("2024-01-31", "1mo", "2024-02-29"),
        ("2026-08-31", "6mo", "2027-02-28"),
        ("2026-10-31", "2mo", "2026-12-31"),
        ("2026-03-15", "12mo", "2027-03-15"),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(start: str, budget: str, end: str) -> None:
    assert last_day(budget, start, PLAIN) == end


def test_a_rule_may_count_the_first_day_end_at_the_close_of_business_or_begin_its_days_at_eight() -> None:
    assert last_day("5wd", "2026-11-23", Counting(first_day_counts=True)) == "2026-11-27"
    assert last_day("10cd", "2026-11-02", Counting(first_day_counts=True)) == "2026-11-11"
    assert counted("5wd", "2026-11-23", Counting(cut_off=time(17, 30))).at == datetime(2026, 11, 30, 17, 30, tzinfo=SHANGHAI)
    batch = Counting(roll=False, day_from=time(8))
    assert last_day("10cd", "2026-11-11T07:59", batch) == "2026-11-20"
    assert last_day("10cd", "2026-11-11T08:00", batch) == "2026-11-21"


@pytest.mark.parametrize("budget", TABLES)
def test_a_period_from_every_day_of_four_years_ends_where_an_independent_count_says(budget: str) -> None:
    assert len(TABLES[budget]) == 1461
    assert list(wrong(TABLES[budget], CALENDAR)) == []


@given(STARTS, BUDGETS, COUNTINGS)
def test_the_trace_explains_the_due(anchor: datetime, budget: Budget, counting: Counting) -> None:
    there = due(budget, counting, anchor, CALENDAR)
    explained = trace(budget, counting, anchor, CALENDAR)
    assert there.at is not None
    ends = there.at.astimezone(SHANGHAI)
    assert explained[-1].day == (ends.date() if counting.cut_off else ends.date() - timedelta(days=1))
    assert [one.day for one in explained] == [explained[0].day + timedelta(days=n) for n in range(len(explained))]
    if budget.unit != "mo":
        assert sum(one.counted for one in explained) == budget.number
    if budget.unit == "wd":
        assert all(chinese_calendar.is_workday(one.day) for one in explained if one.counted)
    if budget.unit == "wd" or counting.roll:
        assert chinese_calendar.is_workday(explained[-1].day)
    assert (explained[0].why == "first-day") != counting.first_day_counts or not explained[0].counted
    for one in explained:
        assert one.counted == (one.why == "counted")


@given(STARTS, st.timedeltas(timedelta(0), timedelta(days=400)), BUDGETS, COUNTINGS)
def test_a_later_start_is_never_due_earlier(anchor: datetime, later: timedelta, budget: Budget, counting: Counting) -> None:
    first, second = due(budget, counting, anchor, CALENDAR).at, due(budget, counting, anchor + later, CALENDAR).at
    assert first is not None
    assert second is not None
    assert first <= second


@settings(max_examples=300, deadline=None)
@given(BUDGETS, COUNTINGS, STARTS)
def test_the_days_spelled_out_are_those_of_the_trace(budget: Budget, counting: Counting, anchor: datetime) -> None:
    days = trace(budget, counting, anchor, CALENDAR)
    assert due(budget, counting, anchor, CALENDAR).days == spelled(days)
