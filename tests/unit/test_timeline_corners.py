"""Timelines where a due comes later, a unit changes or clocks stand still: as a clerk would count them."""

from datetime import datetime

from shared.domain.measure import measures
from shared.domain.task import Task
from shared.domain.timeline import standing
from tests.support.sample import (
    CITY,
    accept,
    amend,
    approve,
    approve_return,
    at,
    register,
    request_return,
    respond,
    resume,
    sign,
    suspend,
    transfer,
    withdraw,
)
from tests.support.scenario import given, the
from tests.support.whole import whole


def words(task: Task | None, when: datetime) -> set[str]:
    return {measure.word for measure in measures(standing(the(task), when))}


def test_the_original_due_is_the_first_one_given_also_to_a_task_that_began_without() -> None:
    task = given(register(policy="reported"), amend(at(2), due=at(10)), amend(at(5), id_="later", due=at(30)))
    assert "past_original_open" not in words(task.task, at(10))
    assert "past_original_open" in words(task.task, at(11))
    assert {"closed_on_time", "closed_past_original"} <= words(task.when(approve(at(20))).task, at(20))
    assert {"closed_on_time", "closed_by_original"} <= words(task.when(approve(at(8))).task, at(8))


def test_a_first_due_that_lay_in_the_past_counts_from_when_it_was_given() -> None:
    task = given(register(policy="reported"), amend(at(2), due=at(-1))).task
    assert "past_original_open" not in words(task, at(1))
    assert "past_original_open" in words(task, at(2))


def test_a_former_signature_does_not_sign_for_the_unit_that_has_it_next() -> None:
    task = given(register(), sign(at(0.5)), transfer(at(2), source=CITY), withdraw(at(2))).task
    assert {word for word in words(task, at(3)) if "sign" in word} == set()


def test_a_signature_at_the_instant_of_the_transfer_is_the_new_units() -> None:
    task = given(register(), transfer(at(0.5), source=CITY), sign(at(0.5))).task
    assert {word for word in words(task, at(3)) if "sign" in word} == {"signed_on_time"}


def test_nobody_has_to_sign_for_what_was_returned() -> None:
    returned = given(register(unit=None), request_return(at(1.5)), approve_return(at(2)))
    assert "sign_overdue" in words(returned.task, at(1.9))
    assert "sign_overdue" not in words(returned.task, at(3))


def test_a_task_stands_still_before_its_finish_clock_has_started() -> None:
    still = given(whole(), sign(at(0.5)), suspend(at(1)))
    assert "suspended" in words(still.task, at(2))
    resumed = still.when(resume(at(5))).task
    assert "suspended" in words(resumed, at(4))
    assert "suspended" not in words(resumed, at(5))
    withdrawn = still.when(withdraw(at(5))).task
    assert "suspended" in words(withdrawn, at(4))
    assert "suspended" not in words(withdrawn, at(5))


def test_a_response_that_was_late_before_a_standstill_stays_overdue_in_it() -> None:
    still = given(whole(), sign(at(0.5)), suspend(at(9)))
    assert "response_overdue" in words(still.task, at(8))
    assert {"response_overdue", "suspended"} <= words(still.task, at(10))
    assert "response_overdue" not in words(still.when(withdraw(at(11))).task, at(11))


def test_a_response_is_not_late_while_its_clock_stands_still() -> None:
    still = given(whole(), sign(at(0.5)), suspend(at(1)))
    assert "response_overdue" not in words(still.task, at(50))
    answered = still.when(respond(at(40)))
    assert {word for word in words(answered.task, at(41)) if "respon" in word} == {"responded_on_time"}


def test_who_responded_in_a_standstill_is_not_asked_again_after_it() -> None:
    task = given(whole(), sign(at(0.5)), suspend(at(1)), respond(at(2)), resume(at(3))).task
    assert {word for word in words(task, at(50)) if "respon" in word} == {"responded_on_time"}


def test_a_second_response_changes_nothing() -> None:
    task = given(whole(), sign(at(0.5)), respond(at(1)), accept(at(9))).task
    assert {word for word in words(task, at(50)) if "respon" in word} == {"responded_on_time"}
