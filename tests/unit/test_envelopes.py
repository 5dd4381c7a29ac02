"""Messages: one for each person and channel, one for all of a robot that many share, what is urgent apart; and the next channel
after one that failed.
"""

from typing import Any

import pytest

from shared.domain.notice import Acknowledged, Notice, Occasion, Reason, alarm_notices
from shared.domain.person import Duty, Post, Role
from shared.domain.round import Envelope, channel_of, envelopes, judged
from shared.domain.route import Route, Step
from shared.domain.silence import Silence
from shared.domain.value import replace
from tests.support.posts import person, roster, story
from tests.support.telling import local

NOW = local("2026-12-04 09:00")
ROSTER = roster(
    person("handler-1", channels=("robot", "mail")),
    person("handler-2", channels=("gone", "robot")),
    person("head", channels=("sms", "mail")),
    person("keeper", Post(Role.KEEPER), channels=("mail",)),
)
CHANNELS = {"robot": True, "mail": False, "sms": False}
"""Which are shared by many."""


def notice(who: str, number: str = "7", *, urgent: bool = False, channels: tuple[str, ...] = ()) -> Notice:
    occasion = Occasion("city", number, "finish", 1, "overdue", "overdue", NOW, NOW)
    return Notice(occasion, who, Reason("r", 0, Role.HANDLER), NOW, urgent, channels)


def test_what_is_told_at_once_is_one_message_for_each_person() -> None:
    told = [notice("head", str(number)) for number in range(200)]
    assert envelopes(told, ROSTER, CHANNELS) == (Envelope("sms", ("head",), tuple(told)),)


def test_a_robot_that_many_share_is_sent_one_message_for_all_of_them() -> None:
    told = [notice("handler-1", "1"), notice("handler-2", "1"), notice("handler-1", "2")]
    assert envelopes(told, ROSTER, CHANNELS) == (Envelope("robot", ("handler-1", "handler-2"), tuple(told)),)


def test_a_channel_of_ones_own_is_no_message_for_others() -> None:
    told = [notice("handler-1", channels=("mail",)), notice("head", channels=("mail",))]
    assert [(one.channel, one.people) for one in envelopes(told, ROSTER, CHANNELS)] == [
        ("mail", ("handler-1",)),
        ("mail", ("head",)),
    ]


def test_what_is_urgent_goes_apart() -> None:
    told = [notice("head", "1"), notice("head", "2", urgent=True)]
    assert [[one.occasion.number for one in message.notices] for message in envelopes(told, ROSTER, CHANNELS)] == [["1"], ["2"]]


@pytest.mark.parametrize("who", ["deputy", "somebody-who-left"])
def test_who_has_no_channel_finds_it_in_the_inbox(who: str) -> None:
    assert envelopes([notice(who)], ROSTER, CHANNELS) == (Envelope(None, (who,), (notice(who),)),)


@pytest.mark.parametrize(
    ("told", "order"),
    [
        (notice("handler-1"), ["robot", "mail", None]),
        (notice("handler-2"), ["robot", None]),
        (notice("head", channels=("robot", "gone", "sms")), ["robot", "sms", None]),
        (notice("head", channels=("gone",)), [None]),
        (notice("somebody-who-left"), [None]),
    ],
)
def test_after_a_channel_that_failed_comes_the_next_that_is_known(told: Notice, order: list[str | None]) -> None:
    found = [channel_of(told, ROSTER, CHANNELS)]
    while (last := found[-1]) is not None:
        found.append(channel_of(told, ROSTER, CHANNELS, after=last))
    assert found == order
    assert channel_of(told, ROSTER, CHANNELS, after="never-tried") is None


def test_an_alarm_is_told_to_its_keepers_at_once_and_no_silence_holds_it_back() -> None:
    office = replace(story("2026-12-04 09:00").office, roster=ROSTER)
    night = local("2026-12-06 03:00")
    occasion = Occasion("duban", "detector", "alarm", 1, "没有心跳", "alarm", night, None)
    [alarm] = alarm_notices(occasion, office)
    assert (alarm.person, alarm.tell_at, alarm.urgent) == ("keeper", night, True)
    everything = Silence("s", "检修", "keeper", NOW, local("2026-12-31 00:00"))
    noted = Acknowledged("duban", "detector", night, "head")
    found = judged([alarm, notice("head")], {}, [noted], [everything], night, (), office)
    assert found.told == (alarm,)
    assert [why for _, why in found.dropped] == ["gone"]


def test_an_alarm_may_go_to_those_on_duty() -> None:
    route = Route("报警", (Step((Role.DUTY, Role.KEEPER)),), clock="alarm")
    night = local("2026-12-06 03:00")
    duty = Duty(local("2026-12-05 17:30"), local("2026-12-06 08:30"), "handler-1")
    office = replace(story("2026-12-04 09:00").office, roster=replace(ROSTER, duties=(duty,)), routes=(route,))
    occasion = Occasion("duban", "detector", "alarm", 1, "没有心跳", "alarm", night, None)
    assert [one.person for one in alarm_notices(occasion, office)] == ["handler-1", "keeper"]


@pytest.mark.parametrize(
    ("fields", "silent"),
    [
        ({}, True),
        ({"owner": "city", "number": "7", "person": "head"}, True),
        ({"owner": "province"}, False),
        ({"number": "8"}, False),
        ({"person": "deputy"}, False),
        ({"unit": "air"}, False),  # of no task that is known
        ({"until": NOW}, False),  # its end is not in it
        ({"since": NOW}, True),
        ({"since": local("2026-12-04 09:01")}, False),
    ],
)
def test_a_silence_covers_what_all_its_fields_match_from_its_start_until_before_its_end(
    fields: dict[str, Any], silent: bool
) -> None:
    one = replace(Silence("s", "检修", "keeper", local("2026-12-01 00:00"), local("2026-12-31 00:00")), **fields)
    assert one.covers(notice("head"), None, NOW, ROSTER) is silent
