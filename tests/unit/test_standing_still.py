"""Suspending and resuming: what was left of a period runs on, and alerts know nothing of the time between."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from shared.domain.budget import Budget, start_of
from shared.domain.clock import ClockName, Segment, started
from shared.domain.explain import days_of
from shared.domain.period import CIVIL_CODE, Counting, due
from shared.domain.rule import Rule
from shared.domain.shift import resumed
from shared.domain.task import Handling, Suspended
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    CALENDAR,
    SHANGHAI,
    amend,
    approve,
    at,
    record,
    register,
    resume,
    sign,
    submit,
    suspend,
    withdraw,
)
from tests.support.scenario import finish_of, given, the

HANDLING = given(register(), sign(at(hours=1)))
SUSPENDED = given(register(), sign(at(hours=1)), suspend(at(2)))


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("budget", "start", "stood", "ran", "end"),
    [
        # 2 of 5 working days are used on the Thursday (30 Sep and 8 Oct); 9, 10 (make-up) and 12 October are left.
        ("5wd", "2026-09-29T10:00", "2026-10-08T15:00", "2026-10-08T16:00", "2026-10-13T00:00"),
        ("5wd", "2026-09-29T10:00", "2026-10-08T15:00", "2026-10-12T09:00", "2026-10-16T00:00"),
        ("5wd", "2026-09-29T10:00", "2026-10-12T15:00", "2026-10-20T09:00", "2026-10-21T00:00"),
        ("10cd", "2026-11-02T10:00", "2026-11-05T10:00", "2026-11-08T10:00", "2026-11-17T00:00"),
        ("10cd", "2026-11-02T10:00", "2026-11-05T10:00", "2026-11-07T10:00", "2026-11-17T00:00"),  # 14 and 15 are a weekend
        ("24h", "2026-11-02T10:00", "2026-11-02T12:00", "2026-11-03T12:30", "2026-11-04T10:30"),
        ("1mo", "2026-11-02T10:00", "2026-11-10T10:00", "2026-11-13T10:00", "2026-12-08T00:00"),  # 5 and 6 are a weekend
    ],
)
def test_what_was_left_runs_on(budget: str, start: str, stood: str, ran: str, end: str) -> None:
    parsed = Budget.parse(budget)
    first = due(parsed, CIVIL_CODE, shanghai(start).astimezone(UTC), CALENDAR).at
    assert first is not None
    anchor = shanghai(start)
    assert resumed(first, parsed, CIVIL_CODE, anchor, [(anchor, shanghai(stood))], shanghai(ran), CALENDAR).at == shanghai(end)


def test_a_due_of_the_senders_moves_by_whole_days_or_by_the_time_that_passed() -> None:
    midnight, evening = shanghai("2026-12-01T00:00").astimezone(UTC), shanghai("2026-11-30T18:00").astimezone(UTC)
    stood, ran = shanghai("2026-11-10T10:00"), shanghai("2026-11-12T09:00")
    assert resumed(midnight, None, CIVIL_CODE, at(0), [(at(0), stood)], ran, CALENDAR).at == shanghai("2026-12-03T00:00")
    assert resumed(evening, None, CIVIL_CODE, at(0), [(at(0), stood)], ran, CALENDAR).at == shanghai("2026-12-02T17:00")


STARTS = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: datetime(2004, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes))


@hypothesis_given(STARTS, st.integers(1, 60), st.sampled_from(["wd", "cd", "mo", "h"]), st.data())
def test_standing_still_for_no_time_changes_nothing_and_longer_is_never_due_earlier(
    start: datetime, number: int, unit: Any, data: Any
) -> None:
    budget = Budget(number if unit != "mo" else 1 + number % 6, unit)
    first = due(budget, CIVIL_CODE, start, CALENDAR).at
    assert first is not None
    stood = start + data.draw(st.timedeltas(timedelta(0), first - start - timedelta(microseconds=1)))
    pauses = sorted(data.draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=60)), min_size=2, max_size=4)))
    ran = [(start, stood)]
    dues = [resumed(first, budget, CIVIL_CODE, start, ran, stood + pause, CALENDAR).at for pause in (timedelta(0), *pauses)]
    assert dues[0] == first
    assert dues == sorted(dues, key=str)
    if unit == "wd":
        last = (first - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
        left = CALENDAR.working_days(stood.astimezone(SHANGHAI).date(), last)
        for pause, ends in zip(pauses, dues[1:], strict=True):
            assert ends is not None
            runs = (stood + pause).astimezone(SHANGHAI).date()
            assert CALENDAR.working_days(runs, (ends - timedelta(microseconds=1)).astimezone(SHANGHAI).date()) == left


def test_a_suspended_task_is_open_and_its_clock_stands_still() -> None:
    task = the(SUSPENDED.task)
    assert task.state == Suspended(at(2), "听证", (ClockName.FINISH,))
    assert task.is_open
    assert task.wakes_at is None
    assert finish_of(task).stopped_at == at(2)


def test_a_resumed_task_is_in_hand_again_with_a_later_due_and_a_version_more() -> None:
    before, task = finish_of(SUSPENDED.task), given(register(), sign(at(hours=1)), suspend(at(2)), resume(at(9))).task
    finish = finish_of(task)
    assert the(task).state == Handling(at(9))
    assert (finish.version, finish.segments) == (2, (Segment(at(0), at(2), before.due), Segment(at(9), None, finish.due)))
    assert before.due is not None
    assert finish.due is not None
    assert finish.due - before.due == timedelta(days=7)
    assert finish.rule == before.rule
    assert the(task).clock(ClockName.SIGN) == the(SUSPENDED.task).clock(ClockName.SIGN)


def test_a_task_that_was_suspended_when_it_was_signed_keeps_its_sign_clock_stopped() -> None:
    task = given(register(), sign(at(1)), suspend(at(1)), resume(at(3))).task
    sign_clock = the(task).clock(ClockName.SIGN)
    assert sign_clock is not None
    assert sign_clock.stopped_at == at(1)


def test_an_overdue_task_is_still_overdue_when_it_runs_again() -> None:
    late = given(register(due=at(3)), sign(at(1)), suspend(at(5)), resume(at(6)))
    assert the(late.task).is_overdue(ClockName.FINISH)


def test_nothing_is_raised_while_a_clock_stands_still() -> None:
    assert SUSPENDED.swept(at(400)).task == SUSPENDED.task


@pytest.mark.parametrize("command", [amend(at(3)), submit(at(3)), approve(at(3)), suspend(at(3), id_="again")])
def test_while_it_stands_still_a_task_is_not_moved_on(command: Any) -> None:
    SUSPENDED.when(command).refused("$.type", early=True, saying="what may come next: resume, merge, withdraw, exclude")


def test_while_it_stands_still_its_sender_may_take_it_back_and_everybody_may_put_on_record() -> None:
    assert the(SUSPENDED.when(withdraw(at(3))).task).state.place == "ended"
    assert SUSPENDED.when(record(at(3))).entries


def test_a_ground_that_the_policy_does_not_name_is_refused_with_those_that_it_does() -> None:
    HANDLING.when(suspend(at(2), ground="太忙")).refused("$.data.ground", early=False, saying="听证")
    assert not CALENDAR.is_provisional(date(2026, 11, 25))


def test_a_policy_without_suspension_knows_no_such_action() -> None:
    given(register(policy="reported")).when(suspend(at(2))).refused("$.type", early=False, saying="suspend is not open")


@hypothesis_given(STARTS, st.integers(2, 40), st.sampled_from(["wd", "cd"]), st.data())
def test_the_days_of_a_clock_that_stood_still_twice_explain_its_due(start: datetime, number: int, unit: Any, data: Any) -> None:
    rule = Rule("rule", Budget(number, unit), "citation", ())
    clock = started(ClockName.FINISH, rule, start, CALENDAR, policy_version=1)
    for _ in range(2):
        assert clock.due is not None
        stood = clock.since + data.draw(st.timedeltas(timedelta(0), clock.due - clock.since))
        clock = clock.stopped(stood).resumed(rule, stood + data.draw(st.timedeltas(timedelta(0), timedelta(days=20))), CALENDAR)
    days = days_of(clock, rule, CALENDAR)
    assert sum(one.counted for one in days) == number
    assert clock.due == start_of(days[-1].day + timedelta(days=1), SHANGHAI)
    assert CALENDAR.is_working(days[-1].day) or days[-1].why == "stood-still"
    assert clock.version == 3


def test_a_suspension_told_late_never_makes_a_clock_run_backwards() -> None:
    tracker = tracked([register(due=at(20)), suspend(at(1)), amend(at(3), due=at(20)), sign(at(5)), resume(at(6))])
    finish = finish_of(tracker.task)
    assert all(one.until is None or one.since <= one.until for one in finish.segments)
    assert finish.due == at(23)


def test_a_pause_within_a_day_of_the_rule_changes_nothing_also_where_days_begin_at_eight() -> None:
    rule = Rule("rule", Budget(10, "cd"), "citation", (), Counting(day_from=time(8)))
    clock = started(ClockName.FINISH, rule, shanghai("2026-03-02T07:00"), CALENDAR, policy_version=1)
    stood = shanghai("2026-03-05T10:00")
    assert clock.stopped(stood).resumed(rule, stood + timedelta(minutes=1), CALENDAR).due == clock.due
