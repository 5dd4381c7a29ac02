"""Co-units (协办): whose submission puts the task in review, and whose share is done."""

from itertools import permutations
from typing import get_args

import pytest

from shared.domain.command import Command
from shared.domain.task import Closing, UnitDone
from tests.support.memory_tracker import tracked
from tests.support.sample import accept, amend, approve, at, relapse, send_back, sign, submit, transfer
from tests.support.scenario import Given, given, the
from tests.support.whole import under, whole


def shared(*, closing: Closing | None, co_units: tuple[str, ...] = ("water", "parks"), unit: str | None = "bureau") -> Given:
    """A matter in hand of a lead unit and its co-units."""
    return given(*_shared(closing, co_units, unit))


def _shared(
    closing: Closing | None, co_units: tuple[str, ...] = ("water", "parks"), unit: str | None = "bureau"
) -> list[Command]:
    return [whole(co_units=co_units, closing=closing, unit=unit), sign(at(hours=1)), accept(at(1))]


def by(unit: str | None, day: float) -> Command:
    return submit(at(day), id_=f"{unit}-{day}", unit=unit)


def done(now: Given) -> list[str]:
    return [one.unit for one in the(now.task).done]


def test_under_the_rule_of_the_lead_its_word_alone_counts() -> None:
    now = given(*_shared("lead"), by("water", 2))
    assert (the(now.task).state.place, the(now.task).done) == ("handling", (UnitDone("water", at(2)),))
    now.when(by("bureau", 3)).then("submitted").leads_to("in_review")
    now.when(by(None, 3)).then("submitted").leads_to("in_review")


def test_under_the_rule_of_any_the_first_word_counts() -> None:
    for unit in ("water", "parks", "bureau", None):
        shared(closing="any").when(by(unit, 2)).then("submitted").leads_to("in_review")


def test_under_the_rule_of_all_the_last_word_counts() -> None:
    for first, second, third in permutations(["bureau", "water", "parks"]):
        now = given(*_shared("all"), by(first, 2), by(second, 3))
        assert (the(now.task).state.place, done(now)) == ("handling", [first, second])
        last = now.when(by(third, 4)).then("submitted").leads_to("in_review")
        assert [one.unit for one in the(last.task).done] == [first, second, third]


def test_who_does_not_say_which_unit_it_is_speaks_for_the_lead() -> None:
    now = given(*_shared("all"), by(None, 2))
    assert done(now) == ["bureau"]


def test_the_senders_own_rule_goes_before_that_of_the_policy() -> None:
    assert the(shared(closing=None).task).closing == "all"
    assert the(shared(closing="lead").task).closing == "lead"
    policy = under(closing="any")
    assert the(given(*_shared(None), rulebook=policy).task).closing == "any"


def test_without_co_units_every_rule_asks_for_one_word() -> None:
    for closing in get_args(Closing):
        now = shared(closing=closing, co_units=())
        now.when(by(None, 2)).then("submitted").leads_to("in_review")
        assert the(now.when(by("bureau", 2)).task).done == ()


def test_what_another_unit_says_again_does_not_stand_for_those_that_said_nothing() -> None:
    now = given(*_shared("all"), by("water", 2), by("water", 3), by("bureau", 4))
    assert the(now.task).state.place == "handling"


def test_a_share_is_done_once_when_the_unit_said_so_last() -> None:
    now = given(*_shared("all"), by("water", 2), by("water", 3))
    assert the(now.task).done == (UnitDone("water", at(3)),)


@pytest.mark.parametrize("closing", ["lead", "all"])
def test_a_unit_that_has_nothing_to_do_with_it_does_not_speak_for_the_lead(closing: Closing) -> None:
    assert the(shared(closing=closing).when(by("stranger", 2)).task).state.place == "handling"


def test_the_former_lead_does_not_speak_for_the_new_one() -> None:
    moved = given(*_shared("lead"), transfer(at(1.2), to_unit="roads"), sign(at(1.5), id_="again"))
    assert the(moved.when(by("bureau", 2)).task).state.place == "handling"
    moved.when(by("roads", 2)).leads_to("in_review")


def test_where_no_lead_is_named_whoever_is_no_co_unit_speaks_for_it() -> None:
    shared(closing="lead", unit=None).when(by("somebody", 2)).leads_to("in_review")
    assert the(shared(closing="lead", unit=None).when(by("water", 2)).task).state.place == "handling"
    now = given(*_shared("all", unit=None), by("water", 2))
    now.when(by("parks", 3)).leads_to("in_review")


def test_a_co_unit_may_say_that_it_is_done_after_the_review_began_and_after_the_closing() -> None:
    reviewed = given(*_shared("lead"), by("bureau", 2))
    late = reviewed.when(by("water", 3)).then("unit-submitted").leads_to("in_review")
    assert [one.unit for one in the(late.task).done] == ["bureau", "water"]
    closed = given(*_shared("lead"), by("bureau", 2), approve(at(3)))
    closed.when(by("water", 4)).then("unit-submitted").leads_to("closed")


def test_who_said_so_before_and_who_is_no_co_unit_says_nothing_new_in_the_review() -> None:
    reviewed = given(*_shared("any"), by("water", 2))
    for unit in ("water", "bureau", None, "stranger"):
        saying = "submit is not open while the task is in_review, but to a co-unit whose share is not done yet"
        reviewed.when(by(unit, 3)).refused("$.type", early=True, saying=saying)
    reviewed.when(by("parks", 3)).then("unit-submitted")


def test_what_is_sent_back_is_to_be_done_again_by_all() -> None:
    back = given(*_shared("all", ("water",)), by("bureau", 2), by("water", 3), send_back(at(4)))
    assert the(back.task).done == ()
    assert the(back.when(by("bureau", 5)).task).state.place == "handling"
    given(*_shared("all", ("water",)), by("bureau", 2), by("water", 3), send_back(at(4)), by("water", 5)).when(
        by("bureau", 6)
    ).leads_to("in_review")


def test_a_co_unit_that_was_taken_off_is_not_waited_for() -> None:
    now = given(*_shared("all"), by("water", 2), amend(at(3), co_units=("water",)))
    now.when(by("bureau", 4)).leads_to("in_review")


def test_a_new_episode_begins_with_nothing_done() -> None:
    again = given(*_shared("any"), by("water", 2), approve(at(3)), relapse(at(9)))
    assert (the(again.task).done, the(again.task).co_units) == ((), ("water", "parks"))
    assert the(again.task).previous is not None


def test_in_any_order_of_arrival_the_shares_are_the_same() -> None:
    told = [*_shared("all", ("water",)), by("water", 2), by("bureau", 3), approve(at(4))]
    expected = the(tracked(told).task)
    for order in permutations(told):
        assert the(tracked(order).task) == expected
