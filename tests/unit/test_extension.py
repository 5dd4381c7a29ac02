"""Extensions: asked for before the due, capped in number and length, granted by the right side."""

from datetime import timedelta

import pytest

from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.task import Extension
from tests.support.counting import core_of, net
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    CITY,
    DISTRICT,
    approve,
    at,
    grant_extension,
    refuse_extension,
    register,
    request_extension,
    sign,
    submit,
)
from tests.support.scenario import finish_of, given, the

OPEN = given(register(due=at(10)), sign(at(1)))
ASKED = given(register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)))
EXTENDED = given(register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)), grant_extension(at(6), at(15)))


def test_a_request_waits_beside_the_state_while_the_clock_runs_on() -> None:
    task = the(ASKED.task)
    assert (task.state, task.extension, task.extensions) == (the(OPEN.task).state, Extension(at(20), at(5)), 0)
    assert finish_of(task) == finish_of(OPEN.task)
    assert the(ASKED.swept(at(11)).task).is_overdue(ClockName.FINISH)


def test_a_grant_makes_the_next_version_of_the_due_under_the_rule_of_extensions() -> None:
    task, finish = the(EXTENDED.task), finish_of(EXTENDED.task)
    assert (task.extension, task.extensions) == (None, 1)
    assert (finish.due, finish.version, finish.rule, finish.citation) == (
        at(15),
        2,
        "standard.extension@3",
        "sample of extension",
    )
    assert not the(EXTENDED.swept(at(12)).task).is_overdue(ClockName.FINISH)
    assert the(EXTENDED.swept(at(16)).task).is_overdue(ClockName.FINISH)


def test_a_refusal_leaves_the_due_and_another_request_may_follow() -> None:
    refused = given(register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)), refuse_extension(at(6)))
    assert (the(refused.task).extension, finish_of(refused.task)) == (None, finish_of(OPEN.task))
    assert the(refused.when(request_extension(at(7), at(20), id_="again")).task).extension == Extension(at(20), at(7))


def test_a_request_at_the_due_itself_is_in_time_and_one_after_it_is_refused_with_the_rule() -> None:
    assert OPEN.when(request_extension(at(10), at(20))).entries
    late = request_extension(at(10) + timedelta(seconds=1), at(20))
    OPEN.when(late).refused(
        "$.time", early=False, saying="after the due had passed (2026-12-03T09:00:00+08:00); sample of extension"
    )


def test_it_is_capped_in_number() -> None:
    again = request_extension(at(8), at(18), id_="again")
    EXTENDED.when(again).refused("$.type", early=False, saying="extended 1 times already, 1 are allowed; sample of extension")


@pytest.mark.parametrize("until", [at(10), at(9), at(40) + timedelta(seconds=1), DuePeriod("open_ended", None)])
def test_it_is_capped_in_length_and_says_what_is_allowed(until: object) -> None:
    said = "must lie after 2026-12-03T09:00:00+08:00 and no later than 2027-01-02T09:00:00+08:00"
    OPEN.when(request_extension(at(5), until)).refused("$.data.until", early=False, saying=said)  # type: ignore[arg-type]
    ASKED.when(grant_extension(at(6), until)).refused("$.data.until", early=False, saying=said)  # type: ignore[arg-type]


def test_the_longest_extension_is_allowed_to_its_last_instant() -> None:
    assert ASKED.when(grant_extension(at(6), at(40))).entries


@pytest.mark.parametrize("answer", [grant_extension(at(6), at(15), source=DISTRICT), refuse_extension(at(6), source=DISTRICT)])
def test_only_the_right_side_answers(answer: object) -> None:
    ASKED.when(answer).refused("$.owner", early=False, saying=f"only {CITY}")  # type: ignore[arg-type]


def test_an_answer_without_a_request_and_a_second_request_wait_for_what_may_have_come_before() -> None:
    OPEN.when(grant_extension(at(6), at(15))).refused("$.type", early=True, saying="no extension is asked for")
    ASKED.when(request_extension(at(6), at(18), id_="again")).refused("$.type", early=True, saying="waits for its answer")


def test_what_has_no_due_cannot_be_extended_and_a_policy_may_know_no_extension() -> None:
    endless = given(register(due=DuePeriod("open_ended", None)), sign(at(1)))
    endless.when(request_extension(at(2), at(9))).refused("$.type", early=False, saying="no due date to extend")
    reported = given(register(policy="reported", due=at(10)))
    reported.when(request_extension(at(2), at(12))).refused("$.type", early=False, saying="request-extension is not open")


def test_in_any_order_of_arrival_the_due_is_the_one_that_was_granted() -> None:
    told = [register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)), grant_extension(at(6), at(15)), submit(at(12))]
    orders = [told, [told[i] for i in (0, 3, 2, 1, 4)], told[::-1], [told[i] for i in (3, 0, 4, 1, 2)]]
    for order in orders:
        assert the(tracked(order).task) == the(tracked(told).task)


def test_a_grant_told_after_the_due_withdraws_the_alert_that_it_proves_unfounded() -> None:
    tracker = tracked(
        [register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)), at(11), grant_extension(at(6), at(15))]
    )
    assert not the(tracker.task).is_overdue(ClockName.FINISH)
    tracker.push(submit(at(12)), approve(at(13)))
    assert core_of(net(tracker.journal)) == {"received": 1, "closed": 1, "closed_on_time": 1}


def test_a_request_that_nobody_answered_ends_with_the_closing() -> None:
    told = [register(due=at(10)), sign(at(1)), request_extension(at(5), at(20)), submit(at(6)), approve(at(7))]
    assert the(tracked(told).task).extension is None
