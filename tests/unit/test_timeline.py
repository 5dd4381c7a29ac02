"""Timelines: what a task adds to the counts over time, and the pure delta in the journal when it changes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain.command import Command
from shared.domain.journal import journal_lines
from shared.domain.matter import Family
from shared.domain.measure import Measure, measures
from shared.domain.task import Task
from shared.domain.timeline import Account, standing, timeline
from tests.support.counting import adds, counted_as, net
from tests.support.histories import any_history, arrivals
from tests.support.memory_tracker import MemoryTracker, tracked
from tests.support.sample import (
    CITY,
    SHANGHAI,
    amend,
    approve,
    at,
    exclude,
    grant_extension,
    not_accept,
    record,
    register,
    relapse,
    request_extension,
    resume,
    send_back,
    sign,
    submit,
    suspend,
    transfer,
    withdraw,
)
from tests.support.scenario import given, the

ACCOUNT = Account(Family.DIRECTIVE, CITY, "bureau", ("water",), ("river", "waste"), (), 1.0)
MOMENT = timedelta(microseconds=1)
OPEN = the(given(register(policy="reported", due=at(10))).task)


def words(task: Task | None, when: datetime) -> set[str]:
    return {measure.word for measure in measures(standing(the(task), when))}


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


def test_a_task_is_counted_for_its_family_source_and_unit_and_the_local_day_of_its_receipt() -> None:
    lines = journal_lines(None, OPEN, SHANGHAI)
    assert {(line.account, line.received_on) for line in lines} == {(ACCOUNT, date(2026, 11, 23))}
    late_in_the_evening = journal_lines(None, given(register(at(hours=15))).task, SHANGHAI)
    assert {line.received_on for line in late_in_the_evening} == {date(2026, 11, 24)}


def test_a_task_without_a_unit_is_counted_for_the_empty_one() -> None:
    assert {step.account.unit for step in timeline(given(register(unit=None)).task)} == {""}


def test_an_open_task_is_overdue_from_right_after_its_due_whether_it_was_noticed_or_not() -> None:
    assert words(OPEN, at(0) - MOMENT) == set()
    assert words(OPEN, at(10)) == {"received", "given", "open"}
    assert words(OPEN, at(10) + MOMENT) == {"received", "given", "open", "overdue_open", "past_original_open", "due"}


def test_a_closed_task_is_on_time_late_or_neither() -> None:
    closed = approve(at(5))
    for due, verdict in ((at(5), ("closed_on_time",)), (at(4), ("closed_late",)), (None, ())):
        task = the(given(register(policy="reported", due=due), closed).task)
        assert counted_as(task) == ("received", "closed", *verdict)


def test_a_task_of_the_past_stands_as_it_stood() -> None:
    task = the(given(register(policy="reported", due=at(4)), approve(at(5))).task)
    assert counted_as(task, at(3)) == ("received", "open")
    assert counted_as(task, at(4.5)) == ("received", "open", "overdue_open")
    assert counted_as(task, at(5)) == ("received", "closed", "closed_late")


def test_what_is_due_is_so_when_its_due_has_passed_closed_before_or_not() -> None:
    task = the(given(register(policy="reported", due=at(10)), approve(at(5))).task)
    assert {"due", "due_closed"}.isdisjoint(words(task, at(10)))
    assert {"due", "due_closed", "due_closed_on_time"} <= words(task, at(11))


def test_an_extended_due_counts_and_the_original_one_is_remembered() -> None:
    task = the(given(register(policy="reported", due=at(10)), amend(at(9), due=at(20)), approve(at(15))).task)
    assert words(task, at(12)) == {"received", "given", "open", "past_original_open"}
    assert {"closed_on_time", "closed_past_original"} <= words(task, at(15))
    assert "due" not in words(task, at(20))
    assert "due_closed_on_time" in words(task, at(21))


def test_a_due_that_was_given_after_it_had_passed_ends_the_lateness_from_then_on() -> None:
    task = the(given(register(policy="reported", due=at(10)), amend(at(12), due=at(20))).task)
    assert "overdue_open" in words(task, at(11))
    assert "overdue_open" not in words(task, at(12))
    assert "overdue_open" in words(task, at(21))


def test_a_task_that_stands_still_does_not_become_overdue() -> None:
    still = given(register(due=at(10)), sign(at(1)), suspend(at(9)))
    assert "overdue_open" not in words(still.task, at(50))
    assert "suspended" in words(still.task, at(50))
    task = still.when(resume(at(20))).task
    assert "suspended" in words(task, at(19))
    assert "suspended" not in words(task, at(20))
    assert "overdue_open" not in words(task, at(20.5))
    assert "overdue_open" in words(task, at(22))


def test_lateness_before_a_standstill_is_not_erased_by_it() -> None:
    still = given(register(due=at(10)), sign(at(1)), suspend(at(12)))
    assert {"overdue_open", "suspended"} <= words(still.task, at(50))


def test_signing_counts_by_its_own_clock() -> None:
    on_time, late = given(register(), sign(at(0.5))).task, given(register(), sign(at(5))).task
    assert "signed_on_time" in words(on_time, at(0.5))
    assert "signed_on_time" not in words(on_time, at(0.4))
    assert "sign_overdue" in words(late, at(4))
    assert {"signed_late"} == {word for word in words(late, at(5)) if "sign" in word}


def test_a_withdrawal_is_no_signing() -> None:
    task = given(register(), withdraw(at(0.5))).task
    assert words(task, at(9)) == {"received", "given", "withdrawn"}


def test_a_transfer_takes_the_task_along_and_leaves_a_trace() -> None:
    task = the(given(register(), sign(at(1)), transfer(at(2), source=CITY)).task)
    steps = timeline(task)
    moved = [step for step in steps if step.at == at(2)]
    assert [(step.account.unit, bool(step.plus & Measure.RECEIVED.bit)) for step in moved[:2]] == [
        ("bureau", False),
        ("water", True),
    ]
    last = dict.fromkeys(("bureau", "water"), 0)
    for step in steps:
        if step.at <= at(2):
            last[step.account.unit] = last[step.account.unit] & ~step.minus | step.plus
    assert {measure.word for measure in measures(last["bureau"])} == {"given", "moved_out"}
    assert {"received", "open", "moved_in"} <= {measure.word for measure in measures(last["water"])}
    assert "given" not in {measure.word for measure in measures(last["water"])}


def test_who_signs_after_a_transfer_is_judged_by_the_new_time_for_signing() -> None:
    task = given(register(), sign(at(0.5)), transfer(at(2), source=CITY)).task
    assert {word for word in words(task, at(2)) if "sign" in word} == set()
    assert {word for word in words(task, at(9)) if "sign" in word} == {"sign_overdue"}


def test_an_excluded_task_is_out_of_every_rate_from_then_on_and_not_before() -> None:
    closed = given(register(due=at(10)), sign(at(0.5)), submit(at(2)), send_back(at(3)), submit(at(4)), approve(at(5)))
    task = closed.when(exclude(at(20))).task
    assert {"closed", "closed_on_time", "sent_back", "signed_on_time", "due"} <= words(task, at(19))
    assert words(task, at(20)) == {"received", "given", "excluded"}


def test_a_relapse_is_received_once_more() -> None:
    first = given(register(due=at(10)), sign(at(0.5)), submit(at(4)), approve(at(5)))
    task = the(first.when(relapse(at(20), due=at(30))).task)
    assert "relapsed" in words(task, at(20))
    assert task.previous is not None
    assert counted_as(task.previous, at(25)) == ("received", "closed", "closed_on_time")


def test_working_time_to_the_closing_is_told_with_it() -> None:
    task = given(register(policy="reported"), approve(at(1))).task
    assert [step.minutes for step in timeline(task) if step.plus & Measure.CLOSED.bit] == [450], "seven and a half hours a day"


def test_what_changes_no_count_has_no_line() -> None:
    assert journal_lines(OPEN, OPEN, SHANGHAI) == []
    now = given(register(), sign(at(0.5)))
    assert journal_lines(now.task, now.when(record(at(1))).task, SHANGHAI) == []
    assert journal_lines(None, None, SHANGHAI) == []


def test_a_closing_takes_back_that_it_would_have_become_overdue() -> None:
    lines = journal_lines(OPEN, given(register(policy="reported", due=at(10)), approve(at(5))).task, SHANGHAI)
    assert len(lines) == 2
    assert {measure for *_, measure in net(lines)} >= {Measure.CLOSED, Measure.OPEN, Measure.OVERDUE_OPEN, Measure.DUE_CLOSED}


def test_a_receipt_moved_to_another_day_moves_its_cohort() -> None:
    moved = replace(OPEN, received_at=OPEN.received_at - timedelta(days=1))
    changed = net(journal_lines(OPEN, moved, SHANGHAI))
    received = {key[1]: count for key, count in changed.items() if key[3] is Measure.RECEIVED}
    assert received == {date(2026, 11, 23): -1, date(2026, 11, 22): 1}


@settings(max_examples=100, deadline=None)
@hypothesis_given(tasks(), tasks())
def test_a_delta_leads_from_the_journal_before_to_the_journal_after(one: Task, other: Task) -> None:
    lines = [*journal_lines(None, one, SHANGHAI), *journal_lines(one, other, SHANGHAI)]
    assert net(lines) == adds(other)
    assert net([*lines, *journal_lines(other, None, SHANGHAI)]) == {}
    assert all(line.plus & line.minus == 0 and line.plus | line.minus for line in lines)


@settings(max_examples=200, deadline=None)
@hypothesis_given(tasks(), st.integers(-5, 500))
def test_the_measures_of_a_task_agree_with_each_other_at_every_instant(task: Task, hours: int) -> None:
    when = at(hours=hours)
    for episode in task.episodes:
        said = words(episode, when)
        if when < episode.received_at:
            assert said == set()
            continue
        assert "received" in said
        ends = {"closed", "withdrawn", "not_accepted", "merged", "excluded"}
        assert len(said & {"open", *ends}) == 1, "one of them, and only one"
        assert len(said & {"closed_on_time", "closed_late"}) <= int("closed" in said)
        assert len(said & {"closed_by_original", "closed_past_original"}) <= int("closed" in said)
        assert "overdue_open" not in said or {"open", "due"} <= said
        assert "due_closed" not in said or {"closed", "due"} <= said
        assert "due_closed_on_time" not in said or {"due_closed", "closed_on_time"} <= said
        assert len(said & {"signed_on_time", "signed_late", "sign_overdue"}) <= 1
        assert "sent_back" not in said or "submitted" in said
        assert "satisfied" not in said or "evaluated" in said


@settings(max_examples=100, deadline=None)
@hypothesis_given(tasks())
def test_no_measure_is_ever_added_twice_or_taken_away_when_it_is_not_there(task: Task) -> None:
    for episode in task.episodes:
        there: dict[Account, int] = {}
        for step in timeline(replace(episode, previous=None)):
            bits = there.get(step.account, 0)
            assert bits & step.plus & ~(Measure.MOVED_IN.bit | Measure.MOVED_OUT.bit) == 0
            assert bits & step.minus == step.minus
            there[step.account] = bits & ~step.minus | step.plus
        assert sum(bool(bits & Measure.RECEIVED.bit) for bits in there.values()) == 1


def test_an_extension_that_was_granted_is_counted_from_then_on() -> None:
    asked = given(register(due=at(10)), sign(at(0.5)), request_extension(at(5), at(20)))
    task = asked.when(grant_extension(at(6), at(15))).task
    assert "extended" not in words(asked.task, at(30))
    assert "extended" in words(task, at(6))
    assert "extended" not in words(task, at(5.9))


def test_a_task_that_ended_while_it_stood_still_stood_still_until_then() -> None:
    for ending in (withdraw, exclude):
        task = given(register(policy="standard"), sign(at(1)), suspend(at(2)), ending(at(5))).task
        assert "suspended" in words(task, at(5) - MOMENT)
        assert "suspended" not in words(task, at(5))


def test_who_gets_a_task_at_the_instant_of_its_receipt_was_given_it_first() -> None:
    task = given(register(policy="reported"), amend(at(0), unit="water")).task
    assert {step.account.unit for step in timeline(task)} == {"water"}
    assert words(task, at(0)) == {"received", "given", "open"}


def test_a_task_that_ended_is_neither_overdue_nor_due_whatever_was_put_on_record_later() -> None:
    """The refusal waited for the task to be resumed: it took effect when it was said, in the middle of the standstill."""
    told = [register(policy="standard", due=at(1)), sign(at(1, hours=1)), suspend(at(2)), not_accept(at(3)), resume(at(4))]
    task = the(tracked(told).task)
    assert task.state.place == "ended"
    assert words(task, at(3) - MOMENT) >= {"overdue_open", "due", "suspended"}
    for when in (at(3), at(4) - MOMENT, at(4)):
        assert not words(task, when) & {"open", "overdue_open", "due", "suspended"}
