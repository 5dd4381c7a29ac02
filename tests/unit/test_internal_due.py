"""The unit's own, earlier due: it follows the finish due, and a leader of the unit may only bring it forward."""

import pytest

from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.task import Task
from tests.support.counting import counted_as
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    CITY,
    DISTRICT,
    accept,
    amend,
    approve,
    at,
    grant_extension,
    note,
    request_extension,
    resume,
    rule,
    sign,
    submit,
    suspend,
)
from tests.support.scenario import finish_of, given, the
from tests.support.whole import clock_of, under, whole

DATED = given(whole(due=at(20)), sign(at(hours=1)), accept(at(1)))
NO_RULE = under(internal=None)


def own(task: Task | None) -> tuple[object, int]:
    """Due and version of the internal clock."""
    clock = clock_of(task, ClockName.INTERNAL)
    return clock.due, clock.version


def test_it_lies_so_long_before_the_finish_due_under_its_own_rule() -> None:
    clock = clock_of(DATED.task, ClockName.INTERNAL)
    assert (clock.due, clock.rule, clock.citation, clock.version) == (at(15), "whole.internal@1", "sample citation", 1)


def test_it_starts_with_the_finish_clock() -> None:
    now = given(whole(), sign(at(hours=1)))
    assert the(now.task).clock(ClockName.INTERNAL) is None
    task = now.when(accept(at(1))).task
    finish = finish_of(task).due
    assert finish is not None
    assert (own(task)[0], clock_of(task, ClockName.INTERNAL).anchor) == (finish - (at(5) - at(0)), at(1))


def test_it_is_told_when_it_runs_out_and_nothing_is_late_to_the_outside() -> None:
    task = the(DATED.swept(at(16)).task)
    assert (task.is_overdue(ClockName.INTERNAL), task.is_overdue(ClockName.FINISH)) == (True, False)
    assert counted_as(task) == ("received", "open")


def test_a_finish_due_that_is_too_near_leaves_no_room_for_an_earlier_one() -> None:
    clock = clock_of(given(whole(due=at(4))).task, ClockName.INTERNAL)
    assert (clock.due, clock.rungs) == (None, ())


def test_an_open_ended_finish_has_an_open_ended_internal_due() -> None:
    assert own(given(whole(due=DuePeriod("open_ended", None))).task) == (None, 1)


def test_it_follows_when_the_owner_gives_another_due() -> None:
    assert own(DATED.when(amend(at(2), due=at(30))).task) == (at(25), 2)
    assert own(DATED.when(note(at(2), due=at(12))).task) == (at(7), 2)


def test_it_follows_when_the_due_is_extended() -> None:
    asked = given(whole(due=at(20)), sign(at(hours=1)), request_extension(at(5), at(30)))
    assert own(asked.task) == (at(15), 1)
    assert own(asked.when(grant_extension(at(6), at(28))).task) == (at(23), 2)


def test_it_follows_when_the_due_was_suspended_and_runs_again() -> None:
    stood = given(whole(due=at(20)), sign(at(hours=1)), suspend(at(5)))
    assert clock_of(stood.task, ClockName.INTERNAL).stopped_at == at(5)
    task = stood.when(resume(at(9))).task
    assert (finish_of(task).due, own(task)) == (at(24), (at(19), 2))
    assert clock_of(task, ClockName.INTERNAL).stopped_at is None


def test_a_leader_of_the_unit_brings_it_forward() -> None:
    outcome = DATED.when(note(at(2), source=DISTRICT, due=at(10))).then("noted")
    assert own(outcome.task) == (at(10), 2)
    assert clock_of(outcome.task, ClockName.INTERNAL).rule == "sender"
    assert finish_of(outcome.task) == finish_of(DATED.task)


def test_a_leader_of_the_unit_sets_one_where_the_policy_has_none() -> None:
    now = given(whole(due=at(20)), sign(at(hours=1)), note(at(2), source=DISTRICT, due=at(10)), rulebook=NO_RULE)
    assert own(now.task) == (at(10), 1)
    assert own(now.when(note(at(3), id_="again", source=DISTRICT, due=at(8))).task) == (at(8), 2)


def test_a_leader_of_the_unit_may_use_all_the_time_there_is_but_no_more() -> None:
    assert DATED.when(note(at(2), source=DISTRICT, due=at(20))).entries
    too_late = note(at(2), source=DISTRICT, due=at(20, minutes=1))
    said = f"a due of the unit's own lies no later than that of {CITY}: 2026-12-13T09:00:00+08:00"
    DATED.when(too_late).refused("$.data.due", early=False, saying=said)
    no_end = note(at(2), source=DISTRICT, due=DuePeriod("open_ended", None))
    DATED.when(no_end).refused("$.data.due", early=False, saying=said)


def test_a_due_of_its_own_in_the_past_is_overdue_at_once() -> None:
    task = the(DATED.when(note(at(3), source=DISTRICT, due=at(2))).task)
    assert (task.is_overdue(ClockName.INTERNAL), task.alerts[-1].at) == (True, at(3))


def test_while_the_matter_stands_still_no_due_is_set() -> None:
    stood = given(whole(due=at(20)), sign(at(hours=1)), suspend(at(5)))
    why = "no due can be set while the task is suspended"
    stood.when(note(at(6), source=DISTRICT, due=at(10))).refused("$.data.due", early=True, saying=why)


@pytest.mark.parametrize("taken_up", [True, False])
def test_a_due_that_a_leader_of_the_unit_set_runs_on_after_a_suspension(taken_up: bool) -> None:
    dated = whole(due=at(20)) if taken_up else whole()
    set_by_leader = [dated, sign(at(hours=1)), note(at(2), source=DISTRICT, due=at(10))]
    now = given(*set_by_leader, suspend(at(5)), resume(at(9)), rulebook=NO_RULE)
    clock = clock_of(now.task, ClockName.INTERNAL)
    assert (clock.stopped_at, clock.due, clock.version) == (None, at(14), 2)


def test_a_due_that_a_leader_of_the_unit_set_runs_on_under_a_policy_with_one_of_its_own_too() -> None:
    now = given(whole(), sign(at(hours=1)), note(at(2), source=DISTRICT, due=at(10)), suspend(at(5)), resume(at(9)))
    clock = clock_of(now.task, ClockName.INTERNAL)
    assert (clock.stopped_at, clock.due) == (None, at(14))


def test_the_units_own_due_never_lies_after_one_that_the_owner_brought_forward() -> None:
    now = given(whole(due=at(20)), sign(at(hours=1)), note(at(2), source=DISTRICT, due=at(15)), rulebook=NO_RULE)
    due, _ = own(now.when(amend(at(3), due=at(12))).task)
    assert due is None or due <= at(12)  # type: ignore[operator]


def test_the_closing_stops_it() -> None:
    closed = given(whole(due=at(20)), sign(at(hours=1)), submit(at(3)), approve(at(4)))
    assert clock_of(closed.task, ClockName.INTERNAL).stopped_at == at(4)


def test_in_any_order_of_arrival_it_is_the_same() -> None:
    told = [
        whole(due=at(20)),
        sign(at(hours=1)),
        note(at(2), source=DISTRICT, due=at(10)),
        suspend(at(3)),
        resume(at(5)),
        amend(at(6), due=at(30)),
    ]
    expected = the(tracked(told).task).clocks
    for order in (told[::-1], told[3:] + told[:3], told[1::2] + told[::2]):
        assert the(tracked(order).task).clocks == expected


def test_its_warnings_are_those_of_its_own_rule() -> None:
    rulebook = under(internal=rule("5cd", (rule("1cd").budget,)))
    rungs = clock_of(given(whole(due=at(20)), rulebook=rulebook).task, ClockName.INTERNAL).rungs
    assert [(rung.name, rung.at) for rung in rungs] == [("near-1cd", at(14)), ("overdue", at(15))]
