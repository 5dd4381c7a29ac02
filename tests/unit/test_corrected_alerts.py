"""Alerts in a history told out of order: those that hold in the end are those of one who had known everything in time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain import fact as f
from shared.domain.alert import alerts_of
from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName, Segment
from shared.domain.command import AmendTask, Command, NoteOnTask, RegisterTask, RelapseTask
from tests.support.counting import counted_as
from tests.support.histories import any_history, arrivals, histories
from tests.support.memory_tracker import (
    MemoryTracker,
    assert_alerts_are_raised_once,
    holding,
    in_order,
    journalled,
    tracked,
)
from tests.support.sample import SHANGHAI, amend, approve, at, record, register, send_back, sign, submit, withdraw
from tests.support.scenario import finish_of, the

LAST_WATERMARK = at(400)
ENDING = ("approve", "withdraw", "merge", "exclude", "not-accept")
NEAR = {"near-3cd": timedelta(days=3), "near-1cd": timedelta(days=1)}


def alerts_told(tracker: MemoryTracker) -> list[tuple[str, int, str]]:
    """Kind, version and rung of every alert on the ledger, in order."""
    facts = [entry.fact for entry in tracker.ledger]
    return [(x.kind, x.version, x.rung) for x in facts if isinstance(x, (f.NearDue, f.Overdue, f.AlertWithdrawn))]


def test_a_correction_repeats_no_alert_of_a_former_due() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5))).sweep(at(6))
    raised_before = alerts_told(tracker)
    assert raised_before == [("near-due", 1, "near-3cd"), ("near-due", 1, "near-1cd"), ("overdue", 1, "overdue")]
    tracker.push(amend(at(6), due=at(7)), approve(at(6.5)), record(at(6.2)))
    assert tracker.ledger[-1].fact.kind == "corrected"
    assert alerts_told(tracker) == raised_before


@pytest.mark.parametrize("due", [at(9), at(5.5)])
def test_an_amendment_of_the_due_told_late_withdraws_the_overdue_alert_of_the_former_due(due: datetime) -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5))).sweep(at(6)).push(amend(at(4.5), due=due))
    assert alerts_told(tracker)[-1] == ("alert-withdrawn", 1, "overdue")


def test_an_amendment_at_the_former_due_itself_told_late_withdraws_its_overdue_alert() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5))).sweep(at(6)).push(amend(at(5), due=at(9)))
    assert alerts_told(tracker)[-1] == ("alert-withdrawn", 1, "overdue")


def test_an_amendment_told_late_and_out_of_order_withdraws_the_overdue_alert_of_the_former_due() -> None:
    told = [register(at(0), policy="reported", due=at(5)), record(at(5.5)), amend(at(4.5), due=at(9))]
    tracker = MemoryTracker().push(*told)
    assert tracker.ledger[-2].fact.kind == "corrected"
    assert alerts_told(tracker)[-1] == ("alert-withdrawn", 1, "overdue")


def test_an_amendment_after_the_due_never_erases_the_lateness_before_it() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5)), amend(at(6), due=at(9)), record(at(7)))
    tracker.push(amend(at(6.5), id_="title", title="dredge the river"))
    assert assert_alerts_are_raised_once(tracker.ledger)["finish", 1, "overdue"]


def test_an_amendment_that_is_displaced_takes_its_alerts_along() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(50)), amend(at(1), due=at(3))).sweep(at(4))
    tracker.push(withdraw(at(0.5)))
    assert the(tracker.task).displaced
    assert not any(assert_alerts_are_raised_once(tracker.ledger).values())


def test_two_registrations_the_earlier_told_late_leave_no_alert_of_the_other_due() -> None:
    tracker = MemoryTracker().push(register(at(1), id_="again", policy="reported", due=at(5))).sweep(at(6))
    tracker.push(register(at(0), policy="reported", due=at(50)))
    assert the(tracker.task).received_at == at(0)
    assert not any(assert_alerts_are_raised_once(tracker.ledger).values())
    assert set(counted_as(the(tracker.task))) == {"received", "open"}


def test_a_rung_at_another_instant_is_another_alert() -> None:
    tracker = MemoryTracker().push(register(at(1), id_="again", policy="reported", due=at(5))).sweep(at(6))
    tracker.push(register(at(0), policy="reported", due=at(4))).sweep(at(6))
    last = [entry.fact for entry in tracker.ledger if isinstance(entry.fact, f.Overdue)][-1]
    assert (last.at, last.due) == (at(4), at(4))
    assert assert_alerts_are_raised_once(tracker.ledger) == dict.fromkeys(
        [("finish", 1, "near-3cd"), ("finish", 1, "near-1cd"), ("finish", 1, "overdue")], True
    )


def test_an_overdue_alert_of_a_closing_told_late_is_withdrawn() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5))).sweep(at(9)).push(record(at(8)), approve(at(4)))
    assert [entry.fact.kind for entry in tracker.ledger[-3:]] == ["corrected", "alert-withdrawn", "alert-withdrawn"]
    assert not the(tracker.task).is_overdue(ClockName.FINISH)


def test_an_alert_withdrawn_by_a_closing_at_the_due_stays_withdrawn_when_the_history_is_corrected() -> None:
    tracker = MemoryTracker().push(register(at(0), policy="reported", due=at(5))).sweep(at(9)).push(approve(at(5)))
    assert alerts_told(tracker)[-1] == ("alert-withdrawn", 1, "overdue")
    tracker.push(amend(at(1), title="dredge the river"))
    assert tracker.ledger[-1].fact.kind == "corrected"
    assert not the(tracker.task).is_overdue(ClockName.FINISH)


def test_a_withdrawn_alert_that_holds_again_is_raised_again() -> None:
    closed = [register(at(0)), sign(at(hours=1)), submit(at(2)), approve(at(20))]
    tracker = MemoryTracker().push(*closed[:3]).sweep(at(60)).push(closed[3])
    assert not the(tracker.task).is_overdue(ClockName.FINISH)
    tracker.push(send_back(at(3))).sweep(at(60))
    assert the(tracker.task).is_overdue(ClockName.FINISH)
    assert_alerts_are_raised_once(tracker.ledger)


def test_an_amendment_dated_before_the_start_counts_from_the_start() -> None:
    tracker = MemoryTracker().push(amend(at(1), due=at(5)), register(at(4), policy="reported", due=at(50)))
    assert finish_of(tracker.task).segments == (Segment(at(4), at(4), at(50)), Segment(at(4), None, at(5)))
    assert [rung.name for rung in finish_of(tracker.task).rungs] == ["overdue"]


def dues_of(commands: list[Command]) -> list[tuple[datetime | None, datetime, datetime]]:
    """Each due that the finish clock of a reported matter had, since when, and until when."""
    dues: list[tuple[datetime | None, datetime, datetime]] = []
    running: tuple[datetime | None, datetime] | None = None
    for one in commands:
        sets = isinstance(one, RegisterTask | RelapseTask) or (isinstance(one, AmendTask | NoteOnTask) and one.due is not None)
        if running is not None and (sets or one.action in ENDING):
            dues.append((*running, one.cause.at))
            running = None
        if sets and isinstance(one, RegisterTask | RelapseTask | AmendTask | NoteOnTask):
            running = (one.due.due(SHANGHAI) if isinstance(one.due, DuePeriod) else one.due, one.cause.at)
    return dues if running is None else [*dues, (*running, LAST_WATERMARK)]


def alerts_by_hand(commands: list[Command]) -> set[tuple[int, str, datetime]]:
    """Version, rung and instant of the alerts that whoever had known everything in time would have raised."""
    found: set[tuple[int, str, datetime]] = set()
    for version, (due, since, until) in enumerate(dues_of(commands), start=1):
        if due is None:
            continue
        found |= {(version, name, due - lead) for name, lead in NEAR.items() if since < due - lead < until}
        found |= {(version, "overdue", max(due, since))} if due < until else set()
    return found


@settings(max_examples=300, deadline=None)
@hypothesis_given(st.data())
def test_the_alerts_that_hold_are_those_of_one_who_had_known_everything_in_time(data: st.DataObject) -> None:
    commands = data.draw(histories("reported"))
    tracker = tracked(data.draw(arrivals(commands))).sweep(LAST_WATERMARK)
    assert {(one.version, one.rung, one.at) for one in alerts_of(the(tracker.task))} == alerts_by_hand(in_order(commands))


@settings(max_examples=200, deadline=None)
@hypothesis_given(st.data())
def test_of_two_registrations_in_any_order_the_earlier_counts(data: st.DataObject) -> None:
    commands = data.draw(any_history())
    second = register(at(data.draw(st.integers(1, 50))), id_="second", due=at(data.draw(st.integers(1, 60))))
    tracker = tracked(data.draw(arrivals([*commands, second]))).sweep(LAST_WATERMARK)
    expected = MemoryTracker().push(*in_order(commands)).sweep(LAST_WATERMARK)
    assert holding(replace(the(tracker.task), displaced=False)) == holding(expected.task)
    assert journalled(tracker) == journalled(expected)
    assert_alerts_are_raised_once(tracker.ledger)
