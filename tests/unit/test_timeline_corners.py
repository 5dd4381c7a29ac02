"""Timelines where a due comes later, a unit changes or clocks stand still: as a clerk would count them."""

from datetime import datetime

from shared.domain.measure import measures
from shared.domain.task import Task
from shared.domain.timeline import standing
from tests.support.sample import amend, approve, at, register
from tests.support.scenario import given, the


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
