"""Stories of hours: what is urgent is told at once, by night and on holidays, to those on duty too; what is of days never is."""

import pytest

from shared.domain.clock import Clock, ClockName
from shared.domain.silence import Silence
from shared.domain.telling import is_urgent
from shared.domain.value import replace
from shared.policies import load_policies
from tests.support.posts import BOOK, duty, given_to, person, roster, story
from tests.support.sample import amend, approve, at, register, resume, sign, suspend, urge
from tests.support.scenario import finish_of, given, the
from tests.support.telling import TellingOffice, local

ON_DUTY = roster(
    person("duty-1"),
    person("duty-2"),
    duties=(
        duty("duty-1", "2026-12-05 17:30", "2026-12-06 08:30"),
        duty("duty-2", "2026-12-06 08:30", "2026-12-06 17:30", "bureau"),
        duty("handler-2", "2026-12-05 17:30", "2026-12-07 08:30", "water"),
    ),
)


def directive() -> TellingOffice:
    """Twenty-four hours from a Saturday morning on."""
    return story("2026-12-05 03:20", ON_DUTY).hears(given_to("air", "2026-12-05 03:20", None, policy="of-hours"))


def test_a_directive_of_hours_goes_up_the_ladder_in_the_night_with_those_on_duty() -> None:
    office = directive()
    office.at("2026-12-06 01:20").expects("handler-1", "near-2h 7").expects("duty-1", "near-2h 7")
    office.at("2026-12-06 01:35").expects("head-of-air", "near-2h 7")
    office.at("2026-12-06 02:50").expects("handler-1", "near-30min 7").expects("duty-1", "near-30min 7")
    office.at("2026-12-06 03:05").expects("head-of-air", "near-30min 7")
    due = office.at("2026-12-06 03:20")
    due.expects("handler-1", "overdue 7").expects("duty-1", "overdue 7").expects("head-of-air", "overdue 7")
    office.at("2026-12-06 03:50").expects("deputy", "overdue 7")
    office.at("2026-12-06 04:20").expects("head-of-air", "late-1h 7").expects("deputy", "late-1h 7")
    office.at("2026-12-06 06:20").expects("head", "late-1h 7").expects("supervision", "late-1h 7")
    office.at("2026-12-06 07:20").expects("head-of-air", "late-4h 7").expects("deputy", "late-4h 7")
    office.at("2026-12-06 09:20").expects("head", "late-4h 7").expects("supervision", "late-4h 7")
    office.quiet_until("2027-03-01 00:00")


def test_who_is_urged_on_a_matter_of_hours_is_told_at_once_and_on_one_of_days_in_the_morning() -> None:
    office = directive().hears(urge(local("2026-12-05 20:00")))
    office.at("2026-12-05 20:00").expects("handler-1", "urge 7").expects("head-of-air", "urge 7")
    of_days = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-20 17:30"))
    of_days.hears(urge(local("2026-12-05 20:00"))).quiet_until("2026-12-07 09:00")
    of_days.at("2026-12-07 09:00").expects("handler-1", "urge 7").expects("head-of-air", "urge 7")


def test_who_is_on_duty_for_a_unit_above_is_told_and_who_is_for_another_is_not() -> None:
    office = story("2026-12-05 12:00", ON_DUTY).hears(given_to("air", "2026-12-05 12:00", None, policy="of-hours"))
    office.at("2026-12-06 10:00").expects("handler-1", "near-2h 7").expects("duty-2", "near-2h 7")


def test_what_is_told_late_is_told_to_who_is_on_duty_then() -> None:
    office = directive()
    office.silences.append(Silence("s", "设备检修", "keeper", local("2026-12-06 01:00"), local("2026-12-06 08:45")))
    morning = office.at("2026-12-06 08:45")
    morning.expects("handler-1", "overdue 7").expects("duty-2", "overdue 7").expects("head-of-air", "late-4h 7")
    morning.expects("deputy", "late-4h 7")
    assert office.why("duty-1", "overdue 7") == ["passed-on"]


def test_an_acknowledgement_in_the_night_stops_the_ladder_and_the_closing_everything() -> None:
    office = directive()
    office.at("2026-12-06 01:20").expects("handler-1", "near-2h 7").expects("duty-1", "near-2h 7")
    office.acknowledges("2026-12-06 01:30", "duty-1", "7")
    office.at("2026-12-06 02:50").expects("handler-1", "near-30min 7").expects("duty-1", "near-30min 7")
    office.hears(approve(local("2026-12-06 02:55"))).quiet_until("2027-03-01 00:00")
    assert office.why("head-of-air", "near-2h 7") == ["acknowledged"]
    assert office.why("head-of-air", "near-30min 7") == ["closed"]


def test_a_due_of_the_senders_some_hours_away_is_of_hours_too() -> None:
    office = story("2026-12-05 20:00", ON_DUTY).hears(given_to("air", "2026-12-05 20:00", "2026-12-05 23:00"))
    due = office.at("2026-12-05 23:00")
    due.expects("handler-1", "overdue 7").expects("duty-1", "overdue 7").expects("head-of-air", "overdue 7")


def test_a_rung_counted_in_hours_is_told_at_its_hour_and_covers_what_waited_for_the_morning() -> None:
    office = story("2026-11-23 09:00", ON_DUTY)
    office.hears(given_to("air", "2026-11-23 09:00", "2026-12-06 02:00", policy="of-hours"))
    office.at("2026-12-06 00:00").expects("handler-1", "near-2h 7").expects("duty-1", "near-2h 7")
    office.at("2026-12-06 00:15").expects("head-of-air", "near-2h 7")
    office.at("2026-12-06 01:30").expects("handler-1", "near-30min 7").expects("duty-1", "near-30min 7")
    office.at("2026-12-06 01:45").expects("head-of-air", "near-30min 7")
    office.at("2026-12-06 03:00").expects("head-of-air", "late-1h 7").expects("deputy", "late-1h 7")
    office.at("2026-12-06 05:00").expects("head", "late-1h 7").expects("supervision", "late-1h 7")
    office.at("2026-12-06 06:00").expects("head-of-air", "late-4h 7").expects("deputy", "late-4h 7")
    office.at("2026-12-06 08:00").expects("head", "late-4h 7").expects("supervision", "late-4h 7")
    office.at("2026-12-07 09:00").expects("handler-1", "overdue 7")
    office.quiet_until("2027-03-01 00:00")
    assert office.why("head-of-air", "overdue 7") == ["covered"]


def test_a_letter_on_what_is_extra_urgent_is_told_at_once_and_the_head_hears_of_it_by_day() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-31 17:30"))
    office.hears(amend(local("2026-12-01 10:00"), priority="extra_urgent"))
    office.hears(urge(local("2026-12-04 20:00"), letter="督办函1号"))
    office.at("2026-12-04 20:00").expects("handler-1", "letter 7").expects("head-of-air", "letter 7").expects(
        "deputy", "letter 7"
    )
    office.at("2026-12-07 09:00").expects("head", "letter 7")


LONG = given(register(at(0), policy="reported", due=at(30)), rulebook=BOOK)
SHORT = given(register(at(0), policy="reported", due=at(hours=3)), rulebook=BOOK)
SENDERS = finish_of(LONG.task)
COUNTED = finish_of(given(register(at(0)), sign(at(0.1)), suspend(at(29.9)), resume(at(31)), rulebook=BOOK).task)


@pytest.mark.parametrize(
    ("clock", "urgent"),
    [
        (finish_of(given(register(at(0), policy="reported", due=at(hours=24)), rulebook=BOOK).task), True),
        (finish_of(given(register(at(0), policy="reported", due=at(hours=24, minutes=1)), rulebook=BOOK).task), False),
        (finish_of(given(register(at(0), policy="of-hours"), rulebook=BOOK).task), True),
        (SENDERS, False),
        # Thirty days of which little or nothing is left are no matter of hours.
        (finish_of(LONG.when(amend(at(20), due=at(10))).task), False),
        (COUNTED, False),
        # A sender who moves a due to this evening means this evening.
        (finish_of(LONG.when(amend(at(20), due=at(20.2))).task), True),
        # Three hours that were moved to an instant which has passed stay a matter of hours.
        (finish_of(SHORT.when(amend(at(hours=5), due=at(hours=2))).task), True),
        (replace(SENDERS, due=None), False),
        (replace(COUNTED, budget="1cd", anchor=at(0), due=at(0.5)), False),
        (replace(COUNTED, budget="25h"), False),
        (replace(COUNTED, budget="1440min"), True),
        (replace(COUNTED, budget="2wh"), False),
    ],
)
def test_a_clock_is_of_hours_by_what_it_was_given(clock: Clock, urgent: bool) -> None:
    assert clock.name is ClockName.FINISH
    task = the(LONG.task)
    assert clock.is_of_hours is urgent
    assert is_urgent(task, clock, "overdue") is urgent
    assert is_urgent(task, clock, "near-2h")
    assert is_urgent(task, clock, "late-30min")


@pytest.mark.parametrize("rung", ["near-1wd", "near-1cd", "near-4wh", "late-1wd", "late-1cd"])
def test_a_rung_counted_in_days_or_in_working_time_is_never_urgent(rung: str) -> None:
    task = the(given(register(at(0), policy="of-hours"), rulebook=BOOK).task)
    assert finish_of(task).is_of_hours
    assert not is_urgent(task, finish_of(task), rung)


def test_the_first_working_day_after_a_due_of_hours_begins_for_nobody_at_night() -> None:
    office = story("2026-12-05 20:00", ON_DUTY).hears(given_to("air", "2026-12-05 20:00", "2026-12-05 23:00"))
    due = office.at("2026-12-05 23:00")
    due.expects("handler-1", "overdue 7").expects("duty-1", "overdue 7").expects("head-of-air", "overdue 7")
    office.at("2026-12-05 23:30").expects("deputy", "overdue 7")
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")


def test_an_ordinary_matter_that_is_not_signed_over_the_weekend_is_told_on_monday() -> None:
    office = story("2026-12-04 16:00", ON_DUTY)
    office.hears(replace(register(local("2026-12-04 16:00"), policy="standard", unit="air"), co_units=()))
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-1", "sign overdue 7").expects("head-of-air", "sign overdue 7")


def test_a_matter_of_hours_that_nobody_signs_is_told_at_night() -> None:
    office = story("2026-12-05 22:00", ON_DUTY)
    office.rulebook = replace(BOOK, policies=load_policies())
    office.hears(replace(register(local("2026-12-05 22:00"), policy="air-directive", unit="air"), co_units=()))
    office.at("2026-12-05 22:15").expects("handler-1", "sign near-15min 7").expects("duty-1", "sign near-15min 7")
