"""Leaders' notes (批示): they may change the priority, and set a due; what is starred is the owner's affair alone."""

from typing import get_args

import pytest

from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.task import Priority
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    CITY,
    DISTRICT,
    accept,
    amend,
    approve,
    archive,
    at,
    note,
    register,
    relapse,
    sign,
    submit,
    suspend,
    withdraw,
)
from tests.support.scenario import Given, finish_of, given, the
from tests.support.whole import IN_HAND, clock_of, whole

DATED: list[Command] = [whole(due=at(20)), sign(at(hours=1)), accept(at(1))]
NOW = given(*DATED)
STARRED = given(whole(due=at(20), starred=True, priority="urgent"), *DATED[1:])


@pytest.mark.parametrize("source", [CITY, DISTRICT])
def test_a_note_changes_the_priority_whoever_writes_it(source: str) -> None:
    task = the(NOW.when(note(at(2), source=source, priority="extra_urgent")).then("noted").task)
    assert (task.priority, task.clocks) == ("extra_urgent", the(NOW.task).clocks)


def test_a_note_that_says_nothing_of_it_leaves_the_priority() -> None:
    urgent = given(whole(priority="urgent"))
    assert the(urgent.when(note(at(hours=2))).then("noted").task).priority == "urgent"


def test_what_is_starred_keeps_its_priority_for_all_but_the_owner() -> None:
    said = f"it is starred: only {CITY}, whose matter it is, may change its priority"
    for priority in get_args(Priority):
        command = note(at(2), source=DISTRICT, priority=priority)
        STARRED.when(command).refused("$.data.priority", early=False, saying=said)
    assert the(STARRED.when(note(at(2), priority="ordinary")).task).priority == "ordinary"
    assert the(STARRED.when(amend(at(2), priority="extra_urgent")).task).priority == "extra_urgent"


def test_what_is_starred_may_have_a_note_of_the_unit_that_leaves_its_priority() -> None:
    task = the(STARRED.when(note(at(2), source=DISTRICT, due=at(10))).then("noted").task)
    assert (task.priority, task.starred, clock_of(task, ClockName.INTERNAL).due) == ("urgent", True, at(10))


def test_the_owners_due_in_a_note_is_the_due() -> None:
    task = the(NOW.when(note(at(2), due=at(30))).then("noted").task)
    finish = finish_of(task)
    assert (finish.due, finish.version, finish.rule, finish.anchor) == (at(30), 2, "sender", at(0))
    assert clock_of(task, ClockName.INTERNAL).due == at(25)


def test_the_owners_due_starts_the_clock_where_nothing_is_taken_up_yet() -> None:
    untouched = given(whole(), sign(at(hours=1)))
    assert the(untouched.task).clock(ClockName.FINISH) is None
    task = the(untouched.when(note(at(2), due=at(30))).task)
    finish = finish_of(task)
    assert (finish.due, finish.version, finish.anchor) == (at(30), 1, at(2))
    assert [clock.name for clock in task.clocks] == ["sign", "respond", "finish", "internal"]
    assert clock_of(task, ClockName.SIGN).stopped_at == at(hours=1), "its signature stands"


def test_the_owner_may_set_a_due_without_an_end() -> None:
    task = the(NOW.when(note(at(2), due=DuePeriod("open_ended", None))).task)
    assert (finish_of(task).due, clock_of(task, ClockName.INTERNAL).due, task.wakes_at) == (None, None, None)


def test_a_due_of_the_owner_in_the_past_is_overdue_at_once() -> None:
    outcome = NOW.when(note(at(12), due=at(5)))
    assert outcome.kinds[-2:] == ["noted", "overdue"]
    assert the(outcome.task).is_overdue(ClockName.FINISH)


def test_a_note_that_is_told_late_withdraws_the_alert_of_the_due_that_it_replaced() -> None:
    overdue = NOW.swept(at(21))
    outcome = overdue.when(note(at(19), due=at(40)))
    assert "alert-withdrawn" in outcome.kinds
    assert not the(outcome.task).is_overdue(ClockName.FINISH)


CLOSED_NOW = given(*DATED, submit(at(3)), approve(at(4)))
STOOD = given(*DATED, suspend(at(3)))
ARCHIVED = given(*DATED, submit(at(3)), approve(at(4)), archive(at(5)))


@pytest.mark.parametrize(("now", "place"), [(CLOSED_NOW, "closed"), (STOOD, "suspended"), (ARCHIVED, "archived")])
@pytest.mark.parametrize("source", [CITY, DISTRICT])
def test_where_nothing_runs_no_due_is_set_but_a_note_is_taken(now: Given, place: str, source: str) -> None:
    why = f"no due can be set while the task is {place}"
    now.when(note(at(6), source=source, due=at(10))).refused("$.data.due", early=True, saying=why)
    assert the(now.when(note(at(6), source=source, priority="urgent")).leads_to(place).task).priority == "urgent"


def test_an_ended_matter_takes_no_note() -> None:
    ended = given(*DATED, withdraw(at(3)))
    ended.when(note(at(4))).refused("$.type", early=False, saying="note is not open while the task is ended")


def test_in_the_reported_flow_the_owner_sets_the_due_by_a_note_too() -> None:
    reported = given(register(policy="reported"))
    assert finish_of(reported.when(note(at(2), due=at(9))).task).due == at(9)


def test_a_receiver_sets_a_due_of_its_own_where_the_owner_set_none() -> None:
    endless = given(whole(due=DuePeriod("open_ended", None)))
    assert endless.when(note(at(hours=2), source=DISTRICT, due=at(9))).entries
    not_taken_up = given(whole())
    assert clock_of(not_taken_up.when(note(at(hours=2), source=DISTRICT, due=at(9))).task, ClockName.INTERNAL).due == at(9)


def test_the_priority_stays_through_a_new_episode() -> None:
    urgent = given(*DATED, note(at(2), priority="urgent"), submit(at(3)), approve(at(4)), relapse(at(9)))
    assert the(urgent.task).priority == "urgent"


def test_in_any_order_of_arrival_the_last_note_of_the_owner_holds() -> None:
    told = [*IN_HAND, note(at(2), due=at(30), priority="urgent"), note(at(3), id_="second", due=at(25)), submit(at(4))]
    expected = the(tracked(told).task)
    assert finish_of(expected).due == at(25)
    for order in (told[::-1], told[3:] + told[:3], told[1::2] + told[::2]):
        assert the(tracked(order).task) == expected
