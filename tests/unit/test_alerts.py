"""Alerts: a rung is raised once, at its own instant, and withdrawn when it proves unfounded."""

from datetime import datetime, timedelta

import pytest

from shared.domain import fact as f
from shared.domain.alert import crossings
from shared.domain.clock import ClockName
from shared.domain.evolve import evolve
from tests.support.counting import counted_as
from tests.support.sample import DUE_OF_30_DAYS, START, amend, approve, at, record, register, sign, submit, withdraw
from tests.support.scenario import Given, finish_of, given, sign_of, the

TICK = timedelta(microseconds=1)
SOON = at(hours=1)
DUE = at(10)
HANDLING = given(register(due=DUE), sign(SOON))
IN_REVIEW = given(register(due=DUE), sign(SOON), submit(at(2)))
REPORTED = given(register(policy="reported", due=DUE))


def raised(now: Given, before: datetime) -> list[tuple[str, str, datetime]]:
    """Kind, rung and instant of the alerts that a sweep up to `before` raises."""
    found = []
    for entry in crossings(the(now.task), before):
        assert isinstance(entry.fact, (f.NearDue, f.Overdue))
        found.append((entry.fact.kind, entry.fact.rung, entry.fact.at))
    return found


def test_every_rung_is_raised_at_its_own_instant_in_order() -> None:
    assert raised(HANDLING, at(30)) == [
        ("near-due", "near-3cd", at(7)),
        ("near-due", "near-1cd", at(9)),
        ("overdue", "overdue", DUE),
    ]


def test_alerts_of_two_clocks_are_raised_in_the_order_of_time() -> None:
    instants = [instant for _, _, instant in raised(given(register(due=at(hours=23))), at(30))]
    assert instants == [at(hours=22), at(hours=23), at(hours=24)]


@pytest.mark.parametrize("rung", [at(7), at(9), DUE])
def test_a_rung_is_crossed_only_after_its_instant(rung: datetime) -> None:
    assert rung not in [instant for _, _, instant in raised(HANDLING, rung)]
    assert raised(HANDLING, rung + TICK)[-1][2] == rung


def test_a_rung_is_raised_exactly_once() -> None:
    assert raised(HANDLING.swept(at(8)), at(8) + TICK) == []
    assert raised(HANDLING.swept(at(8)), at(30)) == [("near-due", "near-1cd", at(9)), ("overdue", "overdue", DUE)]
    assert raised(HANDLING.swept(at(30)), at(300)) == []


def test_the_due_of_the_rule_is_where_it_goes_overdue() -> None:
    now = given(register(), sign(SOON))
    assert raised(now, DUE_OF_30_DAYS + TICK)[-1] == ("overdue", "overdue", DUE_OF_30_DAYS)


def test_a_warning_that_would_lie_before_the_start_is_left_out() -> None:
    assert [rung.name for rung in finish_of(given(register(due=at(2))).task).rungs] == ["near-1cd", "overdue"]
    assert [rung.name for rung in finish_of(given(register(due=at(1))).task).rungs] == ["overdue"]


def test_a_due_before_the_start_is_overdue_at_once_and_from_the_start() -> None:
    outcome = given().when(register(due=at(-1))).then("registered", "overdue")
    overdue = outcome.entries[1]
    assert (overdue.fact.at, overdue.cause) == (START, None)
    assert the(outcome.task).is_overdue(ClockName.FINISH)


def test_a_due_at_the_start_is_not_yet_overdue() -> None:
    given().when(register(due=START)).then("registered")


def test_a_task_without_a_due_waits_for_nothing() -> None:
    now = given(register(policy="reported"))
    assert (the(now.task).wakes_at, raised(now, at(9999))) == (None, [])


def test_a_task_wakes_at_its_next_rung() -> None:
    assert the(HANDLING.task).wakes_at == at(7)
    assert the(HANDLING.swept(at(8)).task).wakes_at == at(9)
    assert the(HANDLING.swept(at(30)).task).wakes_at is None


def test_closing_at_the_due_itself_is_on_time() -> None:
    outcome = IN_REVIEW.when(approve(DUE)).then("near-due", "near-due", "approved")
    assert "closed_on_time" in counted_as(the(outcome.task))
    assert not the(outcome.task).is_overdue(ClockName.FINISH)


def test_closing_a_moment_after_the_due_is_late() -> None:
    outcome = IN_REVIEW.when(approve(DUE + TICK)).then("near-due", "near-due", "overdue", "approved")
    assert "closed_late" in counted_as(the(outcome.task))


def test_a_closed_task_raises_nothing_more() -> None:
    closed = given(register(due=DUE), sign(SOON), submit(at(2)), approve(at(3)))
    assert (raised(closed, at(300)), the(closed.task).wakes_at) == ([], None)


def test_clocks_that_ran_out_before_a_command_are_told_before_it() -> None:
    given(register()).when(sign(at(2))).then("near-due", "overdue", "signed")


def test_signing_too_late_leaves_the_sign_clock_overdue() -> None:
    task = given(register()).when(sign(at(2))).task
    assert (the(task).is_overdue(ClockName.SIGN), sign_of(task).stopped_at) == (True, at(2))


def test_an_on_time_closing_told_late_withdraws_the_alerts_after_it() -> None:
    now = REPORTED.swept(at(20))
    outcome = now.when(approve(at(8))).then("approved", "alert-withdrawn", "alert-withdrawn")
    assert {entry.fact.rung for entry in outcome.entries if isinstance(entry.fact, f.AlertWithdrawn)} == {"near-1cd", "overdue"}
    assert not the(outcome.task).is_overdue(ClockName.FINISH)


def test_a_closing_at_the_due_told_late_withdraws_the_overdue_alert() -> None:
    assert REPORTED.swept(at(20)).when(approve(DUE)).kinds == ["approved", "alert-withdrawn"]


def test_a_late_closing_does_not_withdraw_the_overdue_alert() -> None:
    outcome = REPORTED.swept(at(20)).when(approve(DUE + TICK)).then("approved")
    assert the(outcome.task).is_overdue(ClockName.FINISH)


def test_a_withdrawal_of_the_matter_told_late_withdraws_its_alerts_too() -> None:
    assert REPORTED.swept(DUE + TICK).when(withdraw(at(9))).kinds == ["withdrawn", "alert-withdrawn", "alert-withdrawn"]


def test_a_signature_told_late_withdraws_the_alerts_of_the_sign_clock_only() -> None:
    outcome = given(register(due=at(hours=12))).swept(at(3)).when(sign(SOON))
    withdrawn = [entry.fact for entry in outcome.entries if isinstance(entry.fact, f.AlertWithdrawn)]
    assert {fact.clock for fact in withdrawn} == {ClockName.SIGN}
    assert (the(outcome.task).is_overdue(ClockName.SIGN), the(outcome.task).is_overdue(ClockName.FINISH)) == (False, True)


def test_amending_the_due_keeps_the_old_alerts_and_raises_those_of_the_new_version() -> None:
    overdue = REPORTED.swept(at(20))
    outcome = overdue.when(amend(at(21), due=at(30))).then("amended")
    assert not the(outcome.task).is_overdue(ClockName.FINISH)
    again = crossings(the(outcome.task), at(60))
    keys = [(entry.fact.version, entry.fact.rung) for entry in again if isinstance(entry.fact, (f.NearDue, f.Overdue))]
    assert keys == [(2, "near-3cd"), (2, "near-1cd"), (2, "overdue")]


def test_the_alerts_of_the_old_version_are_raised_before_the_due_is_amended() -> None:
    assert REPORTED.when(amend(at(9.5), due=at(30))).kinds == ["near-due", "near-due", "amended"]


def test_an_alert_of_an_old_version_marks_nothing_on_the_new_one() -> None:
    task = the(REPORTED.when(amend(at(1), due=at(30))).task)
    old = f.Entry(task.matter, None, f.Overdue(DUE, ClockName.FINISH, 1, "overdue", DUE))
    assert not evolve(task, old).is_overdue(ClockName.FINISH)


def test_an_alert_names_clock_version_rung_and_due() -> None:
    fact = crossings(the(REPORTED.when(amend(at(1), due=at(5))).task), at(30))[-1].fact
    assert fact == f.Overdue(at(5), ClockName.FINISH, 2, "overdue", at(5))


def test_what_is_put_on_record_long_after_the_due_makes_it_overdue_first() -> None:
    assert REPORTED.when(record(at(20))).kinds == ["near-due", "near-due", "overdue", "recorded"]


def test_a_nearer_due_leaves_out_the_warnings_that_would_lie_before_it_was_set() -> None:
    outcome = given(register(policy="reported", due=at(30))).when(amend(at(8), due=at(10))).then("amended")
    assert [(rung.name, rung.at) for rung in finish_of(outcome.task).rungs] == [("near-1cd", at(9)), ("overdue", at(10))]


def test_a_due_amended_into_the_past_is_overdue_at_the_instant_of_the_amendment() -> None:
    outcome = given(register(policy="reported", due=at(30))).when(amend(at(8), due=at(5))).then("amended", "overdue")
    assert outcome.entries[1].fact == f.Overdue(at(8), ClockName.FINISH, 2, "overdue", at(5))


def test_a_due_that_was_past_when_it_was_set_stays_overdue_whatever_closes_the_task_in_that_instant() -> None:
    late = given(register(policy="reported", due=at(30)), amend(at(8), due=at(5)))
    late.when(approve(at(8))).then("approved")
