"""知悉, 催办 and 分派: what persons say of a task moves no clock; who handles it is known while its unit has it."""

from typing import Any

import pytest

from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.command import AcknowledgeAlerts, Command, UrgeTask
from shared.domain.policy import Rulebook
from shared.domain.transition import TABLE
from shared.domain.value import replace
from shared.figures.wording import wording
from tests.support.memory_tracker import MemoryTracker, in_order, tracked
from tests.support.pushed import decoded, of_type, reasons
from tests.support.sample import (
    CALENDAR,
    CITY,
    POLICIES,
    RULEBOOK,
    acknowledge,
    amend,
    approve,
    approve_return,
    assign,
    at,
    record,
    register,
    relapse,
    request_return,
    sign,
    submit,
    suspend,
    transfer,
    urge,
    withdraw,
)
from tests.support.scenario import given, the

LATE: list[Command] = [register(at(0), due=at(5)), sign(at(1))]
"""Overdue from the sixth day on."""
CLOSED: list[Command] = [register(at(0)), sign(at(0.5)), submit(at(1)), approve(at(2))]
LETTER = "督函〔2026〕3号"
KINDS = {"acknowledge": "acknowledged", "urge": "urged"}


@pytest.mark.parametrize("action", ["acknowledge", "urge", "assign"])
def test_they_are_open_wherever_something_may_be_put_on_record(action: str) -> None:
    def rows(of: str) -> set[tuple[str, str, str, bool]]:
        return {(row.flow, row.source, row.target, row.owner_only) for row in TABLE if row.action == of}

    assert rows(action) == rows("record")


def test_an_acknowledgement_says_who_and_of_which_alerts_and_stops_no_clock() -> None:
    now = given(*LATE).swept(at(8))
    outcome = now.when(acknowledge(at(8), person="wang-1", clock=ClockName.FINISH, version=1)).then("acknowledged")
    assert outcome.entries[0].fact == f.Acknowledged(at(8), "wang-1", ClockName.FINISH, 1)
    shown = now.when(acknowledge(at(8), person="wang-1", seen=at(7))).then("acknowledged")
    assert shown.entries[0].fact == f.Acknowledged(at(8), "wang-1", None, None, at(7))
    assert the(now.task).alerts
    assert replace(the(outcome.task), last=the(now.task).last) == now.task


def test_a_letter_is_told_with_its_number_and_changes_nothing() -> None:
    now = given(*LATE).swept(at(8))
    outcome = now.when(urge(at(8), letter=LETTER)).then("urged")
    assert outcome.entries[0].fact == f.Urged(at(8), "letter", LETTER)
    assert replace(the(outcome.task), last=the(now.task).last) == now.task


@pytest.mark.parametrize("late", [acknowledge(at(3)), urge(at(3), letter=LETTER)])
def test_told_late_they_are_on_record_by_their_own_fact_and_correct_nothing(late: Command) -> None:
    told = [*LATE, record(at(4))]
    tracker = tracked(told).sweep(at(8))
    before = tracker.task
    tracker.push(late)
    assert (tracker.ledger[-1].fact.kind, tracker.ledger[-1].cause) == (KINDS[late.action], late.cause)
    assert tracker.task == before == tracked([*LATE, late, told[-1]]).sweep(at(8)).task


@pytest.mark.parametrize("early", [acknowledge(at(0.5)), urge(at(0.5), letter=LETTER)])
def test_told_before_their_matter_they_wait_for_it(early: Command) -> None:
    tracker = MemoryTracker().push(early, register(at(0)))
    assert [entry.fact.kind for entry in tracker.ledger] == ["registered", KINDS[early.action]]


@pytest.mark.parametrize("waits", [acknowledge(at(4)), urge(at(4), letter=LETTER)])
@pytest.mark.parametrize("late", [sign(at(1)), acknowledge(at(3), id_="late")])
def test_what_waited_for_its_policy_keeps_its_own_fact_beside_a_correction(waits: Command, late: Command) -> None:
    tracker = MemoryTracker().push(register(at(0)), record(at(2)))
    tracker.rulebook = Rulebook({"other": POLICIES["standard"]}, CALENDAR)
    tracker.push(waits)
    assert tracker.waiting == [waits]
    tracker.rulebook = RULEBOOK
    tracker.push(late)
    assert (tracker.ledger[-1].fact.kind, tracker.ledger[-1].cause) == (KINDS[waits.action], waits.cause)
    assert tracker.waiting == []
    assert tracker.task == tracked(in_order([*tracker.told])).task


def test_what_comes_after_the_end_is_refused() -> None:
    tracker = MemoryTracker().push(register(at(0)), withdraw(at(2)), acknowledge(at(3)), urge(at(3)), assign(at(3)))
    assert [command.action for command, _ in tracker.rejected] == ["acknowledge", "urge", "assign"]


def test_one_of_a_former_episode_is_told_by_the_whole_task_where_it_is_the_last_word_there() -> None:
    again = [*CLOSED, relapse(at(5))]
    tracker = tracked(again).push(acknowledge(at(3)))
    assert tracker.ledger[-1].fact.kind == "corrected"
    assert tracker.task == tracked([*CLOSED, acknowledge(at(3)), again[-1]]).task


def test_who_handles_it_is_the_last_one_it_was_assigned_to() -> None:
    now = given(register(at(0)), assign(at(0.1), to="Li"))
    assert the(now.task).handler == "Li"
    outcome = given(register(at(0)), assign(at(0.1), to="Li"), sign(at(0.2)), suspend(at(0.3))).when(assign(at(1), to="Zhao"))
    assert the(outcome.then("assigned").leads_to("suspended").task).handler == "Zhao"
    assert outcome.entries[0].fact == f.Assigned(at(1), "Zhao")


@pytest.mark.parametrize(
    "elsewhere", [[transfer(at(1))], [request_return(at(0.2)), approve_return(at(1))], [amend(at(1), unit="water")]]
)
def test_nobody_handles_it_once_another_unit_has_it(elsewhere: list[Command]) -> None:
    assigned: list[Command] = [register(at(0)), assign(at(0.1))]
    assert the(given(*assigned, *elsewhere).task).handler is None
    assert the(given(*assigned, *elsewhere, assign(at(2), id_="again", to="Zhao")).task).handler == "Zhao"


def test_a_correction_of_anything_else_leaves_who_handles_it() -> None:
    assert the(given(register(at(0)), assign(at(0.1)), amend(at(1), title="dredge", unit="bureau")).task).handler == "Li"


def test_a_new_episode_begins_without_and_the_former_one_keeps_who_handled_it() -> None:
    task = the(given(CLOSED[0], assign(at(0.2)), *CLOSED[1:], relapse(at(5))).task)
    assert (task.handler, the(task.previous).handler) == (None, "Li")


def test_what_is_closed_is_only_told_of_an_assignment() -> None:
    closed = given(CLOSED[0], assign(at(0.2)), *CLOSED[1:])
    assert the(closed.when(assign(at(3), id_="late", to="Zhao")).then("assigned").task).handler == "Li"


def test_assigned_late_it_is_the_same_as_in_order() -> None:
    told = [register(at(0)), sign(at(0.5)), assign(at(2), id_="second", to="Zhao")]
    late = tracked(told).push(assign(at(1), to="Li"))
    assert the(late.task).handler == "Zhao"
    moved = tracked([register(at(0)), assign(at(1)), record(at(3))]).push(transfer(at(2), source=CITY))
    assert the(moved.task).handler is None


@pytest.mark.parametrize(
    ("what", "data", "path", "saying"),
    [
        ("task.urged", {"form": "letter"}, "$.data", "a letter needs its document_number (文号)"),
        ("task.urged", {"form": "poem"}, "$.data.form", "'urge' or 'letter'"),
        ("task.acknowledged", {"person": "p", "version": 2}, "$.data", "name the clock"),
        ("task.acknowledged", {"person": "p", "clock": "alarm"}, "$.data.clock", "'finish'"),
        ("task.acknowledged", {"person": "p", "clock": "sign", "version": 0}, "$.data.version", "greater than or equal to 1"),
        ("task.acknowledged", {"person": "p", "clock": "sign", "version": 100_001}, "$.data.version", "less than or equal to"),
        ("task.acknowledged", {"person": " "}, "$.data.person", "pattern"),
        ("task.acknowledged", {"person": "p", "seen": "2026-12-03T09:00:00"}, "$.data.seen", "has no zone"),
    ],
)
def test_what_is_wrong_in_them_is_named(what: str, data: dict[str, Any], path: str, saying: str) -> None:
    event, place = of_type(what, data=data)
    found = reasons(event, place)
    assert list(found) == [path]
    assert saying in found[path]


def test_the_data_of_the_events_reaches_the_commands() -> None:
    command = decoded(*of_type("task.acknowledged", data={"person": "p-1", "clock": "look-back", "version": 3, "by": "王"}))
    assert isinstance(command, AcknowledgeAlerts)
    assert (command.person, command.clock, command.version) == ("p-1", ClockName.LOOK_BACK, 3)
    shown = decoded(*of_type("task.acknowledged", data={"person": "p-1", "seen": "2026-11-23T09:00:00+08:00"}))
    assert isinstance(shown, AcknowledgeAlerts)
    assert shown.seen == at(0)
    letter = decoded(*of_type("task.urged", data={"form": "letter", "document_number": LETTER}))
    assert isinstance(letter, UrgeTask)
    assert (letter.form, letter.document_number) == ("letter", LETTER)


@pytest.mark.parametrize("what", ["directive.urged", "complaint.urged"])
def test_the_families_know_no_letter_whatever_else_they_say(what: str) -> None:
    command = decoded(*of_type(what, data={"text": "请尽快", "form": "letter", "document_number": LETTER}))
    assert isinstance(command, UrgeTask)
    assert (command.form, command.document_number) == ("urge", None)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (f.Acknowledged(at(0), "p-1", None, None), "知悉：p-1（此前全部提醒）"),
        (f.Acknowledged(at(1), "p-1", None, None, at(0)), "知悉：p-1（所见的全部提醒）"),
        (f.Acknowledged(at(0), "p-1", ClockName.FINISH, None), "知悉：p-1（办理时限提醒）"),
        (f.Acknowledged(at(0), "p-1", ClockName.SIGN, 2), "知悉：p-1（签收时限提醒（第 2 次时限））"),
        (f.Urged(at(0), "urge", None), "催办"),
        (f.Urged(at(0), "letter", LETTER), f"督办函：{LETTER}"),
        (f.Assigned(at(0), "Li"), "分派：Li"),
        (f.Recorded(at(0), "progressed"), None),
    ],
)
def test_a_timeline_says_them_in_the_words_of_an_office(fact: f.AnyFact, said: str | None) -> None:
    assert wording(fact) == said
