"""What a command makes happen under each flow, and why it may not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain import fact as f
from shared.domain.budget import DuePeriod
from shared.domain.command import Command, Due
from shared.domain.decide import is_overdue_at_once
from shared.domain.evolve import BrokenHistory, evolve
from shared.domain.matter import Family
from shared.domain.policy import Rulebook
from shared.domain.task import Closed, Ended, Handling, InReview
from shared.domain.value import replace
from tests.support.sample import (
    CALENDAR,
    CITY,
    DISTRICT,
    DUE_OF_30_DAYS,
    MATTER,
    POLICIES,
    SHANGHAI,
    START,
    amend,
    approve,
    at,
    record,
    register,
    send_back,
    sign,
    submit,
    withdraw,
)
from tests.support.scenario import Given, finish_of, given, sign_of, the

SOON = at(hours=1)
PENDING = given(register())
HANDLING = given(register(), sign(SOON))
IN_REVIEW = given(register(), sign(SOON), submit(at(2)))
CLOSED = given(register(), sign(SOON), submit(at(2)), approve(at(3)))
REPORTED = given(register(policy="reported"))


def test_a_directive_becomes_a_task_to_be_signed_for() -> None:
    task = the(given().when(register()).then("registered").leads_to("pending").task)
    assert (task.matter, task.title, task.unit, task.co_units, task.category) == (
        MATTER,
        "clean the river",
        "bureau",
        ("water",),
        ("river", "waste"),
    )
    assert (task.policy, task.policy_version, task.received_at, task.is_open) == ("standard", 3, START, True)


def test_its_clocks_run_from_the_registration_under_the_rules_of_the_policy() -> None:
    sign_clock, finish = sign_of(PENDING.task), finish_of(PENDING.task)
    assert (sign_clock.rule, sign_clock.budget, sign_clock.due) == ("standard.sign@3", "24h", at(1))
    assert (finish.rule, finish.budget, finish.due, finish.version) == ("standard.finish@3", "30cd", DUE_OF_30_DAYS, 1)
    assert (finish.citation, finish.anchor, finish.stopped_at) == ("sample citation", START, None)


def test_the_senders_own_due_goes_before_the_rule() -> None:
    finish = finish_of(given(register(due=at(2))).task)
    assert (finish.rule, finish.budget, finish.citation, finish.due) == ("sender", "fixed", "", at(2))


def test_the_senders_coarse_due_becomes_an_instant_of_the_zone() -> None:
    finish = finish_of(given(register(due=DuePeriod("month_end", START.date()))).task)
    assert finish.due == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_an_open_ended_due_of_the_sender_goes_before_the_rule_too() -> None:
    finish = finish_of(given(register(due=DuePeriod("open_ended", None))).task)
    assert (finish.rule, finish.budget, finish.due, finish.rungs) == ("sender", "open", None, ())


def test_signing_stops_the_sign_clock_and_no_other() -> None:
    task = PENDING.when(sign(SOON)).then("signed").leads_to("handling").task
    assert (sign_of(task).stopped_at, finish_of(task).stopped_at) == (SOON, None)
    assert the(task).state == Handling(SOON)


def test_submitting_brings_it_to_review_while_the_clock_runs() -> None:
    task = HANDLING.when(submit(at(2))).then("submitted").task
    assert (the(task).state, finish_of(task).stopped_at) == (InReview(at(2)), None)


def test_sending_back_is_counted() -> None:
    task = IN_REVIEW.when(send_back(at(3))).then("sent-back").leads_to("handling").task
    assert (the(task).sent_back, the(task).state) == (1, Handling(at(3)))
    assert the(given(*_round_trips(2)).task).sent_back == 2


def _round_trips(times: int) -> list[Command]:
    turns = [(submit(at(2 * n), id_=f"s{n}"), send_back(at(2 * n + 1), id_=f"b{n}")) for n in range(1, times + 1)]
    return [register(), sign(SOON), *(command for turn in turns for command in turn)]


@pytest.mark.parametrize("grade", ["stage", "full"])
def test_approving_closes_it_and_stops_every_clock(grade: str) -> None:
    task = IN_REVIEW.when(approve(at(3), grade="stage" if grade == "stage" else "full")).then("approved").task
    assert the(task).state == Closed(at(3), None if grade == "stage" else at(3))
    assert finish_of(task).stopped_at == at(3)
    assert not the(task).is_open


def test_withdrawing_ends_it_and_stops_every_clock() -> None:
    task = PENDING.when(withdraw(SOON)).then("withdrawn").leads_to("ended").task
    assert the(task).state == Ended(SOON, "withdrawn")
    assert (sign_of(task).stopped_at, finish_of(task).stopped_at) == (SOON, SOON)


def test_under_the_reported_flow_a_matter_is_in_hand_from_the_start() -> None:
    outcome = given().when(register(policy="reported")).then("registered").leads_to("handling")
    assert [clock.name for clock in the(outcome.task).clocks] == ["finish"]


def test_under_the_reported_flow_the_sender_reports_the_end() -> None:
    REPORTED.when(approve(at(2))).then("approved").leads_to("closed")


@pytest.mark.parametrize("now", [PENDING, HANDLING, IN_REVIEW, REPORTED, CLOSED])
def test_what_is_put_on_record_moves_nothing(now: Given) -> None:
    outcome = now.when(record(at(20)))
    assert outcome.kinds[-1] == "recorded"
    assert the(outcome.task).state == the(now.task).state


def test_amending_changes_only_what_is_said() -> None:
    task = the(PENDING.when(amend(SOON, title="dredge", co_units=())).then("amended").leads_to("pending").task)
    assert (task.title, task.co_units, task.unit, task.category) == ("dredge", (), "bureau", ("river", "waste"))
    assert task.clocks == the(PENDING.task).clocks


def test_amending_the_due_makes_a_second_version_from_the_same_anchor() -> None:
    finish = finish_of(HANDLING.when(amend(at(1), due=at(40))).task)
    assert (finish.version, finish.due, finish.rule, finish.anchor) == (2, at(40), "sender", START)


def test_the_task_remembers_the_place_of_its_latest_event() -> None:
    task = the(HANDLING.task)
    assert task.last == sign(SOON).cause.order
    assert the(HANDLING.when(record(at(0), id_="late")).task).last == task.last


@pytest.mark.parametrize(
    "command", [sign(SOON), submit(SOON), approve(SOON), record(SOON), send_back(SOON), amend(SOON), withdraw(SOON)]
)
def test_what_is_said_of_an_unknown_matter_came_early(command: Command) -> None:
    given().when(command).refused("$.subject", early=True, saying="no matter 7 of city is known")


def test_an_unknown_policy_is_refused_with_those_there_are() -> None:
    given().when(register(policy="sandard")).refused(
        "$.data.policy", early=False, saying="'sandard'; there are: reported, standard"
    )


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (amend(SOON, source=DISTRICT), "amend"),
        (withdraw(SOON, source=DISTRICT), "withdraw"),
        (register(SOON, source=DISTRICT, id_="again"), "register"),
    ],
)
def test_only_the_owner_may_change_the_matter_itself(command: Command, word: str) -> None:
    PENDING.when(command).refused("$.owner", early=False, saying=f"only {CITY}, whose matter it is, may {word} it")


def test_nobody_may_register_a_matter_of_another() -> None:
    given().when(register(source=DISTRICT)).refused("$.owner", early=False, saying="only city")


@pytest.mark.parametrize(
    ("now", "command", "early", "next_there"),
    [
        (PENDING, submit(at(2)), True, "sign, merge, withdraw, exclude, not-accept"),
        (PENDING, send_back(at(2)), True, "sign, merge, withdraw, exclude, not-accept"),
        (PENDING, register(at(2), id_="again"), False, "sign, merge, withdraw, exclude, not-accept"),
        (
            HANDLING,
            sign(at(2), id_="again"),
            True,
            "submit, transfer, approve-return, suspend, merge, withdraw, exclude, not-accept",
        ),
        (
            HANDLING,
            approve(at(2)),
            True,
            "submit, transfer, approve-return, suspend, merge, withdraw, exclude, not-accept",
        ),
        (IN_REVIEW, sign(at(3), id_="again"), True, "send-back, approve, merge, withdraw, exclude"),
        (CLOSED, send_back(at(9)), True, "relapse, exclude, archive"),
        (CLOSED, withdraw(at(9)), True, "relapse, exclude, archive"),
        (REPORTED, sign(at(2)), False, "approve, merge, withdraw, exclude, not-accept"),
        (given(register(), withdraw(SOON)), record(at(9)), False, "nothing"),
    ],
)
def test_an_action_that_is_not_open_is_refused_with_what_may_come_next(
    now: Given, command: Command, early: bool, next_there: str
) -> None:
    now.when(command).refused("$.type", early=early, saying=f"{command.action} is not open while the task is ")
    now.when(command).refused("$.type", early=early, saying=f"; what may come next: {next_there}")


def test_a_refusal_names_state_and_policy() -> None:
    REPORTED.when(submit(at(2))).refused("$.type", early=False, saying="while the task is handling under policy reported")


@pytest.mark.parametrize("command", [sign(at(2)), amend(at(2)), record(at(0.5)), register(at(2), id_="again")])
def test_a_task_whose_policy_is_gone_refuses_everything_until_it_is_back(command: Command) -> None:
    without = Given(PENDING.task, Rulebook({"standard-2": POLICIES["standard"]}, CALENDAR))
    without.when(command).refused("$.subject", early=True, saying="the policy standard of this task is not loaded")


def test_a_policy_refuses_a_family_that_it_is_not_for() -> None:
    only = replace(POLICIES["standard"], id="only", finish={Family.COMPLAINT: POLICIES["standard"].finish[Family.COMPLAINT]})
    nothing = Given(None, Rulebook({"only": only}, CALENDAR))
    nothing.when(register(policy="only")).refused("$.data.policy", early=False, saying="it is for: complaint")


@pytest.mark.parametrize("set_by", [lambda when, due: register(when, due=due), lambda when, due: amend(when, due=due)])
@pytest.mark.parametrize(
    ("due", "late"),
    [
        (at(3), False),
        (at(3) - timedelta(microseconds=1), True),
        (DuePeriod("day", at(3).date()), False),
        (DuePeriod("day", at(2).date()), True),
        (DuePeriod("month_end", date(2026, 10, 1)), True),
        (DuePeriod("open_ended", None), False),
        (None, False),
    ],
)
def test_a_due_before_the_instant_that_sets_it_is_overdue_at_once(
    set_by: Callable[[datetime, Due | None], Command], due: Due | None, late: bool
) -> None:
    assert is_overdue_at_once(set_by(at(3), due), SHANGHAI) is late


def test_a_fact_of_a_task_that_was_never_registered_is_a_broken_history() -> None:
    entry = f.Entry(MATTER, submit(SOON).cause, f.Submitted(SOON, None, ()))
    with pytest.raises(BrokenHistory, match="submitted"):
        evolve(None, entry)


def test_a_registration_without_an_event_is_a_broken_history() -> None:
    entry = given().when(register()).entries[0]
    with pytest.raises(BrokenHistory, match="without an event"):
        evolve(None, f.Entry(entry.matter, None, entry.fact))
