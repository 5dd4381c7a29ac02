"""Periods of campaigns, and the events of a period."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import subjects
from contracts.families import DirectiveIssued
from contracts.handling import Split
from contracts.registry import EVENTS
from shared.codec.campaigns import encode, events_of
from shared.codec.events import Undecodable, decode_event
from shared.domain.budget import Budget
from shared.domain.campaign import CampaignPeriod, Every, due_periods, periods
from shared.domain.matter import Family
from shared.domain.value import replace
from tests.support.campaigns import ENTERPRISES, OWNER, USCC, campaign
from tests.support.sample import CALENDAR

_BY_CALENDAR: Final[list[Every]] = ["half_month", "month", "quarter", "week"]
EVERY: Final = st.sampled_from(_BY_CALENDAR) | st.integers(1, 366)
DAYS: Final = st.dates(date(2019, 1, 1), date(2032, 12, 31))


def span(first: str, last: str, label: str) -> CampaignPeriod:
    return CampaignPeriod(date.fromisoformat(first), date.fromisoformat(last), label)


def all_periods(every: Every, first: str, last: str) -> list[CampaignPeriod]:
    return list(periods(campaign(every, date.fromisoformat(first), date.fromisoformat(last))))


def test_a_hundred_days_have_seven_half_months_of_which_the_last_is_cut() -> None:
    assert all_periods("half_month", "2023-04-01", "2023-07-10") == [
        span("2023-04-01", "2023-04-15", "2023-04上"),
        span("2023-04-16", "2023-04-30", "2023-04下"),
        span("2023-05-01", "2023-05-15", "2023-05上"),
        span("2023-05-16", "2023-05-31", "2023-05下"),
        span("2023-06-01", "2023-06-15", "2023-06上"),
        span("2023-06-16", "2023-06-30", "2023-06下"),
        span("2023-07-01", "2023-07-10", "2023-07上"),
    ]


@pytest.mark.parametrize(("year", "end"), [(2023, 28), (2024, 29), (2100, 28)])
def test_the_second_half_of_february_ends_with_it(year: int, end: int) -> None:
    assert all_periods("half_month", f"{year}-02-01", f"{year}-03-15")[1:] == [
        span(f"{year}-02-16", f"{year}-02-{end}", f"{year}-02下"),
        span(f"{year}-03-01", f"{year}-03-15", f"{year}-03上"),
    ]


def test_a_campaign_of_one_day_within_a_half_month_keeps_the_label_of_the_whole() -> None:
    assert all_periods("half_month", "2023-04-20", "2023-04-20") == [span("2023-04-20", "2023-04-20", "2023-04下")]


def test_months_and_quarters_are_cut_at_both_ends() -> None:
    assert all_periods("month", "2023-11-20", "2024-01-05") == [
        span("2023-11-20", "2023-11-30", "2023-11"),
        span("2023-12-01", "2023-12-31", "2023-12"),
        span("2024-01-01", "2024-01-05", "2024-01"),
    ]
    assert all_periods("quarter", "2023-05-10", "2024-01-05") == [
        span("2023-05-10", "2023-06-30", "2023Q2"),
        span("2023-07-01", "2023-09-30", "2023Q3"),
        span("2023-10-01", "2023-12-31", "2023Q4"),
        span("2024-01-01", "2024-01-05", "2024Q1"),
    ]


def test_weeks_are_those_of_the_iso_year() -> None:
    assert all_periods("week", "2020-12-30", "2021-01-12") == [
        span("2020-12-30", "2021-01-03", "2020-W53"),
        span("2021-01-04", "2021-01-10", "2021-W01"),
        span("2021-01-11", "2021-01-12", "2021-W02"),
    ]


def test_a_number_of_days_is_counted_from_the_first_day() -> None:
    assert all_periods(14, "2023-04-03", "2023-05-03") == [
        span("2023-04-03", "2023-04-16", "2023-04-03"),
        span("2023-04-17", "2023-04-30", "2023-04-17"),
        span("2023-05-01", "2023-05-03", "2023-05-01"),
    ]


@given(EVERY, DAYS, st.integers(0, 800))
def test_periods_are_the_days_of_the_campaign_each_of_them_once(every: Every, first: date, more: int) -> None:
    found = list(periods(campaign(every, first, first + timedelta(days=more))))
    days = [one.first + timedelta(days=day) for one in found for day in range((one.last - one.first).days + 1)]
    assert days == [first + timedelta(days=day) for day in range(more + 1)]
    assert all(one.first <= one.last for one in found)
    assert len({one.label for one in found}) == len(found)


@given(EVERY, DAYS, st.integers(0, 800), st.integers(-30, 830))
def test_a_period_keeps_its_label_and_its_uncut_days_wherever_the_campaign_ends(
    every: Every, first: date, more: int, other: int
) -> None:
    one, another = (list(periods(campaign(every, first, first + timedelta(days=end)))) for end in (more, other))
    shorter = min(len(one), len(another))
    assert one[: shorter - 1] == another[: shorter - 1] or not shorter
    assert [period.label for period in one[:shorter]] == [period.label for period in another[:shorter]]


@pytest.mark.parametrize(("today", "begun"), [("2023-03-31", 0), ("2023-04-01", 1), ("2023-04-15", 1), ("2023-04-16", 2)])
def test_a_period_has_begun_on_its_first_day(today: str, begun: int) -> None:
    assert len(due_periods(campaign(), date.fromisoformat(today))) == begun


def test_all_periods_have_begun_after_the_campaign() -> None:
    assert due_periods(campaign(), date(2024, 1, 1)) == tuple(periods(campaign()))


FIRST: Final = span("2023-04-01", "2023-04-15", "2023-04上")
NUMBER: Final = "hazardous-waste-2023:2023-04上"


def validated(event: dict[str, Any]) -> Any:
    return EVENTS[event["type"]].model_validate(event)


def test_the_events_of_a_period_are_those_of_the_contract() -> None:
    given_, split = (validated(event) for event in events_of(campaign(), FIRST, CALENDAR))
    assert (given_.id, given_.source, given_.owner, given_.subject) == (NUMBER, OWNER, None, NUMBER)
    assert (split.id, split.source, split.owner, split.subject) == (f"{NUMBER}:split", OWNER, None, NUMBER)
    assert given_.time == split.time == datetime.fromisoformat("2023-04-01T00:00:00+08:00")

    assert isinstance(given_.data, DirectiveIssued)
    assert given_.data == DirectiveIssued.model_validate(
        {
            "title": "危险废物百日攻坚拉网排查（2023-04上）",
            "unit": "SOLID-WASTE",
            "due": {"precision": "day", "date": "2023-04-15"},
            "document_number": NUMBER,
        }
    )
    assert isinstance(split.data, Split)
    assert [part.title for part in split.data.parts] == [f"危险废物百日攻坚拉网排查：{name}" for name in ENTERPRISES]
    assert [[(one.name, one.uscc) for one in part.enterprise] for part in split.data.parts] == [
        [(ENTERPRISES[0], USCC)],
        [(ENTERPRISES[1], None)],
        [(ENTERPRISES[2], None)],
    ]
    assert {part.unit for part in split.data.parts} == {"SOLID-WASTE"}


@pytest.mark.parametrize("family", [Family.DIRECTIVE, Family.RECTIFICATION])
@pytest.mark.parametrize("every", ["half_month", "month", "quarter", "week", 14])
def test_the_tracker_would_take_every_event(family: Family, every: Every) -> None:
    whole = campaign(every, family=family)
    for period in periods(whole):
        for event in events_of(whole, period, CALENDAR):
            _, named, what, _ = event["type"].split(".")
            at = subjects.Inbound(OWNER, OWNER, event["subject"], named, what)
            assert not isinstance(decode_event(encode(event), at), Undecodable)
        assert events_of(whole, period, CALENDAR)[0]["type"].split(".")[1] == family


def test_a_cut_period_is_due_at_its_own_end() -> None:
    last = list(periods(campaign()))[-1]
    assert events_of(campaign(), last, CALENDAR)[0]["data"]["due"] == {"precision": "day", "date": "2023-07-10"}


@pytest.mark.parametrize(
    ("budget", "due"),
    [
        ("36h", "2023-04-02T12:00:00+08:00"),
        ("10cd", "2023-04-12T00:00:00+08:00"),
        ("5wd", "2023-04-11T00:00:00+08:00"),  # the 5th is 清明节
    ],
)
def test_a_budget_runs_from_the_start_of_the_period(budget: str, due: str) -> None:
    assert events_of(campaign(due=Budget.parse(budget)), FIRST, CALENDAR)[0]["data"]["due"] == due


def test_what_a_campaign_does_not_say_its_events_do_not_say() -> None:
    given_, split = events_of(replace(campaign(), unit=None), FIRST, CALENDAR)
    assert given_["data"].keys() == {"title", "due", "document_number"}
    assert all(part.keys() == {"title", "enterprise"} for part in split["data"]["parts"])


def test_the_bytes_of_an_event_are_the_same_each_time() -> None:
    once, again = ([encode(event) for event in events_of(campaign(), FIRST, CALENDAR)] for _ in range(2))
    assert once == again
