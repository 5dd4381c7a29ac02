"""Stories of restraint: standstills, silences, urges, and nobody hears of a lower rung after a higher one."""

from shared.domain.round import judged
from shared.domain.silence import Silence
from shared.domain.value import replace
from tests.support.posts import given_to, story
from tests.support.sample import amend, approve, register, sign, suspend, urge
from tests.support.telling import local

FRIDAY = "2026-12-04 17:30"
"""A due at the close of business before a weekend."""


def test_a_due_amended_far_into_the_past_is_told_as_its_highest_rung_only() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", "2026-12-31 17:30"))
    office.hears(amend(local("2026-12-08 10:00"), due=local("2026-11-24 17:30")))
    minute = office.at("2026-12-08 10:00")
    minute.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-5wd 7")
    minute.expects("head", "late-5wd 7").expects("supervision", "late-5wd 7")


def test_an_urge_and_a_letter_are_both_told_and_each_urge_again() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-31 17:30"))
    office.hears(urge(local("2026-12-01 19:00"), id_="a", letter="督办函1号"), urge(local("2026-12-01 20:00"), id_="b"))
    morning = office.at("2026-12-02 09:00")
    morning.expects("handler-1", "letter 7", "urge 7").expects("head-of-air", "letter 7", "urge 7").expects("deputy", "letter 7")
    office.at("2026-12-03 09:00").expects("head", "letter 7")
    office.hears(urge(local("2026-12-03 10:00"), id_="c"))
    office.at("2026-12-03 10:00").expects("handler-1", "urge 7").expects("head-of-air", "urge 7")


def test_an_urge_is_not_told_of_what_was_closed_before_the_morning() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-31 17:30"))
    office.hears(urge(local("2026-12-01 19:00")), approve(local("2026-12-02 08:00"))).quiet_until("2027-03-01 00:00")
    assert office.why("handler-1", "urge 7") == ["closed"]


def test_an_outage_of_two_days_is_one_round_in_which_each_person_hears_of_the_highest_rung_only() -> None:
    office = story("2026-11-23 09:00")
    for number in range(200):
        office.hears(given_to("air", "2026-11-23 09:00", "2026-12-02 17:30", number=str(number)))
    office.until(local("2026-11-30 12:00"))
    office.stands_still_until("2026-12-03 10:00")
    office.until(local("2026-12-03 10:00:59"))
    lines = [one.line for one in office.told]
    assert sorted({person for person, _ in lines}) == ["deputy", "handler-1", "head-of-air"]
    assert len(lines) == len(set(lines)) == 3 * 200
    assert {line.split()[0] for _, line in lines} == {"late-1wd"}
    assert len(office.rounds) == 1, "all of them can go out in one message"
    assert {(one.rung, one.at) for one in office.raised} == {
        ("near-1wd", local("2026-12-01 00:00")),
        ("overdue", local("2026-12-02 17:30")),
        ("late-1wd", local("2026-12-03 00:00")),
    }


def test_what_an_outage_held_up_is_told_in_one_round_in_however_many_turns_it_is_heard() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-31 17:30"))
    for second in ("05", "09", "14"):
        office.until(local(f"2026-12-01 15:10:{second}"))
        assert office.takes(urge(local(f"2026-12-01 10:00:{second}"), id_=second))
    office.until(local("2026-12-01 16:00"))
    [(when, found)] = office.rounds
    assert when == local("2026-12-01 15:11:00")
    assert [one.person for one in found.told].count("handler-1") == 3


def test_nobody_hears_of_a_lower_rung_after_a_higher_one() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.stands_still_until("2026-12-11 10:00")
    first = office.at("2026-12-11 10:00")
    first.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-5wd 7")
    first.expects("head", "late-5wd 7").expects("supervision", "late-5wd 7")
    office.at("2026-12-18 09:00").expects("assigner-city", "late-5wd 7")
    office.quiet_until("2027-03-01 00:00")
    assert office.why("head", "late-1wd 7") == ["covered"], "two working days after the deputy had been told"


def test_a_standstill_that_ends_at_night_wakes_nobody() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", "2026-12-11 17:30"))
    office.until(local("2026-12-10 00:01"))
    office.stands_still_until("2026-12-10 20:00")
    office.hears(approve(local("2026-12-11 08:59"))).quiet_until("2027-03-01 00:00")
    assert office.why("handler-1", "near-1wd 7") == ["closed"], "it waited for the morning"


def test_a_standstill_leaves_each_step_its_time() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", "2026-12-11 17:30"))
    office.until(local("2026-12-10 00:01"))
    office.stands_still_until("2026-12-11 15:00")
    office.at("2026-12-11 15:00").expects("handler-1", "near-1wd 7")
    office.hears(approve(local("2026-12-11 16:00"))).quiet_until("2027-03-01 00:00")
    assert office.why("head-of-air", "near-1wd 7") == ["closed"], "a day was not over since the handler was told"


def test_after_a_standstill_a_step_of_hours_waits_as_long_as_it_would_have() -> None:
    office = story("2026-12-05 03:20").hears(given_to("air", "2026-12-05 03:20", None, policy="of-hours"))
    office.until(local("2026-12-06 01:20"))
    office.stands_still_until("2026-12-06 02:00")
    office.at("2026-12-06 02:00").expects("handler-1", "near-2h 7")
    office.at("2026-12-06 02:15").expects("head-of-air", "near-2h 7")


def test_a_round_that_is_held_late_leaves_the_next_step_its_time() -> None:
    office = story("2026-12-05 03:20").hears(given_to("air", "2026-12-05 03:20", None, policy="of-hours"))
    office.until(local("2026-12-06 01:20:10"))  # planned, and then nobody is there to hold a round
    office.stands_still_until("2026-12-06 01:34")
    office.at("2026-12-06 01:34").expects("handler-1", "near-2h 7")
    office.at("2026-12-06 01:49").expects("head-of-air", "near-2h 7")


def test_what_is_passed_on_is_told_to_those_who_have_it_now() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.hears(amend(local("2026-12-03 15:00"), unit="water"))
    office.at("2026-12-03 15:00").expects("handler-2", "near-1wd 7")
    office.at("2026-12-04 09:00").expects("head-of-water", "near-1wd 7")
    assert office.why("head-of-air", "near-1wd 7") == ["passed-on"]
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-2", "late-1wd 7").expects("head-of-water", "late-1wd 7").expects("deputy", "late-1wd 7")


def test_what_was_told_and_withdrawn_covers_nothing() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    [lower] = [one.notice for one in office.told if one.notice.person == "handler-1"]
    higher = replace(lower, occasion=replace(lower.occasion, rung="overdue", kind="overdue", at=local(FRIDAY)))
    told_twice = judged([lower], office.tasks, (), (), office.now, [higher], office.office)
    assert [one.id for one in told_twice.told] == [lower.id]


def test_a_silence_holds_back_what_it_covers_and_nothing_else() -> None:
    office = story("2026-12-01 09:00")
    office.hears(given_to("air", "2026-12-01 09:00", "2026-12-03 17:30", number="1"))
    office.hears(given_to("water", "2026-12-01 09:00", "2026-12-03 17:30", number="2"))
    repair = Silence("s", "设备检修", "keeper", local("2026-12-02 08:00"), local("2026-12-02 09:01"), unit="air")
    office.silences.append(repair)
    office.at("2026-12-02 09:00").expects("handler-2", "near-1wd 2")
    assert office.why("handler-1", "near-1wd 1") == []
    office.at("2026-12-02 09:01").expects("handler-1", "near-1wd 1")
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 1").expects("head-of-water", "near-1wd 2")


def test_a_silence_of_a_unit_covers_the_units_below_it_and_not_the_one_above() -> None:
    for silenced, held in (("bureau", True), ("air", True), ("squad", True), ("water", False)):
        office = story("2026-12-01 09:00").hears(given_to("squad", "2026-12-01 09:00", "2026-12-03 17:30"))
        day = (local("2026-12-02 08:00"), local("2026-12-02 12:00"))
        office.silences.append(Silence("s", "设备检修", "keeper", *day, unit=silenced))
        office.until(local("2026-12-02 11:00"))
        assert (office.told == []) is held, silenced
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-03 17:30"))
    office.silences.append(Silence("s", "设备检修", "keeper", *day, unit="squad"))
    office.at("2026-12-02 09:00").expects("handler-1", "near-1wd 7")


def test_when_a_silence_ends_each_step_has_its_time() -> None:
    office = story("2026-12-05 03:20").hears(given_to("air", "2026-12-05 03:20", None, policy="of-hours"))
    office.silences.append(Silence("s", "设备检修", "keeper", local("2026-12-06 01:00"), local("2026-12-06 02:10")))
    office.at("2026-12-06 02:10").expects("handler-1", "near-2h 7")
    office.at("2026-12-06 02:25").expects("head-of-air", "near-2h 7")


def test_when_a_silence_of_days_ends_the_head_hears_two_working_days_after_the_others() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.silences.append(Silence("s", "系统搬迁", "keeper", local("2026-12-02 08:00"), local("2026-12-08 10:00"), unit="air"))
    tuesday = office.at("2026-12-08 10:00")
    tuesday.expects("handler-1", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    office.at("2026-12-10 09:00").expects("head", "late-1wd 7")


def test_a_silence_for_one_person_does_not_keep_the_ladder_waiting() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    silent = (local("2026-12-02 08:00"), local("2026-12-10 08:30"))
    office.silences.append(Silence("s", "出差", "keeper", *silent, person="handler-1"))
    office.at("2026-12-07 09:00").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
    office.at("2026-12-09 09:00").expects("head", "late-1wd 7")
    office.at("2026-12-10 09:00").expects("handler-1", "late-1wd 7")


def test_what_is_done_or_covered_when_a_silence_ends_is_told_to_nobody() -> None:
    office = story("2026-12-01 09:00")
    for number in ("7", "2"):
        office.hears(given_to("air", "2026-12-01 09:00", "2026-12-03 17:30", number=number))
    office.silences.append(Silence("s", "系统搬迁", "keeper", local("2026-12-02 08:00"), local("2026-12-04 08:30"), unit="air"))
    office.hears(approve(local("2026-12-02 11:00")))
    friday = office.at("2026-12-04 09:00")
    friday.expects("handler-1", "late-1wd 2").expects("head-of-air", "late-1wd 2").expects("deputy", "late-1wd 2")
    assert office.why("handler-1", "near-1wd 7") == ["closed"]
    assert office.why("handler-1", "near-1wd 2") == ["covered"]


def test_what_stands_still_is_told_to_nobody_and_what_was_done_before_it_was_answered() -> None:
    office = story("2026-11-23 09:00")
    office.hears(replace(register(local("2026-11-23 12:00"), policy="standard", unit="air"), co_units=()))
    office.at("2026-11-24 10:00").expects("handler-1", "sign near-2h 7")
    office.hears(sign(local("2026-11-24 10:05")))
    office.at("2026-12-21 09:00").expects("handler-1", "near-3cd 7")
    office.hears(suspend(local("2026-12-21 10:00"))).quiet_until("2027-03-01 00:00")
    assert office.why("head-of-air", "sign near-2h 7") == ["answered"]
    assert office.why("head-of-air", "near-3cd 7") == ["suspended"]
