"""Response and acceptance: clocks that start with the registration, the receipt, the signature or the acceptance."""

from datetime import UTC, datetime

import pytest

from shared.domain.clock import Clock, ClockName
from shared.domain.matter import Family
from shared.domain.value import replace
from tests.support.memory_tracker import tracked
from tests.support.sample import (
    START,
    accept,
    approve,
    at,
    register,
    respond,
    rule,
    sign,
    submit,
    transfer,
)
from tests.support.scenario import Given, finish_of, given, the
from tests.support.whole import under, whole

GIVEN = given(whole())
SIGNED = given(whole(), sign(at(hours=1)))
ACCEPTED = given(whole(), sign(at(hours=1)), accept(at(2)))
TWO_WORKING_DAYS = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
"""24:00 in Shanghai of the second working day after START."""


def respond_of(now: Given) -> Clock | None:
    return the(now.task).clock(ClockName.RESPOND)


def test_the_response_is_due_from_the_registration_and_nothing_is_to_be_finished_before_it_is_taken_up() -> None:
    clock = respond_of(GIVEN)
    assert clock is not None
    assert (clock.anchor, clock.due, clock.rule, clock.version) == (START, TWO_WORKING_DAYS, "whole.respond@1", 1)
    assert the(GIVEN.task).clock(ClockName.FINISH) is None
    assert the(GIVEN.task).clock(ClockName.INTERNAL) is None


def test_a_response_stops_its_clock_and_moves_nothing_else() -> None:
    task = the(SIGNED.when(respond(at(1))).then("near-due", "responded").leads_to("handling").task)
    clock = task.clock(ClockName.RESPOND)
    assert clock is not None
    assert clock.stopped_at == at(1)
    assert task.wakes_at is None


def test_without_a_response_it_is_said_to_be_near_and_overdue() -> None:
    late = SIGNED.swept(at(4))
    assert the(late.task).is_overdue(ClockName.RESPOND)
    assert [alert.rung for alert in the(late.task).alerts] == ["near-1wd", "overdue"]
    late.when(respond(at(5))).then("responded")
    assert the(late.when(respond(at(5))).task).is_overdue(ClockName.RESPOND), "what came too late stays too late"


def test_a_response_in_time_that_is_told_late_withdraws_the_alert() -> None:
    SIGNED.swept(at(4)).when(respond(at(2))).then("responded", "alert-withdrawn")


def test_a_second_response_is_put_on_record_and_changes_no_clock() -> None:
    answered = given(whole(), respond(at(1)))
    again = answered.when(respond(at(5), id_="again")).then("overdue", "responded")
    assert the(again.task).clock(ClockName.RESPOND) == respond_of(answered)


def test_an_acceptance_starts_the_finish_clock_and_counts_as_the_response() -> None:
    task = the(ACCEPTED.task)
    finish, responded = finish_of(task), task.clock(ClockName.RESPOND)
    assert (finish.anchor, finish.due, finish.version) == (at(2), datetime(2026, 12, 25, 16, 0, tzinfo=UTC), 1)
    assert responded is not None
    assert responded.stopped_at == at(2)
    assert task.state.place == "handling"


def test_an_acceptance_before_the_signature_leaves_it_to_be_signed() -> None:
    now = given(whole(), accept(at(hours=1)))
    assert (the(now.task).state.place, finish_of(now.task).anchor) == ("pending", at(hours=1))
    assert finish_of(now.when(sign(at(hours=2))).task) == finish_of(now.task)


def test_a_second_acceptance_and_a_second_signature_begin_no_second_count() -> None:
    again = ACCEPTED.when(accept(at(5), id_="again"))
    assert finish_of(again.task) == finish_of(ACCEPTED.task)
    moved = given(whole(), sign(at(hours=1)), accept(at(2)), transfer(at(3)), sign(at(3.5), id_="other"))
    assert finish_of(moved.task) == finish_of(ACCEPTED.task)


def test_the_senders_own_due_runs_from_the_start_and_an_acceptance_leaves_it_alone() -> None:
    dated = given(whole(due=at(20)))
    assert (finish_of(dated.task).due, finish_of(dated.task).rule) == (at(20), "sender")
    assert finish_of(dated.when(accept(at(2))).task) == finish_of(dated.task)


def test_what_is_never_taken_up_is_closed_on_time_as_nothing_was_due() -> None:
    task = the(given(whole(), sign(at(hours=1)), submit(at(80)), approve(at(90))).task)
    assert (task.state.place, task.clock(ClockName.FINISH)) == ("closed", None)


@pytest.mark.parametrize(("late", "kinds"), [(at(1.5), ["accepted"]), (at(3), ["near-due", "overdue", "accepted"])])
def test_an_acceptance_in_time_is_no_late_response(late: datetime, kinds: list[str]) -> None:
    outcome = SIGNED.when(accept(late))
    assert [kind for kind in outcome.kinds if kind != "near-due" or late == at(3)] == kinds


def test_under_a_rule_from_the_signature_both_clocks_start_with_it() -> None:
    rulebook = under(
        respond=replace(rule("2h"), starts="sign"), finish=dict.fromkeys(Family, replace(rule("5wd"), starts="sign"))
    )
    assert [clock.name for clock in the(given(whole(), rulebook=rulebook).task).clocks] == ["sign"]
    signed = given(whole(), sign(at(hours=3)), rulebook=rulebook)
    started = {clock.name: clock.anchor for clock in the(signed.task).clocks}
    assert started == {"sign": START, "respond": at(hours=3), "finish": at(hours=3), "internal": at(hours=3)}


def test_under_a_rule_from_the_receipt_the_clock_counts_from_when_the_sender_had_it() -> None:
    rulebook = under(finish=dict.fromkeys(Family, replace(rule("10cd", ()), starts="receipt")))
    received = whole(received_at=at(-5))
    finish = finish_of(given(received, rulebook=rulebook).task)
    assert (finish.anchor, finish.due) == (at(-5), datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    assert finish_of(given(whole(), rulebook=rulebook).task).anchor == START


def test_what_was_due_before_it_reached_us_is_overdue_at_once() -> None:
    rulebook = under(finish=dict.fromkeys(Family, replace(rule("10cd", ()), starts="receipt")))
    outcome = given(rulebook=rulebook).when(whole(received_at=at(-30)))
    assert outcome.kinds == ["registered", "overdue"]


@pytest.mark.parametrize("first", [respond(at(hours=1)), accept(at(hours=1))])
def test_who_has_responded_before_signing_is_not_asked_to_respond_again(first: object) -> None:
    rulebook = under(respond=replace(rule("2h"), starts="sign"))
    signed = given(whole(), first, sign(at(hours=2)), rulebook=rulebook)  # type: ignore[arg-type]
    assert not the(signed.swept(at(9)).task).is_overdue(ClockName.RESPOND)


def test_in_the_reported_flow_nothing_is_taken_up_but_a_response_is_put_on_record() -> None:
    reported = given(register(policy="reported"))
    reported.when(accept(at(1))).refused("$.type", early=False, saying="accept is not open")
    reported.when(respond(at(1))).then("responded")


def test_in_any_order_of_arrival_the_clocks_are_the_same() -> None:
    told = [whole(), sign(at(hours=1)), accept(at(1)), respond(at(1.5)), submit(at(9)), approve(at(10))]
    expected = the(tracked(told).task)
    for order in (told[::-1], told[3:] + told[:3], told[1::2] + told[::2]):
        assert the(tracked(order).task).clocks == expected.clocks
