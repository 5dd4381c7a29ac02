"""Another calendar: running clocks are counted on it anew, what is closed keeps its verdict."""

from datetime import timedelta

from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.policy import Rulebook
from shared.domain.recount import recounted
from tests.support.another_calendar import NEWER, NOW, days, midnight, moved, task_of
from tests.support.counting import counted_as
from tests.support.sample import CALENDAR, DISTRICT, POLICIES, approve, at, note, register, resume, rule, sign, submit, suspend
from tests.support.scenario import Given, given, the
from tests.support.whole import clock_of, under, whole


def test_a_due_that_moves_is_a_new_version_with_the_calendar_it_was_counted_on() -> None:
    task, rulebook = task_of(days(30))
    after, entries = moved(task, rulebook)
    old, new = clock_of(task, ClockName.FINISH), clock_of(after, ClockName.FINISH)
    assert (old.due, old.version, old.provisional) == (midnight(1, 5), 1, True)
    assert (new.due, new.version, new.provisional, new.calendar) == (midnight(1, 6), 2, False, "newer")
    assert entries[0].fact == f.DeadlineMoved(NOW, "newer", (midnight(1, 5),), (new,))
    assert [segment.due for segment in new.segments] == [midnight(1, 5), midnight(1, 6)]
    assert entries[0].cause is None


def test_the_warnings_move_with_the_due_and_with_the_working_days_before_it() -> None:
    task, rulebook = task_of(days(30))
    after, _ = moved(task, rulebook)
    warnings = [clock_of(one, ClockName.FINISH).rungs[0].at for one in (task, after)]
    assert warnings == [midnight(1, 3), midnight(1, 4)]


def test_a_due_that_the_sender_gave_stays_and_only_its_warning_in_working_days_moves() -> None:
    task, rulebook = task_of(days(30), due=midnight(1, 4))
    after, entries = moved(task, rulebook)
    old, new = clock_of(task, ClockName.FINISH), clock_of(after, ClockName.FINISH)
    assert (new.due, new.version) == (old.due, 1)
    assert (old.rungs[0].at, new.rungs[0].at) == (midnight(1, 1) - timedelta(days=2), midnight(1, 1))
    assert [entry.fact.kind for entry in entries] == ["deadline-moved"]


def test_what_rested_on_a_provisional_day_and_stays_where_it_is_is_settled() -> None:
    task, rulebook = task_of(days(27))  # 30 December, of which the notice might have said something
    after, entries = moved(task, rulebook)
    old, new = clock_of(task, ClockName.FINISH), clock_of(after, ClockName.FINISH)
    assert (old.provisional, new.provisional) == (True, False)
    assert (new.due, new.version, new.segments) == (old.due, old.version, old.segments)
    assert len(entries) == 1


def test_what_ends_before_the_first_day_in_question_is_not_touched() -> None:
    task, rulebook = task_of(days(24))
    assert moved(task, rulebook) == (task, ())


def test_what_is_closed_or_ended_keeps_its_due_and_its_verdict() -> None:
    task, rulebook = task_of(days(22, near="2wd"), submit(at(28)), approve(at(29)))
    after, _ = moved(task, rulebook)
    assert clock_of(after, ClockName.FINISH) == clock_of(task, ClockName.FINISH)
    assert counted_as(after) == counted_as(task)


def test_the_look_back_of_what_is_closed_moves_while_it_runs() -> None:
    rulebook = under(look_back=days(25), respond=None)
    closed = given(whole(due=at(20)), sign(at(hours=1)), submit(at(3)), approve(at(8)), rulebook=rulebook).swept(NOW)
    after, _ = moved(the(closed.task), rulebook)
    assert [clock_of(one, ClockName.LOOK_BACK).due for one in (closed.task, after)] == [midnight(1, 6), midnight(1, 7)]
    assert after.state == the(closed.task).state


def test_what_stands_still_is_counted_when_it_runs_again() -> None:
    task, rulebook = task_of(days(30), suspend(at(9)))
    assert moved(task, rulebook) == (task, ())
    newer = Rulebook(rulebook.policies, NEWER)
    again = clock_of(Given(task, newer).when(resume(at(30))).task, ClockName.FINISH)
    assert (again.calendar, again.version, again.provisional) == ("newer", 2, False)


def test_the_internal_due_follows_the_finish_due() -> None:
    task, rulebook = task_of(days(30), internal=rule("5cd", ()))
    after, entries = moved(task, rulebook)
    own = [clock_of(one, ClockName.INTERNAL) for one in (task, after)]
    assert [(clock.due, clock.version) for clock in own] == [(midnight(1, 5) - timedelta(days=5), 1), (midnight(1, 1), 2)]
    assert isinstance(entries[0].fact, f.DeadlineMoved)
    assert [clock.name for clock in entries[0].fact.clocks] == ["finish", "internal"]


def test_an_internal_due_in_working_days_follows_the_calendar_where_the_finish_due_stays() -> None:
    task, rulebook = task_of(days(30), due=midnight(1, 8), internal=rule("5wd", ()))
    after, _ = moved(task, rulebook)
    fresh = given(whole(due=midnight(1, 8)), rulebook=Rulebook(rulebook.policies, NEWER))
    assert clock_of(after, ClockName.INTERNAL).due == clock_of(fresh.task, ClockName.INTERNAL).due


def test_an_internal_due_that_has_passed_is_not_forgotten_when_the_finish_due_moves() -> None:
    task, rulebook = task_of(days(30), internal=rule("15cd", ()))
    assert task.is_overdue(ClockName.INTERNAL)
    after, _ = moved(task, rulebook)
    assert clock_of(after, ClockName.INTERNAL).due == midnight(1, 6) - timedelta(days=15)
    assert after.is_overdue(ClockName.INTERNAL)


def test_an_internal_due_that_a_leader_of_the_unit_set_stays() -> None:
    told = note(at(3), source=DISTRICT, due=at(35))
    task, rulebook = task_of(days(30), told, internal=rule("5cd", ()))
    after, _ = moved(task, rulebook)
    assert clock_of(after, ClockName.INTERNAL) == clock_of(task, ClockName.INTERNAL)


def test_what_was_overdue_and_is_due_later_is_overdue_no_more_and_its_alert_stays_on_record() -> None:
    task, rulebook = task_of(days(30), until=midnight(1, 5) + timedelta(hours=5))
    assert task.is_overdue(ClockName.FINISH)
    after, entries = moved(task, rulebook, midnight(1, 5) + timedelta(hours=6))
    assert not after.is_overdue(ClockName.FINISH)
    assert [entry.fact.kind for entry in entries] == ["deadline-moved"]
    assert [alert.version for alert in after.alerts if alert.kind == "overdue"] == [1]


def test_a_due_that_moved_into_the_past_is_overdue_from_when_it_was_counted() -> None:
    _, rulebook = task_of(days(30))
    counted_at = midnight(1, 5) + timedelta(hours=1)
    later = the(given(whole(), sign(at(hours=1)), rulebook=Rulebook(rulebook.policies, NEWER)).swept(counted_at).task)
    after, entries = moved(later, rulebook, counted_at, CALENDAR)
    assert [clock_of(one, ClockName.FINISH).due for one in (later, after)] == [midnight(1, 6), midnight(1, 5)]
    overdue = [entry.fact for entry in entries if isinstance(entry.fact, f.Overdue)]
    assert [(fact.at, fact.version) for fact in overdue] == [(counted_at, 2)]


def test_a_task_whose_policy_is_not_loaded_is_left_alone() -> None:
    task, _ = task_of(days(30))
    assert recounted(task, None, NEWER, NOW) == ()


def test_counted_twice_it_moves_once() -> None:
    task, rulebook = task_of(days(30))
    after, _ = moved(task, rulebook)
    assert moved(after, rulebook, NOW + timedelta(days=1)) == (after, ())


def test_the_reported_flow_without_a_rule_has_nothing_to_count() -> None:
    task = the(given(register(policy="reported")).task)
    assert recounted(task, POLICIES["reported"], NEWER, NOW) == ()


def test_an_internal_due_that_has_passed_is_not_forgotten_when_it_is_counted_again_and_again() -> None:
    task, rulebook = task_of(days(30), internal=rule("15cd", ()))
    after, _ = moved(task, rulebook)
    assert moved(after, rulebook, NOW + timedelta(days=1)) == (after, ())


def test_what_was_overdue_when_it_stood_still_rests_on_provisional_days_as_it_did_before() -> None:
    late = midnight(1, 7)
    task, rulebook = task_of(days(30), suspend(late), resume(late + timedelta(days=2)), until=late + timedelta(days=3))
    old = clock_of(task, ClockName.FINISH)
    assert (old.due, old.provisional) == (midnight(1, 5), True)
    new = clock_of(moved(task, rulebook, late + timedelta(days=3))[0], ClockName.FINISH)
    assert (new.due, new.provisional) == (midnight(1, 6), False)
