"""The page that the link of a message opens: for that person, for thirty days; looking at it says nothing."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shared.domain.person import Roster
from shared.notices.link import notice_path, sign
from tests.support.drafts import about
from tests.support.inboxes import NOW, PEOPLE, SECRET, Inboxes, inboxes, matter, message, notice, registered
from tests.support.sample import acknowledge, approve, at

LINK = notice_path(SECRET, "d-1", "air-1")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Inboxes]:
    async with inboxes(tmp_path) as found:
        yield found


async def sent(office: Inboxes, *numbers: str) -> None:
    """A message about some tasks, to air-1."""
    carried = [notice(number) for number in numbers]
    await office.commit(*(registered(number, title="<b>清理河道</b>") for number in numbers))
    for number in numbers:
        await office.cross(number, NOW)
    await office.tell(*carried, messages=[message("d-1", *carried)])


def shown(text: str) -> str:
    """The text of a page without its markup."""
    return re.sub(r"<[^>]+>", "", text)


def form(**changed: str) -> dict[str, str]:
    return {"d": "d-1", "p": "air-1", "s": sign(SECRET, "d-1", "air-1")} | changed


async def test_the_link_shows_what_the_message_said_without_a_key_and_says_nothing(office: Inboxes) -> None:
    await sent(office, "SZ-1", "SZ-2")
    for method in ("GET", "HEAD"):
        answer = await office.client.request(method, LINK)
        assert answer.status_code == 200
    text = (await office.client.get(LINK)).text
    assert "【督办提醒】逾期 1 件" in text
    line = "■ 逾期 &lt;b&gt;清理河道&lt;/b&gt;（SZ-1） 大气科，办结期限 12-23 24:00，已逾期 9 小时"
    assert line in shown(text)
    assert "按“到期”第 1 步，通知承办人" in text
    assert "大气科承办人" in text
    assert ">知悉 2 件</button>" in text
    assert "<script" not in text
    assert office.heard.said == [], "mail scanners open links"


async def test_the_time_that_is_left_is_as_of_when_the_page_is_opened(office: Inboxes) -> None:
    await sent(office, "SZ-1")
    office.clock.at = NOW + timedelta(days=5)
    text = shown((await office.client.get(LINK)).text)
    assert "已逾期 4 个工作日" in text
    assert "剩余与逾期时间截至 2026-12-29 09:00（周二）" in text


async def test_the_button_takes_note_of_all_tasks_of_the_message_at_once(office: Inboxes) -> None:
    await sent(office, "SZ-1", "SZ-2")
    answer = await office.client.post("/notice", data=form())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LINK}&said=taken")
    assert office.heard.said == [("air-1", matter("SZ-1")), ("air-1", matter("SZ-2"))]
    assert "已记录：知悉。" in (await office.client.get(answer.headers["location"])).text


async def test_the_button_covers_what_the_message_said_and_nothing_newer(office: Inboxes) -> None:
    near, late = notice("SZ-1", kind="near"), notice("SZ-1")
    await office.commit(registered("SZ-1"))
    await office.tell(near, messages=[message("d-1", near)])
    await office.tell(late, messages=[message("d-2", late)])
    await office.client.post("/notice", data=form(seen=late.occasion.at.isoformat()))
    assert office.heard.seen == {matter("SZ-1"): near.occasion.at}


async def test_what_is_noted_or_over_is_not_noted_again(office: Inboxes) -> None:
    await sent(office, "SZ-1", "SZ-2", "SZ-3")
    noted = about(matter("SZ-1"), acknowledge(at(days=31), person="air-1"))
    await office.commit(noted, about(matter("SZ-2"), approve(at(days=31))))
    text = shown((await office.client.get(LINK)).text)
    assert "（SZ-2） 大气科，办结期限 12-23 24:00，已办结" in text
    assert "✓ SZ-1 大气科承办人 2026-12-24 09:00（周四） 知悉" in text
    assert ">知悉</button>" in (await office.client.get(LINK)).text
    await office.client.post("/notice", data=form())
    assert office.heard.said == [("air-1", matter("SZ-3"))]
    await office.commit(about(matter("SZ-3"), acknowledge(at(days=31), person="air-1")))
    text = (await office.client.get(LINK)).text
    assert "没有需要您知悉的事项" in text
    assert "<button" not in text


async def test_a_refusal_says_of_which_task_and_why(office: Inboxes) -> None:
    await sent(office, "SZ-1", "SZ-2")
    office.heard.results[matter("SZ-2")] = ("refused", "不行")
    answer = await office.client.post("/notice", data=form())
    assert answer.status_code == 422
    assert "未能记录知悉。SZ-2：不行" in answer.text


@pytest.mark.parametrize("changed", [{"p": "office"}, {"d": "d-2"}, {"s": "x"}, {"s": ""}, {"s": "签"}, {"d": "", "p": ""}])
async def test_a_link_that_nobody_signed_opens_nothing(office: Inboxes, changed: dict[str, str]) -> None:
    await sent(office, "SZ-1")
    answers = [await office.client.get("/notice", params=form(**changed))]
    answers.append(await office.client.post("/notice", data=form(**changed)))
    for answer in answers:
        assert answer.status_code == 403
        assert "链接不完整或已被改动" in answer.text
        assert "清理河道" not in answer.text
    assert office.heard.said == []


async def test_a_message_that_is_not_there_is_not_found(office: Inboxes) -> None:
    await sent(office, "SZ-1")
    assert (await office.client.get(notice_path(SECRET, "d-2", "air-1"))).status_code == 404
    assert (await office.client.get(notice_path(SECRET, "d-1", "office"))).status_code == 404, "it went to somebody else"
    assert (await office.client.get("/notice")).status_code == 403


async def test_a_link_opens_for_thirty_days(office: Inboxes) -> None:
    await sent(office, "SZ-1")
    office.clock.at = NOW + timedelta(days=30) - timedelta(seconds=1)
    assert (await office.client.get(LINK)).status_code == 200
    office.clock.at = NOW + timedelta(days=30)
    answers: list[httpx.Response] = [await office.client.get(LINK), await office.client.post("/notice", data=form())]
    assert [answer.status_code for answer in answers] == [410, 410]
    assert "链接已超过 30 天有效期" in answers[0].text
    assert office.heard.said == []


async def test_the_link_of_somebody_who_left_is_closed(tmp_path: Path) -> None:
    async with inboxes(tmp_path, roster=Roster({id: one for id, one in PEOPLE.items() if id != "air-1"})) as office:
        await sent(office, "SZ-1")
        assert (await office.client.get(LINK)).status_code == 403


async def test_a_form_of_another_site_is_refused_here_too(office: Inboxes) -> None:
    await sent(office, "SZ-1")
    answer = await office.client.post("/notice", data=form(), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert office.heard.said == []
