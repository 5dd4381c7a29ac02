"""Telling again after the due: rungs of a clock that nobody stopped, in working or natural time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from shared.calendars import load_calendar
from shared.domain.budget import Budget
from shared.domain.clock import ClockName
from shared.domain.matter import Family
from shared.domain.policy import Rulebook
from shared.domain.shift import behind
from shared.domain.value import replace
from shared.policies import load_policies
from tests.support.sample import POLICIES, RULEBOOK, SHANGHAI, amend, approve, at, register
from tests.support.scenario import finish_of, given, the

CALENDAR = load_calendar(SHANGHAI)
MOMENT = timedelta(microseconds=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due", "lag", "told"),
    [
        ("2026-11-28T00:00", "1wd", "2026-11-30T00:00"),  # the end of a Friday: the Monday
        ("2026-11-27T17:30", "1wd", "2026-11-30T00:00"),  # close of business of the same Friday
        ("2026-10-01T00:00", "1wd", "2026-10-08T00:00"),  # the last day before the National Day holiday
        ("2026-09-19T00:00", "1wd", "2026-09-20T00:00"),  # the Sunday is made up for
        ("2026-09-19T00:00", "5wd", "2026-09-24T00:00"),
        ("2026-11-28T00:00", "1cd", "2026-11-29T00:00"),
        ("2026-11-28T03:20", "4h", "2026-11-28T07:20"),  # at night and on holidays alike
        ("2026-11-28T03:20", "30min", "2026-11-28T03:50"),
        ("2026-11-27T17:00", "1wh", "2026-11-30T09:00"),
    ],
)
def test_a_lag_is_counted_from_the_due(due: str, lag: str, told: str) -> None:
    assert behind(local(due), Budget.parse(lag), CALENDAR) == local(told)


@hypothesis_given(st.integers(0, 1400 * 24 * 60), st.integers(1, 20))
def test_a_working_day_after_the_due_is_one_and_comes_after_it(minutes: int, days: int) -> None:
    due = local("2023-01-01T00:00") + timedelta(minutes=minutes)
    told = behind(due, Budget(days, "wd"), CALENDAR)
    assert told > due - MOMENT
    assert CALENDAR.is_working(told.astimezone(SHANGHAI).date())
    last = (due - MOMENT).astimezone(SHANGHAI).date()
    assert CALENDAR.working_days(last, told.astimezone(SHANGHAI).date()) == days


LATE = replace(
    POLICIES["reported"],
    finish={
        family: replace(rule, late=(Budget(5, "wd"), Budget(1, "wd"))) for family, rule in POLICIES["reported"].finish.items()
    },
)
BOOK: Rulebook = replace(RULEBOOK, policies=POLICIES | {"reported": LATE})
DUE = at(4)
"""A Friday, 09:00 in Shanghai."""


def raised(now: datetime, *commands: object) -> list[str]:
    task = given(register(policy="reported", due=DUE), *commands, rulebook=BOOK).swept(now).task  # type: ignore[arg-type]
    return [alert.rung for alert in the(task).alerts if alert.kind == "overdue"]


def test_what_is_not_done_is_told_again_in_order_and_once_each() -> None:
    assert raised(DUE) == []
    assert raised(DUE + MOMENT) == ["overdue"]
    assert raised(local("2026-11-30T00:00")) == ["overdue"]
    assert raised(local("2026-11-30T00:00") + MOMENT) == ["overdue", "late-1wd"]
    assert raised(local("2026-12-04T00:00") + MOMENT) == ["overdue", "late-1wd", "late-5wd"]
    assert raised(at(300)) == ["overdue", "late-1wd", "late-5wd"]


def test_what_is_done_is_told_no_more() -> None:
    assert raised(at(300), approve(local("2026-11-29T12:00"))) == ["overdue"]
    assert raised(at(300), approve(DUE)) == []


def test_the_last_of_them_is_what_the_task_waits_for() -> None:
    task = the(given(register(policy="reported", due=DUE), rulebook=BOOK).swept(local("2026-11-30T00:00") + MOMENT).task)
    assert task.wakes_at == local("2026-12-04T00:00")
    assert task.is_overdue(ClockName.FINISH)


def test_the_shipped_hotline_of_the_province_shows_its_red_card_on_the_first_working_day_after() -> None:
    rule = load_policies()["hotline-shandong-provincial"].finish
    assert {str(lag) for one in rule.values() for lag in one.late} == {"1wd"}


SHIPPED: Rulebook = replace(RULEBOOK, policies=load_policies())
LONG = ["near-3cd", "near-1cd", "overdue", "late-1wd", "late-5wd"]
SHORT = ["near-30min", "near-15min", "overdue", "late-1h", "late-4h"]


def rungs(due: datetime, *commands: object) -> list[str]:
    task = given(register(policy="standard", family=Family.DIRECTIVE, due=due), *commands, rulebook=SHIPPED).task  # type: ignore[arg-type]
    return [rung.name for rung in finish_of(task).rungs]


@pytest.mark.parametrize(
    ("due", "names"),
    [
        (at(30), LONG),
        (at(hours=24, minutes=1), ["near-1cd", "overdue", "late-1wd", "late-5wd"]),
        (at(hours=24), SHORT),
        (at(hours=3), SHORT),
        (at(minutes=20), SHORT[1:]),
        (at(minutes=10), SHORT[2:]),
    ],
)
def test_a_due_of_hours_that_the_sender_gives_warns_in_minutes(due: datetime, names: list[str]) -> None:
    assert rungs(due) == names


def test_a_due_that_moves_to_this_evening_warns_in_minutes_and_one_that_moves_to_next_month_in_days() -> None:
    assert rungs(at(30), amend(at(20), due=at(20.3))) == SHORT
    assert rungs(at(hours=3), amend(at(hours=1), due=at(30))) == LONG
    assert rungs(at(hours=3), amend(at(hours=5), due=at(hours=2))) == SHORT[2:], "three hours that were moved stay of hours"


def test_where_a_rule_says_nothing_of_hours_it_warns_as_ever() -> None:
    task = given(register(policy="reported", due=at(hours=3)), rulebook=BOOK).task
    assert [rung.name for rung in finish_of(task).rungs] == ["overdue", "late-1wd", "late-5wd"]
