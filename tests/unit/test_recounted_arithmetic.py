"""A clock that is counted on another calendar is what it would be if it had been counted on it from the start."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import assume
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from shared.domain.budget import Budget
from shared.domain.clock import ClockName, started
from shared.domain.period import CIVIL_CODE, Counting
from shared.domain.rule import Rule
from tests.support.another_calendar import NEWER, days
from tests.support.sample import CALENDAR, at

STARTS = st.integers(0, 500 * 24 * 60).map(lambda minutes: datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes))
BUDGETS = st.builds(Budget, st.integers(1, 60), st.sampled_from(["wd", "cd", "h"])) | st.builds(
    Budget, st.integers(1, 9), st.just("mo")
)
COUNTINGS = st.sampled_from([CIVIL_CODE, Counting(roll=False), Counting(first_day_counts=True)])
RULES: Final[Any] = st.builds(Rule, st.just("r"), BUDGETS, st.just("c"), st.just((Budget(1, "wd"),)), COUNTINGS)


@hypothesis_given(RULES, STARTS)
def test_recounted_at_once_a_clock_is_what_it_would_be_if_it_had_been_started_on_the_new_calendar(
    one: Rule, start: datetime
) -> None:
    old, new = (started(ClockName.FINISH, one, start, calendar, policy_version=1) for calendar in (CALENDAR, NEWER))
    again = old.recounted(one, start, NEWER)
    assert (again.due, again.rungs, again.provisional) == (new.due, new.rungs, new.provisional)
    assert again.version == 1 + (new.due != old.due)


@hypothesis_given(RULES, STARTS, st.lists(st.tuples(st.integers(1, 30 * 24), st.integers(0, 20 * 24)), max_size=3), st.data())
def test_suspended_and_resumed_it_is_recounted_to_what_a_direct_computation_gives(
    one: Rule, start: datetime, pauses: list[tuple[int, int]], data: st.DataObject
) -> None:
    old, new = (started(ClockName.FINISH, one, start, calendar, policy_version=1) for calendar in (CALENDAR, NEWER))
    when = start
    for ran, stood in pauses:
        when += timedelta(hours=ran)
        # What was overdue when it stood still on one calendar, and on the other not, is another story.
        assume(all(clock.due is not None and when <= clock.due for clock in (old, new)))
        again = when + timedelta(hours=stood)
        old, new = old.stopped(when).resumed(one, again, CALENDAR), new.stopped(when).resumed(one, again, NEWER)
        when = again
    later = when + timedelta(hours=data.draw(st.integers(0, 24 * 9)))
    counted = old.recounted(one, later, NEWER)
    assert (counted.due, counted.provisional) == (new.due, new.provisional)
    back = counted.recounted(one, later + timedelta(hours=1), CALENDAR)
    assert back.due == old.due


@pytest.mark.parametrize("unit", ["wd", "cd"])
def test_a_clock_restarted_by_a_transfer_is_recounted_from_its_new_start(unit: str) -> None:
    one = days(20, unit)
    first = started(ClockName.SIGN, one, at(0), CALENDAR, policy_version=1)
    moved_on = first.restarted(one, at(20), CALENDAR)
    direct = started(ClockName.SIGN, one, at(20), NEWER, policy_version=1)
    assert moved_on.recounted(one, at(21), NEWER).due == direct.due


def test_a_clock_that_is_restarted_by_what_came_earlier_does_not_run_backwards() -> None:
    one = days(20)
    ran = started(ClockName.SIGN, one, at(0), CALENDAR, policy_version=1).restarted(one, at(20), CALENDAR).stopped(at(21))
    again = ran.restarted(one, at(3), CALENDAR)
    assert (again.anchor, again.since) == (at(21), at(21))
    assert again.recounted(one, at(22), CALENDAR) == again
