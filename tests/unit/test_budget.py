"""How long a clock runs: minutes, hours, calendar days, and dues that are coarser than an instant."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import period
from shared.domain.budget import BadBudget, Budget, DuePeriod, Precision
from shared.domain.calendar import Calendar
from shared.domain.period import Counting
from tests.support.sample import SHANGHAI

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
INSTANTS = st.integers(0, 120 * 366 * 86_400).map(lambda seconds: datetime(1980, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
ZONES = st.sampled_from([SHANGHAI, NEW_YORK, UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Kiritimati")])


def due(budget: str, anchor: datetime, zone: ZoneInfo = SHANGHAI) -> datetime | None:
    return period.due(Budget.parse(budget), Counting(roll=False), anchor, Calendar(zone, ())).at


def local_midnight(year: int, month: int, day: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(year, month, day, tzinfo=zone)


@pytest.mark.parametrize("text", ["1min", "30min", "24h", "1h", "8wh", "30cd", "99999cd", "5wd", "2mo", "open"])
def test_a_budget_is_written_as_it_is_read(text: str) -> None:
    assert str(Budget.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0h",
        "-1h",
        "024h",
        "24",
        "h",
        "24 h",
        " 24h",
        "24h\n",
        "24H",
        "1.5h",
        "100000cd",
        "opened",
        "1201mo",
        "0wh",
        "8hw",
        "\uff11h",
        "1\u0663h",
    ],
)
def test_what_is_no_budget_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(BadBudget) as refused:
        Budget.parse(text)
    assert repr(text) in str(refused.value)
    assert "write a number with min, h, wh, cd, wd or mo, such as 24h, 8wh or 5wd" in str(refused.value)


def test_hours_and_minutes_run_through_nights_and_holidays() -> None:
    assert due("24h", MONDAY) == MONDAY + timedelta(days=1)
    assert due("30min", MONDAY) == MONDAY + timedelta(minutes=30)


def test_hours_are_hours_also_in_the_night_that_the_clocks_are_put_back() -> None:
    before = datetime(2026, 10, 31, 20, 0, tzinfo=NEW_YORK).astimezone(UTC)
    after = due("24h", before, NEW_YORK)
    assert after is not None
    assert after.astimezone(NEW_YORK) == datetime(2026, 11, 1, 19, 0, tzinfo=NEW_YORK)


def test_the_first_day_is_not_counted_and_the_last_ends_at_midnight() -> None:
    assert due("1cd", MONDAY) == local_midnight(2026, 11, 25)
    assert due("30cd", MONDAY) == local_midnight(2026, 12, 24)


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_the_hour_of_the_start_does_not_move_a_due_in_days(hour: int) -> None:
    assert due("10cd", datetime(2026, 11, 23, hour, 59, 59, tzinfo=SHANGHAI)) == local_midnight(2026, 12, 4)


def test_days_are_local_days() -> None:
    late_evening_in_utc = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # the 24th in Shanghai
    assert due("1cd", late_evening_in_utc) == local_midnight(2026, 11, 26)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 10, 31, 12, tzinfo=NEW_YORK), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # put back: a day of 25 hours
        (datetime(2026, 3, 7, 12, tzinfo=NEW_YORK), datetime(2026, 3, 9, 4, tzinfo=UTC)),  # put forward: a day of 23 hours
    ],
)
def test_days_end_at_local_midnight_whatever_the_clocks_do(start: datetime, end: datetime) -> None:
    assert due("1cd", start, NEW_YORK) == end


def test_an_open_ended_budget_has_no_due() -> None:
    assert due("open", MONDAY) is None


@settings(max_examples=200, deadline=None)
@given(INSTANTS, st.integers(1, 400), ZONES)
def test_a_due_in_days_is_a_local_midnight_more_than_that_many_days_off(anchor: datetime, days: int, zone: ZoneInfo) -> None:
    instant = due(f"{days}cd", anchor, zone)
    assert instant is not None
    assert instant.tzinfo is UTC
    local = instant.astimezone(zone)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    assert local.date() - anchor.astimezone(zone).date() == timedelta(days=days + 1)


@settings(max_examples=200, deadline=None)
@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)), st.sampled_from(["5min", "7h", "30cd"]), ZONES)
def test_a_later_start_is_never_due_earlier(anchor: datetime, later: timedelta, budget: str, zone: ZoneInfo) -> None:
    first, second = due(budget, anchor, zone), due(budget, anchor + later, zone)
    assert first is not None
    assert second is not None
    assert anchor < first <= second


@pytest.mark.parametrize(
    ("precision", "day", "next_day"),
    [
        ("day", "2023-09-30", "2023-10-01"),
        ("month_end", "2023-09-01", "2023-10-01"),
        ("month_end", "2023-12-05", "2024-01-01"),
        ("month_end", "2024-02-29", "2024-03-01"),
        ("quarter_end", "2023-01-01", "2023-04-01"),
        ("quarter_end", "2023-09-30", "2023-10-01"),
        ("quarter_end", "2023-10-01", "2024-01-01"),
        ("half_year_end", "2023-06-30", "2023-07-01"),
        ("half_year_end", "2023-07-01", "2024-01-01"),
    ],
)
def test_a_coarse_due_ends_at_midnight_after_its_last_day(precision: Precision, day: str, next_day: str) -> None:
    expected = local_midnight(*date.fromisoformat(next_day).timetuple()[:3])
    instant = DuePeriod(precision, date.fromisoformat(day)).due(SHANGHAI)
    assert instant == expected
    assert instant is not None
    assert instant.tzinfo is UTC


def test_before_the_end_of_september_is_the_first_of_october_in_shanghai() -> None:
    assert DuePeriod("month_end", date(2023, 9, 1)).due(SHANGHAI) == datetime(2023, 9, 30, 16, 0, tzinfo=UTC)


def test_an_open_ended_due_is_none() -> None:
    assert DuePeriod("open_ended", None).due(SHANGHAI) is None


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), ZONES)
def test_coarser_dues_come_later(day: date, zone: ZoneInfo) -> None:
    rising: list[Precision] = ["day", "month_end", "quarter_end", "half_year_end"]
    dues = [instant for precision in rising if (instant := DuePeriod(precision, day).due(zone)) is not None]
    assert len(dues) == len(rising)
    assert dues == sorted(dues)
