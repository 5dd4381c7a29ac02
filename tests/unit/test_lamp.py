"""The lamp of a task: by shape, word and colour, and lateness is never erased."""

from random import Random

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.lamp import FACES, lamp, remark, spoken
from tests.support.any_command import any_task
from tests.support.sample import (
    accept,
    amend,
    approve,
    archive,
    at,
    grant_extension,
    look_back,
    register,
    relapse,
    request_extension,
    resume,
    send_back,
    sign,
    submit,
    suspend,
    withdraw,
)
from tests.support.scenario import given, the

DUE_AT_TEN: list[Command] = [register(at(0), due=at(10)), sign(at(0.5))]


def seen(*commands: Command, days: float, clock: ClockName = ClockName.FINISH) -> str:
    """What the lamp of a clock shows so many days after the start."""
    return spoken(the(given(*commands).swept(at(days)).task), clock)


@pytest.mark.parametrize(
    ("days", "shown"), [(1, "● 正常"), (7, "● 正常"), (7.1, "▲ 临期"), (10, "▲ 临期"), (10.1, "■ 逾期"), (300, "■ 逾期")]
)
def test_it_follows_the_alerts_of_the_finish_due(days: float, shown: str) -> None:
    assert seen(*DUE_AT_TEN, days=days) == shown


@pytest.mark.parametrize(
    ("commands", "shown"),
    [
        ((submit(at(2)), approve(at(3))), "✓ 已办结"),
        ((submit(at(2)), approve(at(11))), "✓ 已办结（逾期办结）"),
        ((submit(at(2)), approve(at(11)), archive(at(12))), "✓ 已办结（逾期办结）"),
        ((submit(at(11)),), "■ 逾期"),
        ((submit(at(11)), send_back(at(12))), "■ 逾期"),
        ((withdraw(at(3)),), "— 另行了结"),
        ((amend(at(11), due=at(40)),), "▲ 临期（曾逾期）"),
        ((amend(at(11), due=at(40)), submit(at(12)), approve(at(13))), "✓ 已办结（曾逾期）"),
        ((suspend(at(3)),), "◇ 暂停"),
        ((suspend(at(11)),), "◇ 暂停（曾逾期）"),
        ((suspend(at(3)), resume(at(20))), "● 正常"),
        ((submit(at(2)), approve(at(11)), relapse(at(12), due=at(60))), "▲ 临期（曾逾期）"),
        ((submit(at(2)), approve(at(3)), relapse(at(12), due=at(60))), "● 正常"),
    ],
)
def test_what_was_late_is_said_ever_after(commands: tuple[Command, ...], shown: str) -> None:
    assert seen(*DUE_AT_TEN, *commands, days=20) == shown


def test_an_extension_that_was_granted_in_time_leaves_it_green() -> None:
    commands = (*DUE_AT_TEN, request_extension(at(5), at(30)), grant_extension(at(6), at(30)))
    assert seen(*commands, days=20) == "● 正常"


def test_each_clock_has_a_lamp_of_its_own() -> None:
    late = [register(at(0), policy="whole"), sign(at(1.5)), accept(at(2))]
    task = the(given(*late).swept(at(3)).task)
    assert (lamp(task, ClockName.SIGN), remark(task, ClockName.SIGN)) == ("done", "逾期完成")
    assert (lamp(task), remark(task)) == ("green", "")
    assert lamp(task, ClockName.LOOK_BACK) == "green", "it does not run yet"


def test_after_the_closing_the_look_back_has_its_lamp() -> None:
    shares = [submit(at(2), id_="lead", unit="bureau"), submit(at(2), id_="other", unit="water")]
    closed = [register(at(0), policy="whole"), sign(at(0.5)), accept(at(1)), *shares, approve(at(3))]
    assert seen(*closed, days=10, clock=ClockName.LOOK_BACK) == "● 正常"
    assert seen(*closed, days=200, clock=ClockName.LOOK_BACK) == "■ 逾期"
    assert seen(*closed, look_back(at(200)), days=201, clock=ClockName.LOOK_BACK) == "✓ 已办结（逾期完成）"
    assert seen(*closed, days=200) == "✓ 已办结"


def test_no_two_lamps_have_a_shape_or_a_word_in_common() -> None:
    assert len({face.shape for face in FACES.values()}) == len({face.word for face in FACES.values()}) == len(FACES)


@settings(max_examples=300, deadline=None)
@hypothesis_given(st.integers(0, 2**32).map(Random), st.sampled_from(list(ClockName)))
def test_what_was_ever_overdue_is_never_green(random: Random, clock: ClockName) -> None:
    task = any_task(random)
    if task is None:
        return
    ever = any(one.clock is clock and one.kind == "overdue" for episode in task.episodes for one in episode.alerts)
    shown = lamp(task, clock)
    assert not (ever and shown == "green")
    assert not ever or shown == "red" or remark(task, clock)
    assert (shown == "red") <= task.is_overdue(clock)
