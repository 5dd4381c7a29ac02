"""Which actions are open to whom, and which rule forbids the others."""

from shared.domain.actions import actions_open
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.refusal import Refusal
from tests.support.sample import (
    CITY,
    DISTRICT,
    RULEBOOK,
    approve,
    at,
    grant_extension,
    register,
    request_extension,
    request_return,
    sign,
    submit,
)
from tests.support.scenario import given, the


def opened(*commands: Command, by: str, when: float = 3) -> dict[str, str]:
    """What is said of each action: empty where it is open."""
    task = the(given(*commands).task)
    return {one.action: one.refusal.message if one.refusal else "" for one in actions_open(task, by, RULEBOOK, at(when))}


def test_a_unit_may_sign_and_may_not_withdraw() -> None:
    district = opened(register(), by=DISTRICT, when=0.5)
    assert district["sign"] == ""
    assert district["withdraw"] == "only city, whose matter it is, may withdraw it"
    assert "submit" not in district
    assert opened(register(), by=CITY)["withdraw"] == ""


def test_what_a_limit_forbids_is_told_with_the_rule() -> None:
    late = opened(register(), sign(at(0.1)), by=DISTRICT, when=9)
    assert "asked for after the 2wd" in late["request-return"]
    assert late["request-extension"] == ""
    past = opened(register(), sign(at(0.1)), by=DISTRICT, when=60)
    assert "asked for after the due had passed" in past["request-extension"]


def test_only_one_request_waits_at_a_time() -> None:
    asked = (register(), request_return(at(0.1)))
    assert "a return is asked for already" in opened(*asked, by=DISTRICT)["request-extension"]
    assert opened(*asked, by=CITY)["approve-return"] == ""


def test_an_extension_that_was_asked_for_may_be_granted_as_asked() -> None:
    asked = (register(), sign(at(0.1)), request_extension(at(1), at(50)))
    assert opened(*asked, by=CITY)["grant-extension"] == ""
    assert not isinstance(decide(given(*asked).task, grant_extension(at(3), at(50)), RULEBOOK), Refusal)
    assert "only city" in opened(*asked, by=DISTRICT)["grant-extension"]


def test_a_co_unit_may_still_say_that_its_share_is_done() -> None:
    closed = (register(), sign(at(0.1)), submit(at(1)), approve(at(2)))
    assert opened(*closed, by=DISTRICT)["submit"] == ""
    assert "submit is not open" in opened(*closed[:3], submit(at(1.5), id_="w", unit="water"), by=DISTRICT)["submit"]


def test_nothing_is_open_to_anybody_but_duban_in_what_only_duban_says() -> None:
    assert "tell-of-part" not in opened(register(), by=CITY)
