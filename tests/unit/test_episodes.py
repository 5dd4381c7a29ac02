"""A relapse is another episode of the same matter: clocks and verdicts of its own, and nothing of the former one is lost."""

import pytest

from shared.domain import fact as f
from shared.domain.alert import alerts_of
from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.evolve import evolve_all
from shared.domain.measure import Measure
from shared.domain.task import Closed
from tests.support.counting import adds, core_of, counted_as
from tests.support.memory_tracker import MemoryTracker, assert_alerts_are_raised_once, holding, in_order, journalled, tracked
from tests.support.sample import (
    accept,
    approve,
    archive,
    at,
    exclude,
    look_back,
    record,
    refuse_extension,
    register,
    relapse,
    request_extension,
    send_back,
    sign,
    submit,
)
from tests.support.scenario import finish_of, given, sign_of, the
from tests.support.whole import clock_of, whole

FIRST: list[Command] = [whole(due=at(10)), sign(at(hours=1)), accept(at(1)), submit(at(8)), approve(at(9))]
"""Closed on time, the look-back is due three months later."""
AGAIN: list[Command] = [
    relapse(at(20), due=at(30)),
    sign(at(20.5), id_="s2"),
    submit(at(31), id_="b2"),
    approve(at(32), id_="a2"),
]
"""The second time it is late."""
CLOSED, OPEN_AGAIN = given(*FIRST), given(*FIRST, AGAIN[0])


def counts(*commands: Command) -> dict[str, int]:
    """What a matter adds to the counts, over all days and units."""
    return core_of(adds(given(*commands).task))


def test_a_relapse_opens_the_matter_in_a_second_episode_that_knows_the_first() -> None:
    task = the(CLOSED.when(relapse(at(20))).then("relapsed").leads_to("pending").task)
    assert (task.episode, task.received_at, task.is_open, task.sent_back) == (2, at(20), True, 0)
    assert task.previous is not None
    assert (task.previous.episode, task.previous.state) == (1, Closed(at(9), at(9)))
    assert task.previous.clock(ClockName.FINISH) == finish_of(CLOSED.task)
    assert [one.episode for one in task.episodes] == [2, 1]


def test_what_was_archived_may_relapse_too_and_what_is_open_may_not() -> None:
    given(*FIRST, archive(at(15))).when(relapse(at(20))).then("relapsed").leads_to("pending")
    OPEN_AGAIN.when(relapse(at(25), id_="third")).refused("$.type", early=True, saying="relapse is not open")


def test_in_the_reported_flow_a_relapse_is_in_hand_at_once() -> None:
    now = given(register(policy="reported", due=at(10)), approve(at(5)))
    task = the(now.when(relapse(at(20))).then("relapsed").leads_to("handling").task)
    assert (finish_of(task).due, finish_of(task).version) == (None, 2)


def test_its_clocks_are_new_and_count_their_versions_on() -> None:
    task = the(OPEN_AGAIN.task)
    assert (sign_of(task).version, sign_of(task).anchor) == (2, at(20))
    assert (finish_of(task).version, finish_of(task).due, finish_of(task).rule) == (2, at(30), "sender")
    assert clock_of(task, ClockName.INTERNAL).version == 2
    assert clock_of(task, ClockName.RESPOND).version == 2
    third = given(*FIRST, *AGAIN, relapse(at(50), id_="third"), sign(at(51), id_="s3"), accept(at(52), id_="c3"))
    assert (finish_of(third.task).version, sign_of(third.task).version, the(third.task).episode) == (3, 3, 3)


def test_without_a_due_of_the_sender_it_waits_to_be_taken_up_again() -> None:
    now = given(*FIRST, relapse(at(20)))
    assert the(now.task).clock(ClockName.FINISH) is None
    assert (finish_of(now.when(accept(at(21), id_="c2")).task).version) == 2


def test_a_due_of_the_sender_in_the_past_is_overdue_at_once() -> None:
    task = the(CLOSED.when(relapse(at(20), due=at(19))).then("relapsed", "overdue").task)
    assert [(alert.version, alert.at) for alert in task.alerts] == [(2, at(20))]


def test_the_look_back_of_the_first_is_over_with_the_relapse() -> None:
    former = the(OPEN_AGAIN.task).previous
    assert clock_of(former, ClockName.LOOK_BACK).stopped_at == at(20)
    assert ClockName.LOOK_BACK not in {alert.clock for alert in alerts_of(the(OPEN_AGAIN.swept(at(300)).task))}


def test_a_look_back_that_finds_the_result_to_hold_stops_its_clock() -> None:
    held = CLOSED.when(look_back(at(40))).then("looked-back").leads_to("closed")
    assert clock_of(held.task, ClockName.LOOK_BACK).stopped_at == at(40)
    assert the(held.task).wakes_at is None
    given(*FIRST, look_back(at(40))).when(relapse(at(90))).then("relapsed")


def test_a_second_closing_in_full_starts_a_second_look_back() -> None:
    assert clock_of(given(*FIRST, *AGAIN).task, ClockName.LOOK_BACK).version == 2


def test_a_relapse_told_late_withdraws_the_alerts_of_a_look_back_that_was_no_longer_due() -> None:
    outcome = CLOSED.swept(at(120)).when(relapse(at(95)))
    assert outcome.kinds == ["relapsed", "alert-withdrawn"]
    assert [alert.rung for alert in alerts_of(the(outcome.task)) if alert.clock is ClockName.LOOK_BACK] == ["near-10cd"]


def test_the_alerts_of_the_first_stay_with_it() -> None:
    late = given(*FIRST[:4], approve(at(12)))
    before = alerts_of(the(late.task))
    task = the(late.when(relapse(at(20))).task)
    assert task.alerts == ()
    assert task.previous is not None
    assert task.previous.alerts == before
    assert (task.is_overdue(ClockName.FINISH), task.previous.is_overdue(ClockName.FINISH)) == (False, True)


def test_each_episode_is_counted_with_its_own_verdict() -> None:
    assert counted_as(the(given(*FIRST, *AGAIN).task)) == ("received", "closed", "closed_late")
    assert counts(*FIRST, AGAIN[0]) == {"received": 2, "closed": 1, "closed_on_time": 1, "open": 1, "overdue_open": 1}
    assert counts(*FIRST, *AGAIN) == {"received": 2, "closed": 2, "closed_on_time": 1, "closed_late": 1}
    assert counts(*FIRST, AGAIN[0], exclude(at(21))) == {"received": 2, "closed": 1, "closed_on_time": 1}
    received = {received_on for _, received_on, _, measure in adds(OPEN_AGAIN.task) if measure is Measure.RECEIVED}
    assert received == {at(0).date(), at(20).date()}


def test_the_deltas_add_up_whatever_the_order_of_arrival() -> None:
    history = [*FIRST, *AGAIN]
    expected = tracked(in_order(history)).sweep(at(200))
    for order in (history[::-1], history[5:] + history[:5], history[1::2] + history[::2], [history[0], *history[:0:-1]]):
        tracker = tracked([*order[:4], at(60), *order[4:]]).sweep(at(200))
        assert (tracker.waiting, tracker.rejected) == ([], [])
        assert holding(tracker.task) == holding(expected.task)
        assert journalled(tracker) == journalled(expected) == adds(tracker.task)
        assert evolve_all(None, tracker.ledger) == tracker.task
        assert_alerts_are_raised_once(tracker.ledger)


def test_what_is_told_late_of_the_first_episode_changes_its_verdict_and_not_the_second() -> None:
    late = [*FIRST[:4], approve(at(12)), *AGAIN[:2]]
    tracker = tracked([*late, at(25)])
    tracker.push(approve(at(9), id_="stage", grade="stage"))
    task = the(tracker.task)
    assert task.previous is not None
    assert (task.previous.state, counted_as(task.previous)) == (Closed(at(9), at(12)), ("received", "closed", "closed_on_time"))
    assert (task.episode, task.state.place, finish_of(task).due) == (2, "handling", at(30))
    assert not task.previous.is_overdue(ClockName.FINISH)
    assert evolve_all(None, tracker.ledger) == task


def test_a_record_told_late_of_the_first_episode_leaves_both_as_they_were() -> None:
    tracker = tracked([*FIRST, *AGAIN]).sweep(at(60))
    before = the(tracker.task)
    tracker.push(record(at(5)))
    assert isinstance(tracker.ledger[-1].fact, f.Corrected)
    assert holding(tracker.task) == holding(before)


def test_an_event_that_makes_the_relapse_illegal_takes_the_episode_away() -> None:
    tracker = tracked([*FIRST, AGAIN[0], at(25)])
    assert the(tracker.task).episode == 2
    tracker.push(send_back(at(8.5)))
    task = the(tracker.task)
    assert (task.episode, task.previous, task.state.place, task.displaced) == (1, None, "handling", True)
    assert journalled(tracker) == adds(task)
    assert {alert.version for alert in task.alerts} == {1}
    assert evolve_all(None, tracker.ledger) == task
    assert_alerts_are_raised_once(tracker.ledger)


def test_the_episode_comes_back_when_its_relapse_is_legal_again() -> None:
    tracker = tracked([*FIRST, *AGAIN[:2], at(25), send_back(at(8.5))])
    tracker.push(submit(at(8.7), id_="b1"))
    task = the(tracker.sweep(at(25)).task)
    assert (task.episode, task.displaced, task.state.place) == (2, False, "handling")
    expected = MemoryTracker().push(*in_order([*FIRST, *AGAIN[:2], send_back(at(8.5)), submit(at(8.7), id_="b1")]))
    assert holding(task) == holding(expected.sweep(at(25)).task)
    assert journalled(tracker) == journalled(expected)


@pytest.mark.parametrize("late", [record(at(5)), record(at(40), id_="r2"), record(at(72), id_="r3")])
def test_an_alert_of_the_first_stays_there_when_a_later_episode_had_no_such_clock(late: Command) -> None:
    asked = [request_extension(at(2), at(20)), refuse_extension(at(7.8))]
    third = [relapse(at(60), id_="third"), sign(at(60.5), id_="s3")]
    told = [*FIRST[:3], *asked, *FIRST[3:], *AGAIN, *third, record(at(73), id_="last")]
    straight = holding(MemoryTracker().push(*in_order([*told, late])).task)
    corrected = tracked([*told, late])
    assert holding(corrected.task) == straight
    first = list(straight.episodes)[-1]
    assert ClockName.ANSWER in {alert.clock for alert in first.alerts}
