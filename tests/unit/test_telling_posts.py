"""Stories of posts: units without people, empty posts, stand-ins, named handlers, assigners."""

import pytest

from shared.domain.person import Post, Role, Roster
from shared.notices.wording import reason_of
from tests.support.posts import given_to, person, roster, story
from tests.support.sample import amend, assign, urge
from tests.support.telling import local

FRIDAY = "2026-12-04 17:30"
"""A due at the close of business before a weekend."""


@pytest.mark.parametrize("unit", ["squad", "air"])
def test_where_a_unit_has_nobody_those_of_the_unit_above_are_told(unit: str) -> None:
    office = story("2026-11-23 09:00").hears(given_to(unit, "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-04 09:00").expects("head-of-air", "near-1wd 7")


def test_an_empty_post_stops_no_alert_the_next_step_takes_its_place() -> None:
    office = story("2026-11-23 09:00", roster(without=("handler-1",))).hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    assert office.reason("head-of-air", "near-1wd 7").reason.step == 0
    office.quiet_until("2026-12-07 00:00")


def test_where_no_post_is_held_nobody_is_told_but_the_keeper_and_why() -> None:
    office = story("2026-11-23 09:00", roster(without=("handler-1", "head-of-air")))
    office.hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("keeper", "near-1wd 7")
    assert reason_of(office.reason("keeper", "near-1wd 7").reason, office.office.roster) == (
        "“临期”各步均无人任职，改为通知系统管理员"
    )
    office.quiet_until("2026-12-07 00:00")


def test_where_there_is_no_keeper_either_nobody_is_told_and_nothing_breaks() -> None:
    office = story("2026-11-23 09:00", roster(without=("handler-1", "head-of-air", "keeper")))
    office.hears(given_to("air", "2026-11-23 09:00", FRIDAY)).quiet_until("2026-12-07 00:00")


def test_a_stand_in_is_told_on_the_days_of_the_absence_both_ends_included() -> None:
    air = person("handler-1", Post(Role.HANDLER, ("air",)), away=(("2026-12-02", "2026-12-03", "handler-2"),))
    office = story("2026-11-23 09:00", roster(air))
    for day in range(1, 5):  # one working day before each of four dues
        office.hears(given_to("air", "2026-11-23 09:00", f"2026-12-0{day + 1} 00:00", number=str(day)))
    told = [(f"2026-{month} 09:00", who) for month, who in (("11-30", "handler-1"), ("12-01", "handler-1"))]
    told += [("2026-12-02 09:00", "handler-2"), ("2026-12-03 09:00", "handler-2")]
    office.until(local("2026-12-03 18:00"))
    near = [one for one in office.told if one.notice.occasion.rung == "near-1wd" and one.notice.reason.step == 0]
    assert [(one.at, one.line[0]) for one in near] == [(local(when), who) for when, who in told]
    assert near[-1].notice.reason.instead_of == ("handler-1",)


def test_the_stand_in_is_who_is_there_when_people_are_told_not_when_it_happened() -> None:
    air = person("handler-1", Post(Role.HANDLER, ("air",)), away=(("2026-12-07", "2026-12-11", "handler-2"),))
    office = story("2026-11-23 09:00", roster(air)).hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.at("2026-12-04 09:00").expects("head-of-air", "near-1wd 7")
    monday = office.at("2026-12-07 09:00")
    monday.expects("handler-2", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")


WITHOUT = person("handler-1", Post(Role.HANDLER, ("nobody",)))
SUCCESSOR = person("handler-3", Post(Role.HANDLER, ("air",)))
AWAY = person("handler-1", Post(Role.HANDLER, ("air",)), away=(("2026-12-03", "2026-12-04", "handler-2"),))


@pytest.mark.parametrize(("people", "told"), [(roster(WITHOUT, SUCCESSOR), "handler-3"), (roster(AWAY), "handler-2")])
def test_who_has_the_post_when_it_is_told_is_told_and_the_steps_go_on(people: Roster, told: str) -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.until(local("2026-12-03 08:00"))  # it is planned for who had the post until then
    office.begins_anew(people)
    office.at("2026-12-03 09:00").expects(told, "near-1wd 7")
    assert office.why("handler-1", "near-1wd 7") == ["passed-on"]
    assert office.reason(told, "near-1wd 7").reason.step == 0
    office.at("2026-12-04 09:00").expects("head-of-air", "near-1wd 7")


def test_whoever_was_told_before_is_not_told_again_in_the_place_of_others() -> None:
    head = person("head-of-air", Post(Role.SECTION_HEAD, ("air",)), away=(("2026-12-04", "2026-12-04", "handler-1"),))
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("handler-1", "near-1wd 7")
    office.begins_anew(roster(head)).quiet_until("2026-12-07 09:00")
    assert office.why("head-of-air", "near-1wd 7") == ["passed-on"]


def test_who_waits_for_a_later_step_and_stands_in_for_an_earlier_one_is_told_with_that() -> None:
    away = person("handler-1", Post(Role.HANDLER, ("air",)), away=(("2026-12-03", "2026-12-04", "head-of-air"),))
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.until(local("2026-12-03 08:00"))
    office.begins_anew(roster(away)).at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    office.quiet_until("2026-12-07 09:00")


def test_what_is_told_in_anothers_place_goes_out_in_one_round_with_what_is_ones_own() -> None:
    office = story("2026-11-23 09:00")
    office.hears(given_to("air", "2026-11-23 09:00", FRIDAY), given_to("water", "2026-11-23 09:00", FRIDAY, number="8"))
    office.until(local("2026-12-03 08:00"))
    office.begins_anew(roster(AWAY)).at("2026-12-03 09:00").expects("handler-2", "near-1wd 7", "near-1wd 8")
    assert len(office.rounds) == 1


def test_where_nobody_has_the_post_any_more_the_next_step_takes_its_place() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.until(local("2026-12-03 08:00"))
    office.begins_anew(roster(without=("handler-1",)))
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    assert office.why("handler-1", "near-1wd 7") == ["passed-on"]
    office.quiet_until("2026-12-07 09:00")


def test_where_nobody_has_any_post_any_more_the_keeper_is_told() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.until(local("2026-12-03 08:00"))
    office.begins_anew(roster(without=("handler-1", "head-of-air")))
    office.at("2026-12-03 09:00").expects("keeper", "near-1wd 7")
    office.quiet_until("2026-12-07 09:00")


def test_an_urge_reaches_who_has_the_matter_in_the_morning() -> None:
    office = story("2026-12-01 09:00").hears(given_to("air", "2026-12-01 09:00", "2026-12-31 17:30"))
    office.hears(urge(local("2026-12-01 19:00")), amend(local("2026-12-01 20:00"), unit="water"))
    office.at("2026-12-02 09:00").expects("handler-2", "urge 7").expects("head-of-water", "urge 7")


def test_a_stand_in_who_is_away_has_one_and_of_a_circle_the_last_is_told_all_the_same() -> None:
    week = ("2026-11-30", "2026-12-05")
    chain = roster(
        person("handler-1", Post(Role.HANDLER, ("air",)), away=((*week, "handler-2"),)),
        person("handler-2", Post(Role.HANDLER, ("water",)), away=((*week, "deputy"),)),
    )
    circle = roster(
        person("handler-1", Post(Role.HANDLER, ("air",)), away=((*week, "handler-2"),)),
        person("handler-2", Post(Role.HANDLER, ("water",)), away=((*week, "handler-1"),)),
    )
    alone = roster(person("handler-1", Post(Role.HANDLER, ("air",)), away=((*week, "handler-1"),)))
    for people, told, instead_of in [
        (chain, "deputy", ("handler-1", "handler-2")),
        (circle, "handler-2", ("handler-1",)),
        (alone, "handler-1", ()),
    ]:
        office = story("2026-11-23 09:00", people).hears(given_to("air", "2026-11-23 09:00", FRIDAY))
        office.at("2026-12-03 09:00").expects(told, "near-1wd 7")
        assert office.reason(told, "near-1wd 7").reason.instead_of == instead_of


def test_who_stands_in_for_two_is_told_once() -> None:
    week = ("2026-12-01", "2026-12-31")
    people = roster(
        person("handler-1", Post(Role.HANDLER, ("air",)), away=((*week, "head-of-air"),)),
        person("handler-3", Post(Role.HANDLER, ("air",)), away=((*week, "head-of-air"),)),
    )
    office = story("2026-11-23 09:00", people).hears(given_to("air", "2026-11-23 09:00", FRIDAY))
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    office.quiet_until("2026-12-07 00:00")


def test_assigners_are_told_of_their_own_matters() -> None:
    office = story("2026-11-23 09:00").hears(given_to("air", "2026-11-23 09:00", FRIDAY, owner="province"))
    office.until(local("2026-12-18 09:00"))
    assert [one.line for one in office.told][-1] == ("assigner-province", "late-5wd 7")


def test_the_named_handler_is_told_before_others_of_the_unit_or_while_away_the_stand_in() -> None:
    named = person("handler-3", away=(("2026-12-04", "2026-12-04", "handler-4"),))
    office = story("2026-11-23 09:00", roster(named, person("handler-4")))
    office.hears(given_to("air", "2026-11-23 09:00", "2026-12-03 17:30"), assign(local("2026-11-23 10:00"), to="handler-3"))
    office.at("2026-12-02 09:00").expects("handler-3", "near-1wd 7")
    office.at("2026-12-03 09:00").expects("head-of-air", "near-1wd 7")
    friday = office.at("2026-12-04 09:00")
    friday.expects("handler-4", "late-1wd 7").expects("head-of-air", "late-1wd 7").expects("deputy", "late-1wd 7")
