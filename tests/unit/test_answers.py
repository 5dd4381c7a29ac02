"""The answer to a request for extension or return has a clock of its own, which runs until it is given."""

from datetime import UTC, datetime

import pytest

from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.task import Grade
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    POLICIES,
    accept,
    approve,
    approve_return,
    at,
    exclude,
    grant_extension,
    refuse_extension,
    refuse_return,
    request_extension,
    request_return,
    resume,
    sign,
    submit,
    suspend,
    transfer,
    withdraw,
)
from tests.support.scenario import Given, given, the
from tests.support.whole import IN_HAND, clock_of, under, whole

LONGER: list[Command] = [*IN_HAND, request_extension(at(2), at(50))]
BACK: list[Command] = [whole(), sign(at(hours=1)), request_return(at(1))]
ASKED_LONGER, ASKED_BACK = given(*LONGER), given(*BACK)
THREE_WORKING_DAYS_LATER = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
ONE_WORKING_DAY_LATER = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)


def test_a_request_starts_the_clock_of_its_answer() -> None:
    clock = clock_of(ASKED_LONGER.task, ClockName.ANSWER)
    assert (clock.anchor, clock.due, clock.rule, clock.version) == (
        at(2),
        THREE_WORKING_DAYS_LATER,
        "whole.extension.answer@1",
        1,
    )
    back = clock_of(ASKED_BACK.task, ClockName.ANSWER)
    assert (back.anchor, back.due, back.rule) == (at(1), ONE_WORKING_DAY_LATER, "whole.return.answer@1")


def test_a_request_that_nobody_answers_is_told_and_the_matter_is_not_late_by_it() -> None:
    for asked in (ASKED_LONGER, ASKED_BACK):
        task = the(asked.swept(at(12)).task)
        assert task.is_overdue(ClockName.ANSWER)
        assert not task.is_overdue(ClockName.FINISH)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (ASKED_LONGER, grant_extension(at(3), at(40))),
        (ASKED_LONGER, refuse_extension(at(3))),
        (ASKED_BACK, refuse_return(at(3))),
        (ASKED_BACK, approve_return(at(3))),
        (ASKED_BACK, transfer(at(3))),
    ],
)
def test_any_answer_stops_its_clock(asked: Given, answer: Command) -> None:
    task = the(asked.when(answer).task)
    assert clock_of(task, ClockName.ANSWER).stopped_at == at(3)
    assert (task.extension, task.return_asked_at) == (None, None)


def test_an_answer_in_time_that_is_told_late_withdraws_the_alert() -> None:
    outcome = ASKED_LONGER.swept(at(12)).when(refuse_extension(at(3)))
    assert (outcome.kinds, the(outcome.task).is_overdue(ClockName.ANSWER)) == (["extension-refused", "alert-withdrawn"], False)


def test_an_answer_after_its_due_stays_late() -> None:
    assert the(ASKED_LONGER.when(refuse_extension(at(9))).task).is_overdue(ClockName.ANSWER)


def test_a_second_request_has_the_next_version_and_forgets_nothing_of_the_first() -> None:
    late = given(*IN_HAND, request_extension(at(2), at(50)), refuse_extension(at(9)), request_extension(at(10), at(50), id_="b"))
    clock = clock_of(late.task, ClockName.ANSWER)
    assert (clock.version, clock.anchor, clock.stopped_at) == (2, at(10), None)
    task = the(late.swept(at(20)).task)
    answers = [(alert.version, alert.kind) for alert in task.alerts if alert.clock is ClockName.ANSWER]
    assert answers == [(1, "overdue"), (2, "overdue")]


def test_a_return_and_an_extension_after_one_another_count_their_answers_together() -> None:
    now = given(whole(), sign(at(hours=1)), accept(at(1)), request_return(at(1)), refuse_return(at(2)))
    then = now.when(request_extension(at(3), at(50)))
    clock = clock_of(then.task, ClockName.ANSWER)
    assert (clock.version, clock.rule) == (2, "whole.extension.answer@1")


@pytest.mark.parametrize("over", [withdraw(at(4)), exclude(at(4))])
def test_the_end_of_the_matter_ends_the_request_and_its_clock(over: Command) -> None:
    for asked in (ASKED_LONGER, ASKED_BACK):
        task = the(asked.when(over).task)
        assert clock_of(task, ClockName.ANSWER).stopped_at == at(4)
        assert (task.extension, task.return_asked_at, task.wakes_at) == (None, None, None)


@pytest.mark.parametrize("grade", ["stage", "full"])
def test_the_closing_ends_the_request_and_its_clock(grade: Grade) -> None:
    task = the(given(*LONGER, submit(at(3)), approve(at(4), grade=grade)).task)
    assert (clock_of(task, ClockName.ANSWER).stopped_at, task.extension) == (at(4), None)


def test_the_clock_of_the_answer_stands_still_with_the_matter() -> None:
    for told, since, due in ((LONGER, at(3), THREE_WORKING_DAYS_LATER), (BACK, at(1.5), ONE_WORKING_DAY_LATER)):
        stood = given(*told, suspend(since))
        assert clock_of(stood.task, ClockName.ANSWER).stopped_at == since
        assert not the(stood.swept(at(100)).task).is_overdue(ClockName.ANSWER)
        again = clock_of(stood.when(resume(at(14))).task, ClockName.ANSWER)
        assert again.due is not None
        assert (again.stopped_at, again.version) == (None, 2)
        assert again.due > due


def test_another_unit_leaves_a_pending_extension_to_be_answered() -> None:
    moved = ASKED_LONGER.when(transfer(at(3)))
    assert clock_of(moved.task, ClockName.ANSWER).stopped_at is None
    assert the(moved.task).extension is not None


def test_under_a_policy_without_such_a_rule_no_answer_is_awaited() -> None:
    now = given(*LONGER, rulebook=under(extensions=POLICIES["standard"].extensions))
    assert the(now.task).clock(ClockName.ANSWER) is None
    assert the(now.when(grant_extension(at(3), at(40))).task).clock(ClockName.ANSWER) is None


def test_in_any_order_of_arrival_the_answers_are_the_same() -> None:
    told = [*LONGER, refuse_extension(at(9)), request_extension(at(10), at(50), id_="b"), submit(at(11))]
    expected = the(tracked(told).sweep(at(12)).task)
    for order in (told[::-1], told[3:] + told[:3], told[1::2] + told[::2]):
        again = the(tracked(order).sweep(at(12)).task)
        assert (again.clocks, again.extension) == (expected.clocks, expected.extension)
        assert set(again.alerts) == set(expected.alerts)


def test_what_waits_for_an_answer_can_be_answered_while_its_clock_runs() -> None:
    reviewed = given(whole(), sign(at(hours=1)), request_return(at(1)), submit(at(1.5)))
    assert clock_of(reviewed.task, ClockName.ANSWER).stopped_at is not None or reviewed.when(refuse_return(at(2))).entries
