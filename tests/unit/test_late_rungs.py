"""Telling again after the due: rungs of a clock that nobody stopped, in working or natural time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from shared.calendars import load_calendar
from shared.domain.budget import Budget
from shared.domain.clock import ClockName
from shared.domain.policy import Rulebook
from shared.domain.shift import behind
from shared.domain.value import replace
from shared.policies import load_policies
from tests.support.sample import POLICIES, RULEBOOK, SHANGHAI, approve, at, register
from tests.support.scenario import given, the

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
