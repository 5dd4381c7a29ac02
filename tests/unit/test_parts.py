"""A task that is split: its parts' numbers, how they went, and how that closes the whole."""

from typing import Literal

import pytest

from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.matter import DUBAN, Matter
from shared.domain.policy import Rulebook
from shared.domain.task import Closed, Part
from shared.domain.value import replace
from tests.support.counting import counted_as
from tests.support.memory_tracker import holding, tracked
from tests.support.sample import (
    CITY,
    START,
    approve,
    archive,
    at,
    record,
    relapse,
    resume,
    sign,
    split,
    submit,
    suspend,
    tell_of_part,
    withdraw,
)
from tests.support.scenario import Given, given, the
from tests.support.whole import CLOSED, IN_HAND, clock_of, under, whole

ANY, NONE = under(parts="any"), under(parts=None)
SPLIT: list[Command] = [*IN_HAND, split(at(2))]
HALVES = given(*SPLIT)


def told(number: int, over: Literal["stage", "full", "ended"] | None, day: float) -> Command:
    return tell_of_part(at(day), id_=f"part-{number}-{day}", number=f"7/{number}", over=over)


def parts_of(now: Given) -> list[tuple[str, str | None]]:
    return [(part.number, part.over) for part in the(now.task).parts]


def test_a_split_numbers_its_parts_and_tells_what_they_have_from_the_whole() -> None:
    outcome = given(*IN_HAND).when(split(at(2), parts=3)).then("split").leads_to("handling")
    fact = outcome.entries[0].fact
    finish = the(outcome.task).clock(ClockName.FINISH)
    assert finish is not None
    assert fact == f.Split(at(2), ("7/1", "7/2", "7/3"), "whole", "bureau", finish.due)
    assert the(outcome.task).parts == (Part("7/1"), Part("7/2"), Part("7/3"))


def test_a_second_split_goes_on_counting() -> None:
    outcome = HALVES.when(split(at(3), id_="again", parts=2, first=3))
    assert [part.number for part in the(outcome.task).parts] == ["7/1", "7/2", "7/3", "7/4"]


def test_a_split_in_another_episode_goes_on_counting_too() -> None:
    again = given(
        *SPLIT, told(1, "full", 3), told(2, "full", 4), relapse(at(9)), sign(at(10), id_="s"), split(at(11), id_="b", first=3)
    )
    assert [part.number for part in the(again.task).parts] == ["7/3", "7/4"]


def test_a_number_is_given_once_and_the_refusal_says_where_they_go_on() -> None:
    HALVES.when(split(at(3), id_="again")).refused("$.data.first", early=False, saying="first = 3")
    relapsed = given(*SPLIT, told(1, "full", 3), told(2, "full", 4), relapse(at(9)), sign(at(10), id_="s"))
    relapsed.when(split(at(11), id_="b")).refused("$.data.first", early=False, saying="7/1 is a part of it already")


def test_what_is_not_taken_up_has_no_due_to_hand_on() -> None:
    fact = given(whole()).when(split(at(hours=2))).entries[0].fact
    assert isinstance(fact, f.Split)
    assert fact.due is None


def test_it_closes_with_all_of_its_parts() -> None:
    HALVES.when(told(1, "full", 3)).then("part-told").leads_to("handling")
    both = given(*SPLIT, told(1, "full", 3)).when(told(2, "full", 4)).then("part-told", "approved").leads_to("closed")
    assert the(both.task).state == Closed(at(4), at(4))
    assert counted_as(the(both.task)) == ("received", "closed", "closed_on_time")
    assert [entry.cause is None for entry in both.entries] == [False, True]
    assert clock_of(both.task, ClockName.LOOK_BACK).anchor == at(4)


def test_it_closes_with_the_first_of_its_parts_where_the_policy_says_so() -> None:
    given(*SPLIT, rulebook=ANY).when(told(2, "full", 3)).then("part-told", "approved").leads_to("closed")


def test_without_such_a_rule_it_is_approved_like_any_other() -> None:
    now = given(*SPLIT, told(1, "full", 3), rulebook=NONE)
    now.when(told(2, "full", 4)).then("part-told").leads_to("handling")


def test_it_is_closed_for_the_stage_if_one_of_its_parts_is() -> None:
    for halves in ((told(1, "stage", 3), told(2, "full", 4)), (told(1, "full", 3), told(2, "stage", 4))):
        assert the(given(*SPLIT, *halves).task).state == Closed(at(4), None)


def test_when_that_part_is_closed_in_full_the_whole_is() -> None:
    now = given(*SPLIT, told(1, "stage", 3), told(2, "full", 4))
    task = the(now.when(told(1, "full", 9)).then("part-told", "approved").leads_to("closed").task)
    assert task.state == Closed(at(4), at(9))
    assert clock_of(task, ClockName.LOOK_BACK).anchor == at(9)


def test_parts_that_ended_without_closing_are_not_waited_for() -> None:
    now = given(*SPLIT, told(1, "ended", 3))
    assert the(now.task).state.place == "handling"
    now.when(told(2, "full", 4)).then("part-told", "approved").leads_to("closed")


@pytest.mark.parametrize("rulebook", [ANY, under(parts="all")])
def test_parts_that_all_ended_without_closing_close_nothing(rulebook: Rulebook) -> None:
    now = given(*SPLIT, told(1, "ended", 3), rulebook=rulebook)
    now.when(told(2, "ended", 4)).then("part-told").leads_to("handling")


def test_a_part_that_is_open_again_is_waited_for_again() -> None:
    now = given(*SPLIT, told(1, "full", 3), told(1, None, 4))
    assert parts_of(now) == [("7/1", None), ("7/2", None)]
    assert the(now.when(told(2, "full", 5)).task).state.place == "handling"
    given(*SPLIT, told(1, "full", 3), told(1, None, 4), told(2, "full", 5)).when(told(1, "full", 6)).leads_to("closed")


def test_a_part_that_is_open_again_after_the_whole_was_closed_is_on_record_and_the_whole_stays_closed() -> None:
    closed = given(*SPLIT, told(1, "full", 3), told(2, "full", 4))
    again = closed.when(told(1, None, 9)).then("part-told").leads_to("closed")
    assert [part.over for part in the(again.task).parts] == [None, "full"]


def test_while_it_is_suspended_what_became_of_the_parts_is_noted_and_it_closes_when_it_runs_again() -> None:
    stood = given(*SPLIT, suspend(at(3)), told(1, "full", 4))
    now = stood.when(told(2, "full", 5)).then("part-told").leads_to("suspended")
    assert [part.over for part in the(now.task).parts] == ["full", "full"]
    given(*SPLIT, suspend(at(3)), told(1, "full", 4), told(2, "full", 5)).when(resume(at(9))).leads_to("closed")


def test_a_suspended_whole_whose_parts_are_still_open_only_runs_again() -> None:
    given(*SPLIT, suspend(at(3)), told(1, "full", 4)).when(resume(at(9))).then("resumed").leads_to("handling")


def test_it_closes_from_wherever_it_is_open() -> None:
    unsigned = given(whole(), split(at(hours=2)), tell_of_part(at(hours=3), number="7/1"))
    unsigned.when(tell_of_part(at(hours=4), id_="b", number="7/2")).then("part-told", "approved").leads_to("closed")
    reviewed = given(*SPLIT, told(1, "full", 3), submit(at(3.5)))
    reviewed.when(told(2, "full", 4)).leads_to("closed")


def test_what_is_over_is_told_and_stays_over() -> None:
    given(*SPLIT, withdraw(at(3))).when(told(1, "ended", 4)).then("part-told").leads_to("ended")
    archived = given(*SPLIT, told(1, "full", 3), told(2, "full", 4), archive(at(5)))
    archived.when(told(1, "stage", 6)).then("part-told").leads_to("archived")


def test_only_duban_makes_parts_and_tells_of_them() -> None:
    spoken = told(1, "full", 3)
    said = "only duban itself makes the parts of a task"
    HALVES.when(replace(spoken, cause=replace(spoken.cause, source=CITY))).refused("$.source", early=False, saying=said)
    given().when(whole(part_of="6")).refused("$.source", early=False, saying=said)
    by_duban = replace(whole(part_of="6"), cause=replace(whole().cause, source=DUBAN), matter=Matter(CITY, "6/1"))
    given().when(replace(by_duban, matter=Matter(CITY, "7"))).refused("$.data.part_of", early=False, saying="7 is no part of 6")
    task = the(given().when(by_duban).then("registered").task)
    assert (task.part_of, counted_as(task)) == ("6", ())


def test_what_is_said_of_a_part_that_is_not_known_waits() -> None:
    HALVES.when(told(3, "full", 3)).refused("$.data.number", early=True, saying="7/3 is no part of it")
    given(*CLOSED).when(told(1, "full", 9)).refused("$.data.number", early=True, saying="7/1 is no part of it")


def test_in_any_order_of_arrival_the_whole_is_the_same() -> None:
    history = [*SPLIT, told(1, "stage", 3), told(2, "full", 4), told(1, "full", 9), relapse(at(20))]
    expected = tracked(history).sweep(at(60))
    for order in (history[::-1], history[3:] + history[:3], history[1::2] + history[::2]):
        assert holding(tracked(order).sweep(at(60)).task) == holding(expected.task)


def test_a_split_that_is_told_late_says_all_that_follows_from_it() -> None:
    late = split(at(hours=2))
    tracker = tracked([whole(START), sign(at(1)), late])
    assert [part.number for part in the(tracker.task).parts] == ["7/1", "7/2"]
    [entry] = [entry for entry in tracker.ledger if entry.cause == late.cause]
    assert entry.fact == f.Corrected(late.cause.at, the(tracker.task))


def test_a_split_that_a_late_event_lets_through_says_all_that_follows_from_it() -> None:
    # The resumption is told last: what waited for it comes into force with the correction.
    waited = split(at(4))
    tracker = tracked([whole(START), sign(at(1)), suspend(at(2)), waited, record(at(5)), resume(at(3))])
    assert [part.number for part in the(tracker.task).parts] == ["7/1", "7/2"]
    [entry] = [entry for entry in tracker.ledger if entry.cause == waited.cause]
    assert isinstance(entry.fact, f.Split) or entry.fact == f.Corrected(waited.cause.at, the(tracker.task))


def test_a_part_keeps_its_number_when_an_earlier_split_is_told_late() -> None:
    tracker = tracked([whole(START), split(at(2), parts=2)])
    tracker.push(tell_of_part(at(3), number="7/1"), split(at(1), id_="earlier", parts=3, first=3))
    assert sorted((part.number, part.over) for part in the(tracker.task).parts) == [
        ("7/1", "full"),
        *((f"7/{number}", None) for number in (2, 3, 4, 5)),
    ]


def test_the_latest_word_of_a_part_counts_whenever_it_happened() -> None:
    # It was approved, and what was told late says that it had been withdrawn before.
    first, second = tell_of_part(at(5), id_="a", position=40), tell_of_part(at(3), id_="b", over="ended", position=41)
    for told_ in ((first, second), (second, first)):
        tracker = tracked([*SPLIT, *told_])
        assert the(tracker.task).parts[0] == Part("7/1", "ended", 41)


def test_an_approval_closes_a_whole_whose_parts_are_open() -> None:
    now = given(*SPLIT, submit(at(3)), approve(at(4)))
    assert (the(now.task).state, parts_of(now)) == (Closed(at(4), at(4)), [("7/1", None), ("7/2", None)])


def test_its_open_parts_end_with_it_when_it_ends_without_closing() -> None:
    withdrawn = given(*SPLIT, told(1, "full", 3)).when(withdraw(at(4))).entries[0].fact
    assert isinstance(withdrawn, f.Withdrawn)
    assert withdrawn.parts == ("7/2",)


def test_a_part_of_a_former_episode_may_still_tell_how_it_went() -> None:
    relapsed = given(*SPLIT, submit(at(3)), approve(at(4)), relapse(at(9)))
    task = the(relapsed.when(told(2, "full", 9.5)).then("part-told").leads_to("pending").task)
    assert task.previous is not None
    assert [part.over for part in task.previous.parts] == [None, "full"]


def test_a_part_under_a_policy_that_is_not_there_is_not_made() -> None:
    wrong = replace(split(at(2)), policies=frozenset({"whole", "no-such"}))
    given(*IN_HAND).when(wrong).refused("$.data.parts", early=False, saying="no policy 'no-such' for a directive")


def test_numbers_that_no_event_could_carry_are_not_given() -> None:
    long = Matter(CITY, "7" * 199)
    commands = [replace(command, matter=long) for command in (*IN_HAND, split(at(2)))]
    given(*commands[:-1]).when(commands[-1]).refused("$.subject", early=False, saying="longer than 200")
