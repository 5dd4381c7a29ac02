"""Closing for the stage, later in full, and archiving: lateness is judged by the first closing."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.task import Archived, Closed, Grade
from tests.support.counting import counted_as
from tests.support.memory_tracker import holding, journalled, tracked
from tests.support.sample import approve, archive, at, exclude, look_back, record, register, relapse, sign, submit
from tests.support.scenario import Given, finish_of, given, the
from tests.support.whole import IN_HAND, clock_of, whole

DATED: list[Command] = [whole(due=at(10)), sign(at(hours=1))]
STAGE = given(*DATED, submit(at(8)), approve(at(9), grade="stage"))
FULL = given(*DATED, submit(at(8)), approve(at(9)))


def full(when: datetime) -> Command:
    return approve(when, id_="approve-in-full")


def test_a_closing_for_the_stage_closes_it_and_starts_no_look_back() -> None:
    task = the(STAGE.task)
    assert (task.state, task.is_open, task.wakes_at) == (Closed(at(9), None), False, None)
    assert finish_of(task).stopped_at == at(9)
    assert task.clock(ClockName.LOOK_BACK) is None


def test_it_is_closed_in_full_later_and_remembers_when_it_was_closed_first() -> None:
    task = the(STAGE.when(full(at(30))).then("approved").leads_to("closed").task)
    assert task.state == Closed(at(9), at(30))
    assert task.closed is not None
    assert task.closed.grade == "full"


def test_the_verdict_is_that_of_the_first_closing() -> None:
    assert counted_as(the(STAGE.task)) == ("received", "closed", "closed_on_time")
    assert counted_as(the(STAGE.when(full(at(30))).task)) == ("received", "closed", "closed_on_time")
    late = given(*DATED, submit(at(8)), approve(at(11), grade="stage"))
    assert counted_as(the(late.task)) == counted_as(the(late.when(full(at(12))).task)) == ("received", "closed", "closed_late")


def test_the_closing_in_full_starts_the_look_back() -> None:
    for task, since in ((FULL.task, at(9)), (STAGE.when(full(at(30))).task, at(30))):
        clock = clock_of(task, ClockName.LOOK_BACK)
        assert (clock.anchor, clock.version, clock.rule) == (since, 1, "whole.look-back@1")
    assert clock_of(FULL.task, ClockName.LOOK_BACK).due == datetime(2027, 3, 2, 16, 0, tzinfo=UTC)


def test_a_look_back_that_nobody_makes_is_told_and_the_closing_stays_what_it_was() -> None:
    task = the(FULL.swept(at(120)).task)
    assert task.is_overdue(ClockName.LOOK_BACK)
    assert counted_as(task) == ("received", "closed", "closed_on_time")


@pytest.mark.parametrize(("now", "was", "again"), [(STAGE, "stage", "stage"), (FULL, "full", "stage"), (FULL, "full", "full")])
def test_what_is_closed_is_closed_again_only_in_full_after_the_stage(now: Given, was: Grade, again: Grade) -> None:
    said = f"approve is not open while the task is closed ({was})"
    now.when(approve(at(12), id_="again", grade=again)).refused("$.type", early=True, saying=said)


def test_what_is_closed_in_full_is_archived_and_keeps_its_closing() -> None:
    task = the(FULL.when(archive(at(40))).then("archived").leads_to("archived").task)
    assert task.state == Archived(at(40), Closed(at(9), at(9)))
    assert task.closed == Closed(at(9), at(9))
    assert counted_as(task) == ("received", "closed", "closed_on_time")


def test_archiving_ends_the_look_back() -> None:
    now = given(*DATED, submit(at(8)), approve(at(9)), archive(at(40)))
    assert clock_of(now.task, ClockName.LOOK_BACK).stopped_at == at(40)
    assert (the(now.task).wakes_at, now.swept(at(300)).task) == (None, now.task)


def test_what_is_closed_for_the_stage_only_is_not_archived_yet() -> None:
    STAGE.when(archive(at(40))).refused("$.type", early=True, saying="closed for the stage only")


def test_what_is_archived_is_neither_approved_nor_archived_again_but_stays_on_record() -> None:
    archived = given(*DATED, submit(at(8)), approve(at(9)), archive(at(40)))
    archived.when(full(at(41))).refused("$.type", early=True, saying="approve is not open while the task is archived")
    archived.when(archive(at(41), id_="again")).refused("$.type", early=True, saying="archive is not open")
    archived.when(record(at(41))).then("recorded")
    archived.when(look_back(at(41))).then("looked-back")
    archived.when(exclude(at(41))).then("excluded").leads_to("ended")


def test_the_reported_flow_closes_in_stages_too() -> None:
    reported = given(register(policy="reported", due=at(10)), approve(at(5), grade="stage"))
    task = the(reported.when(full(at(30))).leads_to("closed").task)
    assert (task.state, task.clock(ClockName.LOOK_BACK)) == (Closed(at(5), at(30)), None)
    assert counted_as(task) == ("received", "closed", "closed_on_time")


def test_a_closing_for_the_stage_that_is_told_after_the_one_in_full_makes_an_older_verdict() -> None:
    told = [*DATED, submit(at(8)), full(at(30))]
    assert counted_as(the(tracked(told).task)) == ("received", "closed", "closed_late")
    corrected = tracked([*told, approve(at(9), grade="stage")])
    assert the(corrected.task).state == Closed(at(9), at(30))
    assert counted_as(the(corrected.task)) == ("received", "closed", "closed_on_time")
    assert not the(corrected.task).is_overdue(ClockName.FINISH)


def test_any_order_of_arrival_ends_in_the_same_closing() -> None:
    told = [*DATED, submit(at(8)), approve(at(9), grade="stage"), full(at(30)), archive(at(40))]
    expected = tracked(told).sweep(at(200))
    for order in permutations(told):
        tracker = tracked(order).sweep(at(200))
        assert not tracker.waiting
        assert holding(tracker.task) == holding(expected.task)
        assert journalled(tracker) == journalled(expected)


def test_after_a_stage_the_matter_may_relapse_without_having_been_closed_in_full() -> None:
    task = the(STAGE.when(relapse(at(20))).then("relapsed").leads_to("pending").task)
    assert task.previous is not None
    assert task.previous.state == Closed(at(9), None)


def test_a_matter_without_a_due_is_neither_on_time_nor_late() -> None:
    now = given(*IN_HAND[:2], submit(at(8)), approve(at(9)))
    assert counted_as(the(now.task)) == ("received", "closed")
