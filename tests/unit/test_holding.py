"""Who had a matter for how long: stretches by unit, in working time and in time as it passes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.command import Command
from shared.domain.fact import Registered
from shared.domain.history import fold
from shared.domain.holding import Held, holding
from tests.support.histories import any_history
from tests.support.sample import (
    CALENDAR,
    RULEBOOK,
    amend,
    approve,
    approve_return,
    at,
    exclude,
    merge,
    not_accept,
    record,
    register,
    relapse,
    request_return,
    resume,
    send_back,
    sign,
    submit,
    suspend,
    transfer,
    withdraw,
)

NOW = at(10)
DAY = 7 * 60 + 30
"""Working minutes of a day; START is a Monday, 09:00."""


def held(*commands: Command, now: datetime = NOW) -> Sequence[Held]:
    steps = fold(commands, RULEBOOK).steps
    assert len(steps) == len(commands), "each of them is legal"
    return holding(tuple([entry for _, entries in steps for entry in entries]), now, CALENDAR)


def stretches(*commands: Command) -> list[tuple[str | None, datetime, datetime | None]]:
    return [(one.unit, one.since, one.until) for one in held(*commands)]


def test_the_unit_of_the_registration_has_it_until_now() -> None:
    assert held(register(), now=at(1)) == (Held("bureau", at(0), None, DAY, 24 * 60, 0),)


def test_a_transfer_ends_the_stretch_of_one_unit_and_begins_that_of_another() -> None:
    story = held(register(), sign(at(hours=1)), transfer(at(1, hours=2), to_unit="water"), record(at(2)), now=at(9))
    assert story == (
        Held("bureau", at(0), at(1, hours=2), DAY + 120, 26 * 60, 0),
        Held("water", at(1, hours=2), None, 6 * DAY - 120, (7 * 24 + 22) * 60, 0),
    )


def test_seconds_are_left_out_at_the_end_of_the_count() -> None:
    story = held(register(), transfer(at() + timedelta(minutes=1, seconds=59)), now=at(minutes=4))
    assert [(one.working_minutes, one.natural_minutes) for one in story] == [(1, 1), (2, 2)]


def test_after_an_approved_return_it_is_with_its_owner_until_it_is_transferred() -> None:
    story = stretches(
        register(),
        request_return(at(hours=2)),
        approve_return(at(hours=4)),
        transfer(at(1), to_unit="water", source="city"),
        sign(at(2)),
        submit(at(3)),
        approve(at(4)),
    )
    assert story == [
        ("bureau", at(0), at(hours=4)),
        (None, at(hours=4), at(1)),
        ("water", at(1), at(4)),
    ]


def test_before_a_unit_is_named_it_is_with_its_owner() -> None:
    story = stretches(register(unit=None), amend(at(1), unit="bureau"), amend(at(2), title="the river and its banks"))
    assert story == [(None, at(0), at(1)), ("bureau", at(1), None)]


def test_naming_the_same_unit_again_begins_nothing_but_a_transfer_does() -> None:
    assert stretches(register(), amend(at(1), unit="bureau")) == [("bureau", at(0), None)]
    again = stretches(register(), transfer(at(1), to_unit="bureau"))
    assert again == [("bureau", at(0), at(1)), ("bureau", at(1), None)]


def test_sending_back_leaves_it_where_it_is() -> None:
    story = stretches(register(), sign(at(1)), submit(at(2)), send_back(at(3)), submit(at(4)), approve(at(5)))
    assert story == [("bureau", at(0), at(5))]


@pytest.mark.parametrize("end", [withdraw(at(1)), not_accept(at(1)), merge(at(1)), exclude(at(1))])
def test_it_is_held_no_longer_once_it_ended(end: Command) -> None:
    assert stretches(register(), end) == [("bureau", at(0), at(1))]


def test_the_time_in_which_it_stood_still_is_told_apart() -> None:
    story = held(register(), sign(at(hours=1)), suspend(at(1)), resume(at(3)), submit(at(4)), approve(at(4)))
    assert story == (Held("bureau", at(0), at(4), 2 * DAY, 4 * 24 * 60, 2 * DAY),)


def test_what_stands_still_now_does_so_up_to_now() -> None:
    [now] = held(register(), sign(at(hours=1)), suspend(at(1)), now=at(2))
    assert (now.working_minutes, now.natural_minutes, now.suspended_minutes) == (DAY, 2 * 24 * 60, DAY)
    [ended] = held(register(), sign(at(hours=1)), suspend(at(1)), withdraw(at(2)))
    assert (ended.working_minutes, ended.suspended_minutes, ended.until) == (DAY, DAY, at(2))


def test_a_relapse_begins_another_stretch_and_nobody_has_what_is_closed() -> None:
    story = stretches(register(), sign(at(1)), submit(at(2)), approve(at(2)), relapse(at(5)), transfer(at(6), to_unit="water"))
    assert story == [("bureau", at(0), at(2)), ("bureau", at(5), at(6)), ("water", at(6), None)]


def test_a_closing_in_full_after_one_for_the_stage_changes_nothing() -> None:
    closed = [register(), sign(at(1)), submit(at(2)), approve(at(2), grade="stage")]
    assert stretches(*closed, approve(at(5), id_="full")) == stretches(*closed) == [("bureau", at(0), at(2))]


def test_a_transfer_told_late_counts_where_it_belongs() -> None:
    told = [register(), sign(at(2)), submit(at(3)), approve(at(3)), transfer(at(1), to_unit="water")]
    assert stretches(*told) == stretches(*sorted(told, key=lambda one: one.cause.order))
    assert [one[0] for one in stretches(*told)] == ["bureau", "water"]


def test_a_stretch_that_begins_after_now_has_lasted_no_time() -> None:
    [ahead_of_now] = held(register(), now=at(-1))
    assert (ahead_of_now.working_minutes, ahead_of_now.natural_minutes, ahead_of_now.suspended_minutes) == (0, 0, 0)


def test_what_waited_for_another_never_makes_a_stretch_run_backwards() -> None:
    steps = fold([register(), resume(at(1)), sign(at(2)), suspend(at(3)), transfer(at(4))], RULEBOOK).steps
    story = holding(tuple([entry for _, entries in steps for entry in entries]), NOW, CALENDAR)
    assert [(one.since, one.until) for one in story] == [(at(0), at(4)), (at(4), None)]
    assert story[0].suspended_minutes == 0


@settings(max_examples=60, deadline=None)
@given(any_history(), st.integers(0, 24 * 60))
def test_stretches_follow_each_other_and_hold_no_more_than_the_time_that_passed(history: list[Command], hours: int) -> None:
    folded = fold(history, RULEBOOK)
    entries = tuple([entry for _, entries in folded.steps for entry in entries])
    assert isinstance(entries[0].fact, Registered)
    now = history[-1].cause.at + timedelta(hours=hours)
    story = holding(entries, now, CALENDAR)
    assert folded.task is not None
    assert (story[-1].until is None) == folded.task.is_open
    assert not folded.task.is_open or story[-1].unit == folded.task.unit
    for one, following in pairwise(story):
        assert one.until is not None
        assert one.since <= one.until <= following.since
    for one in story:
        whole = CALENDAR.working_time(one.since, one.until or now) // timedelta(minutes=1)
        assert one.working_minutes + one.suspended_minutes == whole <= one.natural_minutes
