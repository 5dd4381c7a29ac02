"""Periods as offices name them."""

from datetime import date, datetime

import pytest
import typer

from services.cli.console import instant
from shared.figures.period import BadPeriod, chinese_instant, instant_a_year_before, period_of, read_period
from shared.report.gather import usual_as_of
from tests.support.sample import SHANGHAI


@pytest.mark.parametrize(
    ("text", "name", "since", "until"),
    [
        ("2023", "2023年", date(2023, 1, 1), date(2024, 1, 1)),
        ("2023H1", "2023年上半年", date(2023, 1, 1), date(2023, 7, 1)),
        ("2023H2", "2023年下半年", date(2023, 7, 1), date(2024, 1, 1)),
        ("2023Q2", "2023年第二季度", date(2023, 4, 1), date(2023, 7, 1)),
        ("2023Q4", "2023年第四季度", date(2023, 10, 1), date(2024, 1, 1)),
        ("2023-12", "2023年12月", date(2023, 12, 1), date(2024, 1, 1)),
        ("2023-01-01..2023-06-18", "2023年1月1日至6月18日", date(2023, 1, 1), date(2023, 6, 19)),
        ("2022-12-05..2023-01-31", "2022年12月5日至2023年1月31日", date(2022, 12, 5), date(2023, 2, 1)),
        ("2023-02-01..2023-03-31", "2023年2月1日至3月31日", date(2023, 2, 1), date(2023, 4, 1)),
    ],
)
def test_a_period_has_its_days_and_its_name(text: str, name: str, since: date, until: date) -> None:
    period = read_period(text)
    assert (period.name, period.since, period.until) == (name, since, until)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023H3",
        "2023Q0",
        "2023-13",
        "23H1",
        "2023h1",
        "2023-06-01",
        "2023-06-18..2023-06-01",
        "2023-02-30..2023-03-01",
        "..",
        "２０２３",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod):
        read_period(text)


def test_days_that_make_a_named_period_have_its_name() -> None:
    assert period_of(date(2023, 1, 1), date(2023, 7, 1)) == read_period("2023H1")


def test_last_year_has_the_same_days() -> None:
    assert read_period("2023H1").last_year == read_period("2022H1")
    assert read_period("2023-01-01..2023-06-18").last_year == read_period("2022-01-01..2022-06-18")


def test_a_leap_day_at_either_end_keeps_february_whole() -> None:
    assert read_period("2024-02-01..2024-02-28").last_year == read_period("2023-02")
    assert read_period("2024-02").last_year == read_period("2023-02")
    leap = datetime(2024, 2, 29, tzinfo=SHANGHAI)
    assert instant_a_year_before(leap) == datetime(2023, 3, 1, tzinfo=SHANGHAI)


def test_midnight_ends_the_day_before() -> None:
    assert chinese_instant(datetime(2023, 6, 19, tzinfo=SHANGHAI)) == "2023年6月18日24时"
    assert chinese_instant(datetime(2023, 6, 19, 8, 5, tzinfo=SHANGHAI)) == "2023年6月19日8时05分"


def test_a_period_is_judged_at_its_end_or_now_while_it_lasts() -> None:
    period = read_period("2023H1")
    end = datetime(2023, 7, 1, tzinfo=SHANGHAI)
    during = datetime(2023, 6, 19, tzinfo=SHANGHAI)
    assert usual_as_of(period, datetime(2026, 1, 1, tzinfo=SHANGHAI), SHANGHAI) == end
    assert usual_as_of(period, during, SHANGHAI) == during


def test_a_period_holds_those_within_it_only() -> None:
    half = read_period("2023H1")
    assert half.holds(read_period("2023Q2"))
    assert half.holds(half)
    assert not half.holds(read_period("2023"))
    assert not half.holds(read_period("2023-06-30..2023-07-01"))


@pytest.mark.parametrize("text", ["0001-01-01..0001-12-31", "1899", "3000-01-01..3000-12-31", "2023-01-01..9999-12-30"])
def test_at_the_ends_of_the_calendar_nothing_is_reckoned(text: str) -> None:
    with pytest.raises(BadPeriod):
        read_period(text)


def test_the_last_year_is_a_period() -> None:
    assert (read_period("2999").until, read_period("2999-12-01..2999-12-31").until) == (date(3000, 1, 1), date(3000, 1, 1))


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59-10:00"])
def test_a_command_refuses_an_instant_there_with_the_years_that_it_takes(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="from 1900 to 2999"):
        instant(text, SHANGHAI)
