"""Stories of an office: who is told of which alert when, through weekends, make-up days, breaks and the steps of the ladder."""

from tests.support.posts import given_to, story
from tests.support.sample import SHANGHAI, amend, approve
from tests.support.telling import TellingOffice, local

FRIDAY = "2026-12-04 17:30"
"""A due at the close of business before a weekend."""


def late_over_the_weekend() -> TellingOffice:
    """Due on a Friday at the close of business, and told of once before."""
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-04 09:00").expects("head-of-air", "near-1wd 7")
    return office


def monday_late() -> TellingOffice:
    """The same, told of as late on Monday."""
    office = late_over_the_weekend()
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    return office


def test_a_matter_that_nobody_does_goes_up_the_ladder_step_by_step() -> None:
    office = late_over_the_weekend()
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    office.at("2026-12-09 09:00").expects("head", "late-1wd 7")
    friday = office.at("2026-12-11 09:00")
    friday.expects("deputy", "late-5wd 7").expects("head", "late-5wd 7").expects("supervision", "late-5wd 7")
    office.at("2026-12-18 09:00").expects("assigner-city", "late-5wd 7")
    office.quiet_until("2027-03-01 00:00")


def test_what_fell_due_at_24_o_clock_is_told_in_the_digest_of_the_morning() -> None:
    office = story("2026-11-30 09:00").hears(given_to("water", "2026-11-30 09:00", "2026-12-03 00:00"))
    office.at("2026-12-01 09:00").expects("handler-2", "near-1wd 7")
    office.at("2026-12-02 09:00").expects("head-of-water", "near-1wd 7")
    digest = office.at("2026-12-03 09:00")
    digest.expects("handler-2", "late-1wd 7").expects("head-of-water", "late-1wd 7").expects("deputy", "late-1wd 7")
    assert office.why("handler-2", "overdue 7") == ["covered"]
    assert office.reason("handler-2", "late-1wd 7").reason.waited == "hours"


def test_two_days_before_the_spring_festival_holiday_the_made_up_saturday_is_a_day_like_others() -> None:
    # 2026-02-14 is a Saturday that is worked, 02-15 to 02-23 are off, 02-28 is another such Saturday.
    office = story("2026-02-09 09:00").hears(given_to("air", "2026-02-09 09:00", "2026-02-14 17:30"))
    office.at("2026-02-13 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-02-14 09:00").expects("head-of-air", "near-1wd 7")
    after = office.at("2026-02-24 09:00")
    after.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    office.at("2026-02-26 09:00").expects("head", "late-1wd 7")
    fifth = office.at("2026-02-28 09:00")
    fifth.expects("deputy", "late-5wd 7").expects("head", "late-5wd 7").expects("supervision", "late-5wd 7")


def test_what_falls_due_in_office_hours_is_told_at_once_and_in_the_lunch_break_after_it() -> None:
    office = story("2026-12-01 09:00")
    office.hears(given_to("air", "2026-12-01 09:00", "2026-12-03 10:00", number="1"))
    office.hears(given_to("air", "2026-12-01 09:00", "2026-12-03 12:30", number="2"))
    office.at("2026-12-02 09:00").expects("handler-1", "near-1wd 1", "near-1wd 2")
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 1", "near-1wd 2")
    office.at("2026-12-03 10:00").expects("handler-1", "overdue 1").expects("head-of-air", "overdue 1")
    office.at("2026-12-03 13:30").expects("handler-1", "overdue 2").expects("head-of-air", "overdue 2")
    assert office.reason("handler-1", "overdue 1").reason.waited == ""
    assert office.reason("handler-1", "overdue 2").reason.waited == "hours"


def test_what_falls_due_before_the_digest_of_the_day_waits_for_it() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-03 08:40"))
    office.at("2026-12-02 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-03 09:00").expects("handler-1", "overdue 7").expects("head-of-air", "overdue 7")
    assert office.why("head-of-air", "near-1wd 7") == ["covered"], "its step came when the due had passed"


def test_acknowledgement_stops_the_ladder_of_the_alert_but_not_the_next_alert() -> None:
    office = monday_late()
    office.acknowledges("2026-12-07 10:00", "head-of-air", "7")
    friday = office.at("2026-12-11 09:00")
    friday.expects("deputy", "late-5wd 7").expects("head", "late-5wd 7").expects("supervision", "late-5wd 7")
    assert office.why("head", "late-1wd 7") == ["acknowledged"]


def test_an_acknowledgement_of_another_clock_or_version_stops_nothing() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.acknowledges("2026-12-03 09:30", "handler-1", "7", clock="sign")
    office.acknowledges("2026-12-03 09:31", "handler-1", "7", clock="finish", version=2)
    office.at("2026-12-04 09:00").expects("head-of-air", "near-1wd 7")


def test_who_takes_note_by_the_link_of_an_old_message_stops_nothing_of_what_came_after_it() -> None:
    office = monday_late()
    office.acknowledges("2026-12-07 10:00", "handler-1", "7", seen="2026-12-03 17:30")
    office.at("2026-12-09 09:00").expects("head", "late-1wd 7")


def test_who_takes_note_of_the_newest_alert_stops_its_ladder() -> None:
    office = monday_late()
    [newest] = {one.at for one in office.raised if one.rung == "late-1wd"}
    office.acknowledges("2026-12-07 10:00", "handler-1", "7", seen=f"{newest.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    office.at("2026-12-11 09:00")
    assert office.why("head", "late-1wd 7") == ["acknowledged"]


def test_nobody_takes_note_of_what_is_yet_to_come_whatever_they_say_was_shown() -> None:
    office = late_over_the_weekend()
    office.acknowledges("2026-12-04 10:00", "head-of-air", "7", seen="2027-01-01 00:00")
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")


def test_who_took_note_in_the_night_is_not_told_in_the_morning_of_what_others_are() -> None:
    office = late_over_the_weekend()
    office.acknowledges("2026-12-07 07:00", "handler-1", "7")
    office.at("2026-12-07 09:00").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    office.at("2026-12-11 09:00").expects("deputy", "late-5wd 7").expects("head", "late-5wd 7").expects(
        "supervision", "late-5wd 7"
    )
    office.acknowledges("2026-12-11 10:00", "deputy", "7")
    office.quiet_until("2027-03-01 00:00")


def test_what_is_closed_before_people_are_told_is_told_to_nobody() -> None:
    office = late_over_the_weekend()
    office.hears(approve(local("2026-12-07 08:59")))
    office.quiet_until("2027-03-01 00:00")
    assert office.why("handler-1", "late-1wd 7") == ["closed"]
    assert office.why("head", "late-1wd 7") == ["closed"]


def test_what_is_settled_within_half_a_minute_is_told_to_nobody() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-03 10:00"))
    office.at("2026-12-02 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    office.hears(approve(local("2026-12-03 10:00:29"))).quiet_until("2027-03-01 00:00")


def test_a_due_that_moved_begins_the_ladder_again_and_ends_the_former_one() -> None:
    office = late_over_the_weekend()
    office.hears(amend(local("2026-12-06 12:00"), due=local("2026-12-10 17:30")))
    office.at("2026-12-09 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-10 09:00").expects("head-of-air", "near-1wd 7")
    office.until(local("2026-12-12 00:00"))
    assert office.why("handler-1", "late-1wd 7") == []
    assert office.why("handler-1", "overdue 7") == ["extended", "covered"]
