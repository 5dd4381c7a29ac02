"""A response that comes while a matter stands still ends the asking for it: its clock does not run again with the others."""

from datetime import datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.measure import Measure
from shared.domain.task import Task
from shared.domain.timeline import standing
from shared.domain.value import replace
from tests.support.any_command import VARIED_POLICIES, told
from tests.support.memory_tracker import tracked
from tests.support.sample import accept, at, respond, resume, rule, sign, suspend
from tests.support.scenario import given, the
from tests.support.whole import clock_of, under, whole

MUCH_LATER = at(400)
ANSWERED: list[Command] = [whole(), sign(at(hours=1)), suspend(at(hours=2)), respond(at(2)), resume(at(3))]
FROM_ACCEPTANCE = under(respond=replace(rule("2wd"), starts="accept"))


def asked_for(task: Task | None) -> list[str]:
    """The rungs of the alerts of the response."""
    return [alert.rung for alert in the(task).alerts if alert.clock is ClockName.RESPOND]


def test_who_responded_in_a_standstill_is_not_told_that_a_response_is_due() -> None:
    now = given(*ANSWERED)
    assert clock_of(now.task, ClockName.RESPOND).stopped_at == at(3)
    assert asked_for(now.swept(MUCH_LATER).task) == []


def test_who_responded_late_in_a_standstill_is_not_told_a_second_time() -> None:
    late = given(whole(), sign(at(0.5))).swept(at(5))
    assert asked_for(late.task) == ["near-1wd", "overdue"]
    for command in (suspend(at(6)), respond(at(7)), resume(at(8))):
        late = replace(late, task=late.when(command).task)
    assert asked_for(late.swept(MUCH_LATER).task) == ["near-1wd", "overdue"]


def test_a_second_standstill_does_not_ask_again() -> None:
    now = given(*ANSWERED, suspend(at(4), id_="again"), resume(at(5), id_="on"))
    assert asked_for(now.swept(MUCH_LATER).task) == []


def test_who_did_not_respond_in_a_standstill_is_still_asked() -> None:
    now = given(whole(), sign(at(hours=1)), suspend(at(hours=2)), resume(at(3)))
    assert asked_for(now.swept(MUCH_LATER).task) == ["near-1wd", "overdue"]
    assert clock_of(now.when(respond(at(4))).task, ClockName.RESPOND).stopped_at == at(4)


@pytest.mark.parametrize("stood", [at(1), at(1.5)])
def test_the_acceptance_that_started_the_clock_is_no_response(stood: datetime) -> None:
    begun: list[Command] = [whole(), sign(at(0.5)), accept(at(1)), suspend(stood)]
    unanswered = given(*begun, resume(at(3)), rulebook=FROM_ACCEPTANCE)
    assert "overdue" in asked_for(unanswered.swept(MUCH_LATER).task)
    answered = given(*begun, respond(at(2)), resume(at(3)), rulebook=FROM_ACCEPTANCE)
    assert asked_for(answered.swept(MUCH_LATER).task) == []


def test_that_it_stood_still_is_still_told_of_a_matter_that_was_not_taken_up() -> None:
    task = the(given(*ANSWERED).task)
    still = [day for day in (0, 1, 2.5, 3) if standing(task, at(day)) & Measure.SUSPENDED.bit]
    assert still == [1, 2.5]


def test_in_any_order_of_arrival_nobody_is_asked_again() -> None:
    expected = the(tracked(ANSWERED).task)
    for order in permutations(ANSWERED):
        tracker = tracked(list(order))
        assert tracker.task == expected
        assert asked_for(tracker.sweep(MUCH_LATER).task) == []


@settings(max_examples=600, deadline=None)
@hypothesis_given(st.integers(0, 2**32).map(Random))
def test_no_clock_of_a_response_runs_once_it_was_given(random: Random) -> None:
    """Whichever event starts the clock, and also where all of them are of one instant."""
    policy, when = random.choice(["whole", "signed", "received"]), at(0)
    commands: list[Command] = [replace(whole(), policy=policy), sign(when)]
    for number in range(random.randint(3, 9)):
        when += random.choice([timedelta(0), timedelta(0), timedelta(days=1), timedelta(days=9)])
        commands.append(random.choice([accept, respond, suspend, resume])(when, id_=str(number)))
    task = the(told(None, commands))
    asked, clock = VARIED_POLICIES[policy].respond, task.clock(ClockName.RESPOND)
    if clock is not None and asked is not None and clock.stopped_at is None:
        said = sum(mark.what == "responded" for mark in task.marks)
        assert said <= (asked.starts == "accept"), "but for the acceptance that starts it"
