"""The page of a person's inbox: whose it is, what it says, and the button by which a person takes note."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from contracts.notice_list import NoticeList
from contracts.notices import TokensRevoked
from shared.domain.notice import Notice, Occasion, Reason, Word
from shared.domain.person import Role, Roster
from shared.storage.silencing import grant
from tests.support.drafts import about
from tests.support.inboxes import FORM, NOW, PEOPLE, Inboxes, inboxes, matter, message, notice, registered
from tests.support.sample import acknowledge, amend, approve, at


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Inboxes]:
    async with inboxes(tmp_path) as found:
        yield found


async def page(office: Inboxes, path: str = "/inbox") -> str:
    answer = await office.client.get(path)
    assert answer.status_code == 200, answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<style|style=|\son\w+=", answer.text), "it works without, and the policy would refuse it"
    return answer.text


def shown(text: str) -> str:
    """The text of a page without its markup."""
    return unescape(re.sub(r"<[^>]+>", "", text))


async def test_a_key_in_the_address_becomes_a_cookie_that_no_script_and_no_other_site_can_use(office: Inboxes) -> None:
    key = await office.key("air-1")
    answer = await office.client.get("/inbox", params={"key": key})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"duban-key={key};")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert "大气科承办人" in await page(office)


async def test_behind_tls_the_cookie_is_for_tls_only(tmp_path: Path) -> None:
    async with inboxes(tmp_path, page="https://duban.example") as office:
        answer = await office.client.get("/inbox", params={"key": await office.key("air-1")})
    assert "Secure" in answer.headers["set-cookie"]


async def test_without_a_key_the_door_is_closed_and_says_what_to_do(office: Inboxes) -> None:
    revoked = await office.key("air-1")
    await grant(office.database, TokensRevoked(person="air-1"), set(PEOPLE), NOW)
    for path in ("/inbox", "/inbox?key=", "/inbox?key=wrong", f"/inbox?key={'k' * 5000}", f"/inbox?key={revoked}"):
        answer = await office.client.get(path)
        assert answer.status_code == 403, path
        assert "duban key give" in answer.text
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    data = await office.client.get("/api/v1/notices")
    assert (data.status_code, data.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_key_of_somebody_who_left_opens_nothing(tmp_path: Path) -> None:
    async with inboxes(tmp_path, roster=Roster({})) as office:
        assert (await office.client.get("/inbox", params={"key": await office.key("air-1")})).status_code == 403


async def test_an_empty_inbox_says_what_would_fill_it_and_when_it_was_looked_at(office: Inboxes) -> None:
    await office.enter("air-1")
    text = await page(office)
    assert "没有提醒。您承办或分管的事项临期、逾期、被催办时，会出现在这里。最近一次检查 2026-12-24 09:00（周四）" in text


async def test_notices_stand_by_task_with_how_bad_until_when_why_and_how(office: Inboxes) -> None:
    await office.enter("air-1")
    near, late, other = notice("SZ-1", kind="near", told_at=at(days=29)), notice("SZ-1"), notice("SZ-2", told_at=at(days=30))
    await office.commit(registered("SZ-1"), registered("SZ-2", title="核查扬尘"))
    await office.tell(near, at=at(days=29))
    await office.tell(other, at=at(days=30))
    await office.tell(late, messages=[message("d-1", late)])
    await office.tell(notice("SZ-1", "office"))
    whole = await page(office)
    text = shown(whole)
    for words in (
        *("2 条关于 SZ-1", "1 条关于 SZ-2", "■ 逾期", "▲ 临期 · 办结期限 2026-12-23 24:00（周三）", "大气科"),
        *("办结期限 2026-12-23 24:00（周三）", "已逾期 9 小时", "按“到期”第 1 步，通知承办人"),
        *("站内", "邮件 已送达 12-24 09:00", "尚无人知悉"),
    ):
        assert words in text, words
    assert text.index("SZ-1") < text.index("SZ-2"), "the task with the latest notice comes first"
    assert 'href="/api/v1/task?source=city&number=SZ-1"' in unescape(whole)
    assert whole.count("<button") == 2


def lamp_of(text: str) -> tuple[str, str]:
    """Class and words of the one lamp on the page."""
    [(shown, words)] = re.findall(r'<span class="lamp (\w+)">([^<]*)</span>', text)
    return shown, words


async def test_the_lamp_follows_the_alerts_and_lateness_is_never_erased(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    assert lamp_of(await page(office)) == ("calm", "● 正常")
    await office.cross("SZ-1", at(days=30))
    assert lamp_of(await page(office)) == ("near", "▲ 临期")
    await office.cross("SZ-1", at(days=31))
    assert lamp_of(await page(office)) == ("bad", "■ 逾期")
    await office.commit(about(matter("SZ-1"), amend(at(days=31.1), due=at(days=60))))
    assert lamp_of(await page(office)) == ("near", "▲ 临期（曾逾期）")
    await office.commit(about(matter("SZ-1"), approve(at(days=40))))
    assert lamp_of(await page(office)) == ("calm", "✓ 已办结（曾逾期）")


async def test_others_notices_are_nobody_elses(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1", "office"))
    await office.enter("air-1")
    assert "SZ-1" not in await page(office)
    assert "SZ-1" not in (await office.client.get("/api/v1/notices")).text


async def test_what_was_pushed_is_never_markup(office: Inboxes) -> None:
    number = '7"><img src=x>'
    await office.commit(registered(number, title="<script>alert(1)</script>", unit="<i>"))
    told = notice(number)
    await office.tell(told, messages=[message("d-1", told, state="failed", channel="<u>")])
    await office.enter("air-1")
    text = await page(office)
    for markup in ("<script", "<img", "<i>", "<u>"):
        assert markup not in text, markup
    assert "&lt;script&gt;" in text


async def test_who_took_note_is_named_and_who_has_not_still_may(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"), about(matter("SZ-1"), acknowledge(at(days=31), person="office")))
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    text = await page(office)
    assert "✓ 局长 2026-12-24 09:00（周四） 知悉" in text
    assert "<button" in text
    await office.commit(about(matter("SZ-1"), acknowledge(at(days=31, minutes=1), person="air-1", id_="second")))
    assert "<button" not in await page(office)


async def test_of_a_task_that_is_over_nothing_is_to_be_noted(office: Inboxes) -> None:
    steps = [about(matter("SZ-1"), approve(at(days=30.9)))]
    await office.commit(registered("SZ-1"), *steps)
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    text = await page(office)
    assert "✓ 已办结" in text
    assert "<button" not in text


async def test_who_was_not_told_finds_why_folded_away(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.drop("closed", notice("SZ-1", kind="near"))
    await office.enter("air-1")
    text = await page(office)
    folded = text[text.index("<details") : text.index("</details>")]
    assert "本应通知而未通知的 1 件" in folded
    assert "未通知：已办结" in folded
    assert "没有提醒" in text


async def test_an_urge_says_whose_it_is_by_which_letter_and_in_what_words(office: Inboxes) -> None:
    word = Word("city", "u-1", "督〔2026〕1号", "<i>限三日</i>")
    letter = Occasion("city", "SZ-1", "urge", 7, "letter", "letter", NOW, None, word)
    await office.commit(registered("SZ-1"))
    await office.tell(Notice(letter, "air-1", Reason("督办单", 0, Role.HANDLER), NOW, urgent=False))
    await office.enter("air-1")
    text = await page(office)
    assert "督办单 · 来自 city，文号 督〔2026〕1号：&lt;i&gt;限三日&lt;/i&gt;" in text
    [task] = NoticeList.model_validate_json((await office.client.get("/api/v1/notices")).content).tasks
    assert task.notices[0].word is not None
    assert task.notices[0].word.model_dump() == vars(word)


async def test_an_alarm_of_duban_itself_has_no_task_and_no_button(office: Inboxes) -> None:
    alarm = Occasion("duban", "detector", "alarm", 1, "到期检测无心跳", "alarm", NOW, None)
    await office.tell(Notice(alarm, "keeper", Reason("系统报警", 0, Role.KEEPER), NOW, urgent=True))
    await office.enter("keeper")
    text = await page(office)
    assert "系统报警：到期检测无心跳" in text
    assert "<button" not in text


async def test_fifty_tasks_are_a_page(office: Inboxes) -> None:
    numbers = [f"N-{number:03}" for number in range(51)]
    await office.commit(*(registered(number) for number in numbers))
    for nth, number in enumerate(numbers):
        await office.tell(notice(number), at=NOW + timedelta(seconds=nth))
    await office.enter("air-1")
    first, second = await page(office), await page(office, "/inbox?offset=50")
    assert first.count("条关于") == 50
    assert 'rel="next" href="/inbox?offset=50"' in first
    assert "关于 N-000" not in shown(first)
    assert "1 条关于 N-000" in shown(second)
    assert second.count("条关于") == 1
    assert 'rel="prev" href="/inbox"' in second
    assert (await office.client.get("/inbox?offset=-1")).status_code == 422


async def test_machines_read_the_same_with_a_bearer_token_or_the_cookie(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"), registered("SZ-2"))
    told = notice("SZ-1")
    await office.tell(told, messages=[message("d-1", told)])
    await office.drop("acknowledged", notice("SZ-2"))
    bearer = {"Authorization": f"Bearer {await office.key('air-1')}"}
    answer = await office.client.get("/api/v1/notices", headers=bearer)
    found = NoticeList.model_validate_json(answer.content)
    assert (found.person, found.total, found.limit, found.as_of) == ("air-1", 1, 50, NOW)
    [task] = found.tasks
    assert (task.number, task.clock, task.to_acknowledge, task.state) == ("SZ-1", "finish", True, "handling")
    assert [(line.id, line.kind, line.ways[0].state) for line in task.notices] == [(told.id, "overdue", "delivered")]
    await office.enter("air-1")
    dropped = NoticeList.model_validate_json((await office.client.get("/api/v1/notices?state=dropped&limit=1")).content)
    assert [(task.number, task.notices[0].why) for task in dropped.tasks] == [("SZ-2", "acknowledged")]
    for wrong in ("state=waiting", "limit=0", "person=office"):
        assert (await office.client.get(f"/api/v1/notices?{wrong}")).status_code == 422, wrong


async def test_taking_note_says_so_once_for_the_person_and_goes_back(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    answer = await office.client.post("/inbox/acknowledge", data={"owner": "city", "number": "SZ-1", "offset": "50"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?offset=50&said=taken")
    assert office.heard.said == [("air-1", matter("SZ-1"))]
    assert "已记录：知悉。" in await page(office, "/inbox?said=taken")
    assert "<b>" not in await page(office, "/inbox?said=<b>")


async def test_taking_note_covers_what_was_shown(office: Inboxes) -> None:
    near, late = notice("SZ-1", kind="near", told_at=at(days=29)), notice("SZ-1")
    await office.commit(registered("SZ-1"))
    await office.tell(near, at=at(days=29))
    await office.enter("air-1")
    opened = await page(office)
    await office.tell(late)
    form = {name: unescape(said) for name, said in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', opened)}
    assert form["seen"] == near.occasion.at.isoformat()
    assert (await office.client.post("/inbox/acknowledge", data=form)).status_code == 303
    assert office.heard.seen == {matter("SZ-1"): near.occasion.at}
    assert f'name="seen" value="{late.occasion.at.isoformat()}"' in unescape(await page(office))
    for wrong in ("", "soon", "2026-12-24", "2026-12-24T09:00"):
        assert (await office.client.post("/inbox/acknowledge", data=form | {"seen": wrong})).status_code == 422, wrong


async def test_who_took_note_of_an_older_alert_only_may_take_note_of_the_newer_one(office: Inboxes) -> None:
    near, late = notice("SZ-1", kind="near", told_at=at(days=29)), notice("SZ-1")
    noted = about(matter("SZ-1"), acknowledge(at(days=31), person="air-1", seen=near.occasion.at))
    await office.commit(registered("SZ-1"), noted)
    await office.tell(near, late)
    await office.enter("air-1")
    text = await page(office)
    assert text.count("✓ 大气科承办人") == 1
    assert "尚无人知悉" in text
    assert "<button" in text


async def test_what_is_refused_says_why_and_what_is_unknown_says_so(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    form = {"owner": "city", "number": "SZ-1"}
    office.heard.results[matter("SZ-1")] = ("refused", "$.data.person：<不认识>")
    refused = await office.client.post("/inbox/acknowledge", data=form)
    assert refused.status_code == 422
    assert "未能记录知悉。SZ-1：$.data.person：&lt;不认识&gt;" in refused.text
    office.heard.results[matter("SZ-1")] = ("unknown", "")
    unknown = await office.client.post("/inbox/acknowledge", data=form)
    assert unknown.headers["location"] == "/inbox?said=unknown"
    assert "没有收到回执" in await page(office, "/inbox?said=unknown")


async def test_nobody_takes_note_of_what_they_were_not_told_or_without_a_key(office: Inboxes) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1", "office"))
    form = {"owner": "city", "number": "SZ-1"}
    assert (await office.client.post("/inbox/acknowledge", data=form)).status_code == 403
    await office.enter("air-1")
    assert (await office.client.post("/inbox/acknowledge", data=form)).status_code == 404
    assert (await office.client.get("/inbox/acknowledge")).status_code == 405
    assert office.heard.said == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://duban.test"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://duban.test"}, 303),
        ({"Origin": "http://duban.test"}, 303),
        ({"Content-Type": "text/plain"}, 415),
        ({}, 303),
    ],
)
async def test_a_form_of_another_site_is_refused(office: Inboxes, headers: dict[str, str], status: int) -> None:
    await office.commit(registered("SZ-1"))
    await office.tell(notice("SZ-1"))
    await office.enter("air-1")
    answer = await office.client.post("/inbox/acknowledge", content="owner=city&number=SZ-1", headers=FORM | headers)
    assert answer.status_code == status
    assert len(office.heard.said) == (status == 303)


async def test_a_form_that_is_no_form_is_refused(office: Inboxes) -> None:
    for body, status in ((b"x" * 20_000, 413), (b"\xff=1", 422), (b"&".join([b"a=1"] * 11), 422)):
        answer = await office.client.post("/inbox/acknowledge", content=body, headers=FORM)
        assert answer.status_code == status


async def test_our_own_forms_are_sent_with_their_origin(office: Inboxes) -> None:
    # Under `no-referrer` a browser sends the origin of a form as `null`.
    assert (await office.client.get("/inbox")).headers["referrer-policy"] == "same-origin"
