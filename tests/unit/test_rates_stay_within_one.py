"""No rate is negative or above 100 %, whatever the clocks of those who report say of the order of things."""

from datetime import timedelta
from random import Random

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain.command import Command
from shared.domain.formula import FORMULAS, counts_of
from shared.domain.history import fold
from shared.domain.measure import Measure
from shared.domain.task import Task
from shared.domain.timeline import standing, timeline
from shared.domain.value import replace
from tests.support.any_command import VARIED
from tests.support.lived import any_course
from tests.support.sample import RULEBOOK, approve, at, register, send_back, sign, split, submit, tell_of_part
from tests.support.scenario import the

_ASTRAY = [timedelta(hours=hours) for hours in (0, 0, 0, -1, -30, 30, -24 * 12)]


def with_clocks_astray(random: Random) -> list[Command]:
    """A legal course, but each command with the time of its sender's own clock."""
    return [
        replace(command, cause=replace(command.cause, at=command.cause.at + random.choice(_ASTRAY)))
        for command in any_course(random)
    ]


def assert_within_one(task: Task) -> None:
    for when in sorted({step.at for step in timeline(task)}):
        for episode in task.episodes:
            bits = standing(episode, when)
            counts = counts_of({measure: bits >> measure & 1 for measure in Measure})
            for id_, formula in FORMULAS.items():
                rate = formula.rate(counts)
                assert 0 <= rate.numerator <= rate.denominator, (id_, when, rate)


def test_what_was_sent_back_before_it_was_submitted_counts_as_sent_back_from_its_submission_on() -> None:
    commands = [register(policy="standard"), sign(at(1)), submit(at(5)), send_back(at(3))]
    task = the(fold(commands, VARIED).task)
    assert task.sent_back == 1, "it waited for the submission, and is in force"
    assert not standing(task, at(4)) & Measure.SENT_BACK.bit
    assert standing(task, at(5)) & Measure.SENT_BACK.bit
    assert_within_one(task)


def test_what_was_closed_in_full_before_it_was_closed_for_the_stage_counts_as_closed_in_full_from_its_closing_on() -> None:
    parts = [tell_of_part(at(20 + nth), id_=f"part-{nth}", number=f"7/{nth}", over="stage") for nth in (1, 2)]
    commands = [register(policy="whole"), split(at(1)), *parts, approve(at(5))]
    task = the(fold(commands, RULEBOOK).task)
    assert task.closed is not None
    assert (task.closed.at, task.closed.full_at) == (at(22), at(5))
    assert not standing(task, at(21)) & Measure.CLOSED_FULL.bit
    assert standing(task, at(22)) & Measure.CLOSED_FULL.bit
    assert_within_one(task)


@hypothesis_given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_rates_of_any_history_are_within_one_at_every_instant(seed: int) -> None:
    task = fold(with_clocks_astray(Random(seed)), VARIED).task
    if task is not None:
        assert_within_one(task)
