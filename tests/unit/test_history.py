"""Any order of arrival ends in the same task, the same counts and the same alerts."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain import fact as f
from shared.domain.alert import alerts_of, carrying
from shared.domain.command import Command
from shared.domain.evolve import evolve_all
from shared.domain.history import absorb, comes_last, fold, refold
from shared.domain.policy import Rulebook
from shared.domain.task import Task
from tests.support.counting import adds
from tests.support.histories import any_history, arrivals
from tests.support.memory_tracker import MemoryTracker, assert_alerts_are_raised_once, holding, in_order, journalled, tracked
from tests.support.sample import (
    CALENDAR,
    POLICIES,
    RULEBOOK,
    amend,
    approve,
    at,
    record,
    register,
    relapse,
    send_back,
    sign,
    submit,
    withdraw,
)
from tests.support.scenario import the

LAST_WATERMARK = at(400)


def without_alerts(task: Task | None) -> Task:
    return carrying(the(task), ())


def assert_events_are_on_record_once(tracker: MemoryTracker, commands: list[Command]) -> None:
    caused = [(entry.cause.source, entry.cause.id) for entry in tracker.ledger if entry.cause is not None]
    assert sorted(caused) == sorted((command.cause.source, command.cause.id) for command in commands)


STANDARD: list[Command] = [
    register(at(0)),
    sign(at(hours=1)),
    submit(at(2)),
    send_back(at(3)),
    submit(at(4), id_="submit-again"),
    approve(at(5)),
]
REPORTED: list[Command] = [
    register(at(0), policy="reported", due=at(3)),
    amend(at(1), due=at(2)),
    record(at(4)),
    approve(at(5)),
    record(at(6), id_="look-back", what="noted"),
]
RELAPSED: list[Command] = [
    register(at(0)),
    sign(at(1)),
    submit(at(2)),
    approve(at(5)),
    relapse(at(9)),
    sign(at(10), id_="sign-again"),
    submit(at(40), id_="submit-again"),
]
ONE_INSTANT: list[Command] = [
    register(at(0)),
    sign(at(0)),
    submit(at(0)),
    send_back(at(0)),
    submit(at(0), id_="submit-again"),
    approve(at(0)),
]


def assert_every_permutation_agrees(commands: list[Command]) -> None:
    expected = MemoryTracker().push(*commands).sweep(LAST_WATERMARK)
    for arrived in permutations(commands):
        tracker = MemoryTracker().push(*arrived).sweep(LAST_WATERMARK)
        assert not tracker.waiting
        assert not tracker.rejected
        assert holding(tracker.task) == holding(expected.task)
        assert journalled(tracker) == journalled(expected)
        assert_alerts_are_raised_once(tracker.ledger)
        assert_events_are_on_record_once(tracker, commands)


def test_every_permutation_of_a_standard_history_ends_in_the_same_task() -> None:
    assert_every_permutation_agrees(STANDARD)


def test_every_permutation_of_a_reported_history_ends_in_the_same_task() -> None:
    assert_every_permutation_agrees(REPORTED)


def test_every_permutation_of_seven_events_with_a_relapse_ends_in_the_same_task() -> None:
    assert_every_permutation_agrees(RELAPSED)


def test_every_permutation_of_a_history_of_one_instant_ends_in_the_same_task() -> None:
    assert_every_permutation_agrees(ONE_INSTANT)


@settings(max_examples=250, deadline=None)
@hypothesis_given(st.data())
def test_any_arrival_of_any_history_ends_in_the_task_of_its_own_order(data: st.DataObject) -> None:
    commands = data.draw(any_history())
    tracker = tracked(data.draw(arrivals(commands)))
    expected = MemoryTracker().push(*in_order(commands))
    assert not tracker.waiting
    assert not tracker.rejected
    assert without_alerts(tracker.task) == without_alerts(expected.task)
    assert not the(tracker.task).displaced
    assert holding(tracker.sweep(LAST_WATERMARK).task) == holding(expected.sweep(LAST_WATERMARK).task)
    assert journalled(tracker) == journalled(expected)


@settings(max_examples=150, deadline=None)
@hypothesis_given(st.data())
def test_a_replay_of_the_ledger_and_the_sum_of_the_deltas_equal_what_is_stored(data: st.DataObject) -> None:
    commands = data.draw(any_history())
    arrived = data.draw(arrivals(commands))
    for end in range(len(arrived) + 1):
        tracker = tracked(arrived[:end])
        assert evolve_all(None, tracker.ledger) == tracker.task
        assert journalled(tracker) == adds(tracker.task)


@settings(max_examples=200, deadline=None)
@hypothesis_given(st.data())
def test_no_alert_is_raised_twice_and_the_alerts_of_the_task_are_those_of_the_ledger(data: st.DataObject) -> None:
    tracker = tracked(data.draw(arrivals(data.draw(any_history())))).sweep(LAST_WATERMARK)
    held = assert_alerts_are_raised_once(tracker.ledger)
    on_task = [(alert.clock, alert.version, alert.rung) for alert in alerts_of(the(tracker.task))]
    assert sorted(on_task) == sorted(key for key, holds in held.items() if holds)


@settings(max_examples=150, deadline=None)
@hypothesis_given(st.data())
def test_an_event_causes_one_row_of_the_ledger(data: st.DataObject) -> None:
    commands = data.draw(any_history())
    tracker = tracked(data.draw(arrivals(commands)))
    assert_events_are_on_record_once(tracker, commands)


def test_an_event_that_comes_last_in_its_matters_order_needs_no_fold() -> None:
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)))
    assert comes_last(tracker.task, submit(at(2)), [])
    assert not comes_last(tracker.task, submit(at(0.5)), [])


def test_an_event_before_a_parked_one_does_not_come_last() -> None:
    assert not comes_last(None, register(at(0)), [sign(at(1))])
    assert comes_last(None, register(at(0)), [])


def test_a_parked_event_is_taken_when_what_it_waited_for_arrives() -> None:
    tracker = MemoryTracker().push(sign(at(hours=1)))
    assert (tracker.task, tracker.waiting, tracker.ledger) == (None, [sign(at(hours=1))], [])
    tracker.push(register(at(0)))
    assert ([entry.fact.kind for entry in tracker.ledger], tracker.waiting) == (["registered", "signed"], [])


def test_a_late_event_that_changes_nothing_before_it_is_told_by_its_own_fact() -> None:
    tracker = MemoryTracker().push(register(at(0)), submit(at(3)), sign(at(hours=1)))
    assert [entry.fact.kind for entry in tracker.ledger] == ["registered", "signed", "submitted"]


def test_a_late_event_in_the_middle_is_told_by_a_correction_with_the_whole_task() -> None:
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)), record(at(3)), amend(at(2), title="dredge the river"))
    corrected = tracker.ledger[-1].fact
    assert isinstance(corrected, f.Corrected)
    assert corrected.task == tracker.task
    assert the(tracker.task).title == "dredge the river"


def test_an_event_on_record_that_a_late_one_displaced_comes_into_force_again() -> None:
    told_late = [register(at(0)), sign(at(1)), submit(at(2)), approve(at(5)), send_back(at(3))]
    tracker = MemoryTracker().push(*told_late)
    assert (the(tracker.task).state.place, the(tracker.task).displaced) == ("handling", True)
    tracker.push(submit(at(4), id_="submit-again"))
    assert (the(tracker.task).state.place, the(tracker.task).displaced) == ("closed", False)


def test_while_an_event_is_displaced_every_event_folds_the_history_again() -> None:
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)), submit(at(2)), approve(at(5)), send_back(at(3)))
    assert not comes_last(tracker.task, submit(at(9)), [])
    tracker.push(submit(at(9), id_="submit-again"))
    assert the(tracker.task) == the(fold(tracker.told, RULEBOOK).task)


def test_parked_events_that_a_correction_made_legal_are_put_on_record_beside_it() -> None:
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)), submit(at(2)), submit(at(4), id_="submit-again"), approve(at(5)))
    assert [early.cause.id for early in tracker.waiting] == ["submit-again"]
    tracker.push(send_back(at(3)))
    assert [entry.fact.kind for entry in tracker.ledger[-2:]] == ["corrected", "recorded"]
    assert (the(tracker.task).state.place, tracker.waiting) == ("closed", [])


def test_an_event_after_the_end_is_rejected_and_leaves_no_trace() -> None:
    tracker = MemoryTracker().push(register(at(0)), withdraw(at(hours=1)), sign(at(2)))
    assert [command.cause.id for command, _ in tracker.rejected] == ["sign"]
    assert [entry.fact.kind for entry in tracker.ledger] == ["registered", "withdrawn"]


def test_a_late_event_that_its_own_place_refuses_changes_nothing() -> None:
    tracker = MemoryTracker().push(register(at(0)), withdraw(at(2)), sign(at(3)))
    before = (tracker.task, list(tracker.ledger))
    absorbed = refold(tracker.task, send_back(at(1)), tracker.told, [], RULEBOOK)
    assert absorbed.refusal is not None
    assert absorbed.steps == ()
    assert (absorbed.task, tracker.ledger) == before


def test_an_absorbed_event_frees_those_that_waited_in_the_order_of_their_times() -> None:
    waiting = [approve(at(3)), submit(at(2))]
    absorbed = absorb(MemoryTracker().push(register(at(0))).task, sign(at(4)), waiting, RULEBOOK)
    assert [command.action for command, _ in absorbed.steps] == ["sign", "submit", "approve"]


def test_an_event_freed_by_a_correction_is_put_on_record_by_its_own_word() -> None:
    freed = submit(at(4), id_="submit-again")
    freed = replace(freed, cause=replace(freed.cause, type="duban.task.submitted.v1"))
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)), submit(at(2)), freed, approve(at(5)), send_back(at(3)))
    assert tracker.ledger[-1].fact == f.Recorded(at(4), "submitted")


def test_a_late_event_about_a_task_whose_policy_is_gone_waits_for_it() -> None:
    tracker = MemoryTracker().push(register(at(0)), sign(at(1)))
    without = Rulebook({"other": POLICIES["standard"]}, CALENDAR)
    absorbed = refold(tracker.task, record(at(0.5)), tracker.told, [], without)
    assert (absorbed.task, absorbed.steps) == (tracker.task, ())
    assert absorbed.refusal is not None
    assert absorbed.refusal.early
    assert "the policy standard of this task is not loaded" in absorbed.refusal.message
