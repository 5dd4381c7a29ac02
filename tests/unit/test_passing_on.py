"""Passing a matter on: to another unit, or back to whoever gave it, which takes effect only when it is approved."""

import pytest

from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.measure import Measure
from shared.domain.task import Pending
from shared.domain.timeline import timeline
from tests.support.memory_tracker import journalled, tracked
from tests.support.sample import (
    CITY,
    DISTRICT,
    MATTER,
    accept,
    approve_return,
    at,
    merge,
    not_accept,
    refuse_return,
    register,
    request_return,
    sign,
    submit,
    transfer,
)
from tests.support.scenario import finish_of, given, the

PENDING = given(register())
HANDLING = given(register(), sign(at(hours=2)))
ASKED = given(register(), request_return(at(hours=3)))


def test_a_transfer_gives_the_next_unit_its_own_time_for_signing_and_leaves_the_finish_clock() -> None:
    task = the(HANDLING.when(transfer(at(1))).task)
    sign_clock = the(task).clock(ClockName.SIGN)
    assert (task.state, task.unit) == (Pending(), "water")
    assert sign_clock is not None
    assert (sign_clock.version, sign_clock.anchor, sign_clock.due, sign_clock.stopped_at) == (2, at(1), at(2), None)
    assert finish_of(task) == finish_of(HANDLING.task)


def test_a_transfer_before_anybody_signed_ends_the_first_units_time() -> None:
    task = PENDING.when(transfer(at(hours=5))).task
    assert not the(given(register(), transfer(at(hours=5))).swept(at(hours=28)).task).is_overdue(ClockName.SIGN)
    assert the(given(register(), transfer(at(hours=5))).swept(at(hours=30)).task).is_overdue(ClockName.SIGN)
    assert the(task).unit == "water"


def test_a_request_to_return_changes_nothing_and_the_clocks_run_on() -> None:
    task = the(ASKED.task)
    assert (task.state, task.unit, task.clocks) == (the(PENDING.task).state, "bureau", the(PENDING.task).clocks)
    assert task.return_asked_at == at(hours=3)
    assert the(ASKED.swept(at(2)).task).is_overdue(ClockName.SIGN)


def test_an_approved_return_leaves_it_with_no_unit_until_it_is_transferred() -> None:
    returned = given(register(), request_return(at(hours=3)), approve_return(at(hours=4)))
    task = the(returned.task)
    assert (task.state, task.unit, task.return_asked_at) == (Pending(), None, None)
    assert not the(returned.swept(at(5)).task).is_overdue(ClockName.SIGN)
    again = the(returned.when(transfer(at(6), source=CITY)).task)
    sign_clock = again.clock(ClockName.SIGN)
    assert sign_clock is not None
    assert (again.unit, sign_clock.due) == ("water", at(7))


def test_a_refused_return_stays_with_the_unit_which_may_ask_again_in_time() -> None:
    refused = given(register(), request_return(at(hours=3)), refuse_return(at(hours=4)))
    assert (the(refused.task).unit, the(refused.task).return_asked_at) == ("bureau", None)
    assert refused.when(request_return(at(1), id_="again")).entries


def test_after_the_window_it_is_refused_with_the_rule() -> None:
    # Given on a Monday: two working days end with the Wednesday.
    assert PENDING.when(request_return(at(2, hours=14))).entries
    late = request_return(at(2, hours=16))
    PENDING.when(late).refused(
        "$.time", early=False, saying="after the 2wd in which it may be returned (2026-11-26T00:00:00+08:00)"
    )


def test_a_transferred_matter_may_be_returned_within_a_window_of_its_own() -> None:
    assert given(register(), transfer(at(9))).when(request_return(at(10))).entries


@pytest.mark.parametrize("answer", [approve_return(at(1), source=DISTRICT), refuse_return(at(1), source=DISTRICT)])
def test_only_whoever_gave_it_answers(answer: Command) -> None:
    ASKED.when(answer).refused("$.owner", early=False, saying=f"only {CITY}")


def test_an_answer_without_a_request_waits_for_one() -> None:
    PENDING.when(approve_return(at(1))).refused("$.type", early=True, saying="no return is asked for")
    ASKED.when(request_return(at(1), id_="again")).refused("$.type", early=True, saying="waits for its answer")


def test_a_policy_without_returns_knows_no_such_action() -> None:
    given(register(policy="reported")).when(request_return(at(1))).refused("$.type", early=False, saying="is not open")


def test_in_any_order_of_arrival_it_ends_with_the_same_unit_and_is_counted_there() -> None:
    told = [
        register(),
        request_return(at(hours=1)),
        approve_return(at(hours=2)),
        transfer(at(hours=3), source=CITY),
        sign(at(1)),
        submit(at(2)),
    ]
    expected = tracked(told)
    assert {step.account.unit for step in timeline(expected.task) if step.plus & Measure.RECEIVED.bit} == {"bureau", "", "water"}
    for order in (told[::-1], [told[i] for i in (0, 4, 3, 5, 2, 1)], [told[i] for i in (3, 0, 5, 1, 4, 2)]):
        assert the(tracked(order).task) == the(expected.task)
        assert journalled(tracked(order)) == journalled(expected)


def test_what_was_returned_is_with_no_unit_that_could_sign_it_or_return_it_again() -> None:
    returned = given(register(), request_return(at(hours=3)), approve_return(at(hours=4)))
    for command in (sign(at(1)), request_return(at(1), id_="again"), not_accept(at(1)), accept(at(1))):
        returned.when(command).refused("$.type", early=True, saying="until its owner transfers it")
    returned.when(transfer(at(1), source=DISTRICT)).refused("$.owner", early=False, saying="only city")
    assert returned.when(transfer(at(1), source=CITY)).entries


def test_a_matter_is_not_merged_into_itself() -> None:
    PENDING.when(merge(at(1), into=MATTER)).refused("$.data.into_number", early=False, saying="into itself")
