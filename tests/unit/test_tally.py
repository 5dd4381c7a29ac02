"""Tallies: what a task adds to the counts, and the pure delta when it changes."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain.command import Command
from shared.domain.matter import Family
from shared.domain.tally import Tally, TallyKey, measures, tally_delta, tally_key
from shared.domain.task import Task
from tests.support.histories import any_history, arrivals
from tests.support.memory_tracker import MemoryTracker
from tests.support.sample import SHANGHAI, amend, approve, at, record, register, sign, submit, withdraw
from tests.support.scenario import given, the

KEY = TallyKey(Family.DIRECTIVE, "bureau", date(2026, 11, 23))
OPEN = the(given(register(policy="reported", due=at(10))).task)


def added(*deltas: Tally) -> Tally:
    total: Counter[tuple[TallyKey, str]] = Counter()
    for delta in deltas:
        for counted, change in delta.items():
            total[counted] += change
    return {counted: change for counted, change in total.items() if change}  # type: ignore[misc]


def tasks() -> st.SearchStrategy[Task]:
    """Tasks in any state of any history, closed late, on time or told late."""

    def lived(arrived: list[object]) -> Task | None:
        tracker = MemoryTracker()
        for item in arrived:
            if isinstance(item, Command):
                tracker.push(item)
        return tracker.task

    made = any_history().flatmap(arrivals).map(lambda arrived: lived(list(arrived)))
    return made.filter(lambda task: task is not None).map(the)


def test_a_task_is_counted_under_its_family_its_unit_and_the_local_day_of_its_receipt() -> None:
    assert tally_key(OPEN, SHANGHAI) == KEY


def test_a_receipt_late_in_the_evening_of_utc_counts_for_the_next_local_day() -> None:
    assert tally_key(the(given(register(at(hours=15))).task), SHANGHAI).day == date(2026, 11, 24)


def test_a_task_without_a_unit_is_counted_under_the_empty_one() -> None:
    assert tally_key(the(given(register(unit=None)).task), SHANGHAI).unit == ""


def test_an_open_task_is_received_and_open() -> None:
    assert measures(OPEN) == ("received", "open")


def test_an_open_task_past_its_due_is_overdue_once_the_alert_was_raised() -> None:
    assert measures(the(given(register(policy="reported", due=at(10))).swept(at(11)).task)) == (
        "received",
        "open",
        "overdue_open",
    )


def test_a_task_with_a_missed_sign_clock_is_not_overdue() -> None:
    assert measures(the(given(register(), sign(at(5))).task)) == ("received", "open")


def test_a_closed_task_is_on_time_late_or_neither() -> None:
    closed = approve(at(5))
    assert measures(the(given(register(policy="reported", due=at(5)), closed).task)) == ("received", "closed", "closed_on_time")
    assert measures(the(given(register(policy="reported", due=at(4)), closed).task)) == ("received", "closed", "closed_late")
    assert measures(the(given(register(policy="reported"), closed).task)) == ("received", "closed")


def test_a_withdrawn_task_stays_received_and_is_neither_open_nor_closed() -> None:
    assert measures(the(given(register(), withdraw(at(1))).task)) == ("received",)


def test_a_late_closing_takes_it_from_the_overdue_to_the_late() -> None:
    overdue = given(register(policy="reported", due=at(10))).swept(at(11))
    after = overdue.when(approve(at(12))).task
    delta = tally_delta(overdue.task, after, SHANGHAI)
    assert delta == {(KEY, "open"): -1, (KEY, "overdue_open"): -1, (KEY, "closed"): 1, (KEY, "closed_late"): 1}


def test_what_changes_no_count_has_no_delta() -> None:
    assert tally_delta(OPEN, OPEN, SHANGHAI) == {}
    now = given(register(), sign(at(0.5)))
    assert tally_delta(now.task, now.when(submit(at(1))).task, SHANGHAI) == {}
    assert tally_delta(now.task, now.when(record(at(1))).task, SHANGHAI) == {}
    assert tally_delta(None, None, SHANGHAI) == {}


def test_another_unit_takes_all_counts_along() -> None:
    now = given(register())
    delta = tally_delta(now.task, now.when(amend(at(0.5), unit="water")).task, SHANGHAI)
    water = KEY._replace(unit="water")
    assert delta == {(KEY, "received"): -1, (KEY, "open"): -1, (water, "received"): 1, (water, "open"): 1}


def test_a_receipt_moved_within_its_local_day_changes_no_count() -> None:
    moved = replace(OPEN, received_at=OPEN.received_at + timedelta(hours=1))
    assert tally_delta(OPEN, moved, SHANGHAI) == {}


def test_a_receipt_moved_to_another_day_moves_its_counts() -> None:
    moved = replace(OPEN, received_at=OPEN.received_at - timedelta(days=1))
    yesterday = KEY._replace(day=date(2026, 11, 22))
    expected = {(KEY, "received"): -1, (KEY, "open"): -1, (yesterday, "received"): 1, (yesterday, "open"): 1}
    assert tally_delta(OPEN, moved, SHANGHAI) == expected


@settings(max_examples=100, deadline=None)
@hypothesis_given(tasks(), tasks())
def test_a_delta_leads_from_the_counts_before_to_the_counts_after(one: Task, other: Task) -> None:
    change = tally_delta(one, other, SHANGHAI)
    assert added(tally_delta(None, one, SHANGHAI), change) == tally_delta(None, other, SHANGHAI)
    assert added(change, tally_delta(other, one, SHANGHAI)) == {}
    assert 0 not in change.values()


@settings(max_examples=100, deadline=None)
@hypothesis_given(tasks())
def test_the_measures_of_a_task_agree_with_each_other(task: Task) -> None:
    counted = set(measures(task))
    assert "received" in counted
    assert ("open" in counted) == task.is_open
    assert not {"open", "closed"} <= counted
    assert "open" in counted or "overdue_open" not in counted
    assert "closed" in counted or not counted & {"closed_on_time", "closed_late"}
