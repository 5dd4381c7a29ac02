"""Evaluations by the complainant: in their own time, on record and without effect on state and clocks."""

from itertools import permutations

import pytest

from shared.domain.command import Command
from shared.domain.task import Evaluation
from tests.support.memory_tracker import tracked
from tests.support.sample import approve, archive, at, evaluate, register, relapse, sign, submit, withdraw
from tests.support.scenario import Given, given, the
from tests.support.whole import CLOSED, IN_HAND, whole

OPEN = given(whole())
DONE = given(*CLOSED)
"""Closed on 29 November: 24:00 of the thirtieth day after is 29 December."""
LAST = at(36, hours=15)
OPENS = at(91, hours=15)
"""24:00 of 22 February, as the ninetieth day after the receipt is a Sunday."""
ENDS = at(120, hours=15)


@pytest.mark.parametrize("level", ["satisfied", "mostly_satisfied", "dissatisfied"])
def test_what_was_closed_may_be_evaluated_and_stays_as_it_was(level: str) -> None:
    task = the(DONE.when(evaluate(at(8), level=level)).then("evaluated").leads_to("closed").task)  # type: ignore[arg-type]
    assert task.evaluations == (Evaluation("handling_unit", level, at(8)),)  # type: ignore[arg-type]
    assert task.clocks == the(DONE.task).clocks


def test_both_bodies_are_evaluated_and_a_second_word_stands_beside_the_first() -> None:
    office = evaluate(at(9), id_="office", of="receiving_office", level="dissatisfied")
    changed = evaluate(at(10), id_="changed", level="dissatisfied")
    task = the(given(*CLOSED, evaluate(at(8)), office, changed).task)
    assert [(one.of, one.level) for one in task.evaluations] == [
        ("handling_unit", "satisfied"),
        ("receiving_office", "dissatisfied"),
        ("handling_unit", "dissatisfied"),
    ]


def test_so_long_after_the_closing_is_still_in_time_and_a_moment_later_is_not() -> None:
    DONE.when(evaluate(LAST)).then("evaluated")
    said = "evaluated after 2026-12-30T00:00:00+08:00 (sample of evaluation)"
    DONE.when(evaluate(LAST.replace(microsecond=1))).refused("$.time", early=False, saying=said)


def test_it_counts_from_the_first_closing() -> None:
    staged = given(*IN_HAND, submit(at(5)), approve(at(6), grade="stage"), approve(at(30), id_="full"))
    staged.when(evaluate(LAST)).then("evaluated")
    staged.when(evaluate(at(40))).refused("$.time", early=False, saying="evaluated after")


@pytest.mark.parametrize("now", [OPEN, given(*IN_HAND), given(*IN_HAND, submit(at(4)))])
def test_before_an_answer_there_is_nothing_to_evaluate_until_one_has_waited_long_enough(now: Given) -> None:
    early = evaluate(OPENS.replace(minute=59, hour=OPENS.hour - 1))
    now.when(early).refused("$.type", early=True, saying="nothing is answered yet that could be evaluated")
    assert now.when(evaluate(OPENS)).kinds[-1] == "evaluated"
    assert now.when(evaluate(ENDS)).kinds[-1] == "evaluated"


def test_what_was_never_answered_is_not_evaluated_after_its_time_unless_a_closing_is_told_late() -> None:
    late = evaluate(at(140))
    OPEN.when(late).refused("$.time", early=True, saying="evaluated after 2027-03-24T00:00:00+08:00 (sample of evaluation)")
    told = [*IN_HAND, submit(at(100)), approve(at(130))]
    tracker = tracked([*told[:-1], late, told[-1]])
    assert (len(the(tracker.task).evaluations), tracker.waiting, tracker.rejected) == (1, [], [])


def test_an_evaluation_that_came_before_the_closing_it_speaks_of_waits_for_it() -> None:
    told: list[Command] = [*CLOSED, evaluate(at(8))]
    for order in permutations(told[2:]):
        tracker = tracked([*told[:2], *order])
        assert the(tracker.task).evaluations == (Evaluation("handling_unit", "satisfied", at(8)),)
        assert not tracker.waiting


def test_an_archived_matter_is_evaluated_in_the_same_time() -> None:
    archived = given(*CLOSED, archive(at(10)))
    archived.when(evaluate(at(20))).then("evaluated").leads_to("archived")
    archived.when(evaluate(at(50))).refused("$.time", early=False, saying="evaluated after")


def test_what_ended_is_not_evaluated() -> None:
    given(*IN_HAND, withdraw(at(3))).when(evaluate(at(5))).refused("$.type", early=False, saying="evaluate is not open")


def test_each_episode_has_evaluations_of_its_own() -> None:
    again = given(*CLOSED, evaluate(at(8)), relapse(at(20)), sign(at(20.5), id_="s"))
    task = the(again.task)
    assert task.evaluations == ()
    assert task.previous is not None
    assert task.previous.evaluations == (Evaluation("handling_unit", "satisfied", at(8)),)
    again.when(evaluate(at(22), id_="b")).refused("$.type", early=True, saying="nothing is answered yet")


def test_an_evaluation_of_the_former_episode_that_is_told_after_the_relapse_belongs_to_it() -> None:
    told: list[Command] = [*CLOSED, relapse(at(20)), evaluate(at(8))]
    task = the(tracked(told).task)
    assert task.evaluations == ()
    assert task.previous is not None
    assert len(task.previous.evaluations) == 1


@pytest.mark.parametrize("policy", ["standard", "reported"])
def test_a_policy_without_a_rule_takes_evaluations_at_any_time(policy: str) -> None:
    now = given(register(policy=policy))
    assert now.when(evaluate(at(hours=1))).kinds == ["evaluated"]
    assert now.when(evaluate(at(900))).kinds[-1] == "evaluated"
