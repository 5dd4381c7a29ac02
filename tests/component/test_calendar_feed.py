"""A person's dues as their calendar program reads them: which, when, and what is gone again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from contracts.notices import TokensRevoked
from shared.domain.command import Command
from shared.domain.value import replace
from shared.storage.silencing import grant
from tests.support.drafts import about
from tests.support.inboxes import NOW, PEOPLE, Inboxes, inboxes, matter, registered
from tests.support.sample import DISTRICT, DUE_OF_30_DAYS, amend, approve, assign, at, register, relapse, sign, suspend


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Inboxes]:
    async with inboxes(tmp_path) as found:
        found.clock.at = at(days=1)
        yield found


async def fed(office: Inboxes, person: str = "air-1", **headers: str) -> httpx.Response:
    """What a person's calendar program gets."""
    answer = await office.client.get("/calendar.ics", params={"key": await office.key(person)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def events(office: Inboxes, person: str = "air-1") -> list[Any]:
    """The events of a person's calendar, in order."""
    calendar = Calendar.from_ical((await fed(office, person)).content)
    return list(calendar.walk("VEVENT"))


async def titles(office: Inboxes, person: str = "air-1") -> list[str]:
    return [str(one["SUMMARY"]) for one in await events(office, person)]


def of(number: str, command: Command) -> Command:
    """The same, of another matter."""
    return about(matter(number), command)


async def test_a_due_is_an_event_at_its_instant_with_what_it_rests_on(office: Inboxes) -> None:
    await office.commit(registered("SZ-1", title="清理河道，限期；办结\n急"))
    [one] = await events(office)
    assert str(one["SUMMARY"]) == "【办结期限】清理河道，限期；办结\n急（SZ-1）"
    assert one["DTSTART"].dt == DUE_OF_30_DAYS
    assert b"\r\nDTSTART:20261223T160000Z\r\n" in (await fed(office)).content
    assert one["SEQUENCE"] == 1
    assert one["DTSTAMP"].dt == at(0)
    said = str(one["DESCRIPTION"]).split("\n")
    link = "http://duban.test/api/v1/task?source=city&number=SZ-1"
    assert said == ["期限：2026-12-23 24:00（周三）", "单位：大气科", "依据：来文单位指定", link]
    assert str(one["URL"]) == link


async def test_a_due_that_was_counted_names_its_rule(office: Inboxes) -> None:
    await office.commit(about(matter("7"), register(unit="air")))
    sign_due, finish_due = await events(office)
    assert str(sign_due["SUMMARY"]).startswith("【签收期限】")
    assert str(finish_due["SUMMARY"]).startswith("【办结期限】")
    assert "依据：sample citation（standard.finish@3）" in str(finish_due["DESCRIPTION"])
    assert sign_due["UID"] != finish_due["UID"]


async def test_the_feed_is_served_as_a_calendar_that_asks_again_each_hour(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    answer = await fed(office)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=300"
    lines = answer.content.decode().split("\r\n")
    assert {"VERSION:2.0", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"} <= set(lines)
    assert all(len(line.encode()) <= 75 for line in lines)


async def test_what_has_not_changed_is_not_sent_again(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    tag = (await fed(office)).headers["etag"]
    key = await office.key("air-1")
    for known in (tag, f'"other", W/{tag}', "*"):
        answer = await office.client.get("/calendar.ics", params={"key": key}, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    office.clock.at = NOW
    assert (await fed(office)).headers["etag"] == tag, "time alone changes nothing"
    await office.commit(registered("SZ-2"))
    assert (await fed(office, **{"If-None-Match": tag})).headers["etag"] != tag


async def test_a_due_that_moved_is_the_same_event_in_its_next_version(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    [before] = await events(office)
    await office.commit(of("SZ-1", amend(at(days=1), due=at(days=40))))
    [after] = await events(office)
    assert (after["UID"], after["SEQUENCE"], after["DTSTART"].dt) == (before["UID"], 2, at(days=40))


async def test_what_stands_still_or_is_over_leaves_and_a_relapse_is_another_event(office: Inboxes) -> None:
    await office.commit(registered("A"), registered("B"), replace(registered("C"), policy=None))
    uid = {str(one["SUMMARY"])[-2]: one["UID"] for one in await events(office)}
    await office.commit(of("A", approve(at(days=1))), of("C", sign(at(0.1))), of("C", suspend(at(days=1))))
    assert await titles(office) == ["【办结期限】清理河道（B）"]
    await office.commit(of("A", relapse(at(days=2), due=at(days=50))))
    again = {str(one["SUMMARY"])[-2]: one["UID"] for one in await events(office)}
    assert again["B"] == uid["B"]
    assert again["A"] != uid["A"]


async def test_whose_dues_they_are(office: Inboxes) -> None:
    await office.commit(
        registered("AIR"),
        registered("WATER", unit="water"),
        registered("OLD", unit="no-such-unit"),
        registered("NOBODY", unit=None),
        registered("PROVINCE", unit="water", owner="province"),
    )
    found = {person: {title[10:-1].removeprefix("（") for title in await titles(office, person)} for person in PEOPLE}
    every = {"AIR", "WATER", "OLD", "NOBODY", "PROVINCE"}
    assert found == {
        "air-1": {"AIR"},
        "office": {"AIR", "WATER", "PROVINCE"},
        "all": every,
        "keeper": set(),
        "city": set(),
        "of-province": {"PROVINCE"},
    }


async def test_who_handles_a_matter_has_its_dues_whatever_the_unit(office: Inboxes) -> None:
    await office.commit(registered("WATER", unit="water"), of("WATER", assign(at(0.1), to="keeper", source=DISTRICT)))
    await office.commit(registered("OTHER", unit="water", title='"handler":"keeper"'))
    assert await titles(office, "keeper") == ["【办结期限】清理河道（WATER）"]


async def test_a_void_key_opens_nothing_and_is_not_kept(office: Inboxes) -> None:
    key = await office.key("air-1")
    await grant(office.database, TokensRevoked(person="air-1"), set(PEOPLE), NOW)
    for path in ("/calendar.ics", "/calendar.ics?key=wrong", f"/calendar.ics?key={key}"):
        answer = await office.client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
        assert "BEGIN:VCALENDAR" not in answer.text


async def test_links_lead_to_where_the_office_says_its_page_is(tmp_path: Path) -> None:
    async with inboxes(tmp_path, page="https://duban.example") as office:
        office.clock.at = at(days=1) + timedelta(hours=1)
        await office.commit(registered("SZ-1"))
        [one] = await events(office)
    assert str(one["URL"]) == "https://duban.example/api/v1/task?source=city&number=SZ-1"
