"""People are told by mail and by a robot as the README sets it up: with `duban up`, and of the demo's half-year."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Final

import orjson

from shared.clock import SystemClock
from tests.support.bad_pushes import directive, just_now
from tests.support.deadline import eventually
from tests.support.duban import Up, asked, started, up
from tests.support.mail_receiver import MailReceiver, mail_receiver
from tests.support.offices import AT_ONCE, mail, robot
from tests.support.pushed import raw
from tests.support.read_messages import mail_of
from tests.support.receivers import Reply, WebReceiver, web_receiver

TAKEN: Final = Reply(body=b'{"errcode":0,"errmsg":"ok"}')
PEOPLE: Final = """
[[person]]
id = "air-1"
name = "大气科承办人"
email = "air-1@office.test"
channels = ["mail"]

[[person.post]]
role = "handler"

[[person]]
id = "air-0"
name = "大气科负责人"
channels = ["robot"]

[[person.post]]
role = "section-head"
"""


@asynccontextmanager
async def gateways() -> AsyncIterator[tuple[WebReceiver, MailReceiver]]:
    """A robot that takes everything, and a mail server."""
    async with web_receiver() as web, mail_receiver() as mails:
        web.answers.extend([TAKEN] * 1000)
        yield web, mails


def subjects_of(mails: MailReceiver) -> list[str]:
    """What the mails are about."""
    return [str(message_from_bytes(content, policy=default)["Subject"]) for _, _, content in mails.mails]


def texts_of(web: WebReceiver) -> list[str]:
    """What the robot shows."""
    return [str(orjson.loads(one.body)["markdown"]["content"]) for one in web.received]


async def test_who_follows_the_readme_is_told_by_mail_and_robot(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "first.jsonl"
    async with gateways() as (web, mails):
        data.mkdir()
        (data / "people.toml").write_text(PEOPLE, encoding="utf-8")
        (data / "notify.toml").write_text(AT_ONCE + robot(web.url) + mail(mails.port), encoding="utf-8")
        file.write_bytes(raw(directive("SZ-1", due=just_now(-30))))

        def by_hand() -> None:
            checked = asked("notify", "check", "--data", data)
            assert (checked.code, "大气科承办人" in checked.out) == (0, True), checked
            for arguments in (("mail", "--person", "air-1"), ("robot",)):
                tried = asked("notify", "test", *arguments, "--data", data)
                assert (tried.code, tried.out[:9]) == (0, "delivered"), tried
            for whom, why in (((), "mail tells each person alone, by email"), (("--person", "air-0"), "no email of air-0")):
                nobody = asked("notify", "test", "mail", *whom, "--data", data)
                assert (nobody.code, why in nobody.err) == (2, True), nobody
            with up(data) as running:
                assert asked("push", file, "--data", data).code == 0
                told(running, data)

        await asyncio.to_thread(by_hand)
    assert subjects_of(mails) == ["【督办提醒】测试", "【督办提醒】逾期：指令 SZ-1"]
    assert [line for line in texts_of(web)[1].splitlines() if "SZ-1" in line]
    assert len(web.received) == 2


def told(running: Up, data: Path) -> None:
    """The log has both, with the reason in Chinese."""

    def log() -> list[dict[str, object]]:
        found = asked("notify", "log", "--number", "SZ-1", "--json", "--data", data).json
        ways = [way["state"] for one in found for way in one["deliveries"]]
        return found if ways == ["delivered", "delivered"] else []

    found = running.process.meanwhile(log, "tells both", within=30)
    assert {(one["person"], one["rung"], one["reason"]) for one in found} == {
        ("air-1", "overdue", "按“小时件·到期”第 1 步，通知承办人"),
        ("air-0", "overdue", "按“小时件·到期”第 1 步，通知科室负责人"),
    }
    shown = asked("notify", "log", "--number", "SZ-1", "--data", data).out
    assert "已通知" in shown
    assert "mail 已送达" in shown
    assert "办结 到期" in shown
    narrow = asked("notify", "log", "--number", "SZ-1", "--data", data, env={"COLUMNS": "80"}).out
    assert "…" not in narrow
    folded = "".join(line.split("│")[-2].strip() for line in narrow.splitlines() if line.count("│") > 1).replace(" ", "")
    assert (folded.count("按“小时件·到期”第1步，通知"), folded.count("已通知")) == (2, 2), narrow
    typo = asked("notify", "log", "--number", "SZ-11", "--data", data)
    assert typo.err == "duban: there is no matter SZ-11; did you mean SZ-1?\n"


async def test_the_demos_half_year_tells_whom_it_concerns(tmp_path: Path) -> None:
    data, notify = tmp_path / "demo", tmp_path / "notify.toml"
    async with gateways() as (web, mails):
        beside = robot(web.url).replace(f'url = "{web.url}/send?key=k"', 'url_file = "robot.url"')
        notify.write_text(beside + mail(mails.port), encoding="utf-8")
        (tmp_path / "robot.url").write_text(f"{web.url}/send?key=k", encoding="utf-8")

        def fed() -> list[dict[str, object]]:
            with started("demo", "--port", 0, "--seconds", 0, "--notify", notify, data=data) as demo:
                demo.prints("The half-year is fed", within=150)
                return list(asked("notify", "log", "--limit", 10_000, "--json", "--data", data).json)

        begun = SystemClock().now()
        log = await asyncio.to_thread(fed)
        assert (SystemClock().now() - begun).total_seconds() < 150
        await eventually(lambda: all_in(web, mails, log), 10)
    sent = [one for one in log if one["state"] == "told"]
    assert len(sent) > 100
    for one in sent:
        assert [way["state"] for way in one["deliveries"]] == ["delivered"], one  # type: ignore[attr-defined]
        assert "，通知" in str(one["reason"])
    assert {(one["role"] == "handler", way["channel"]) for one in sent for way in one["deliveries"]} == {  # type: ignore[attr-defined]
        (True, "robot"),
        (False, "mail"),
    }
    texts = [*texts_of(web), *(mail_of(mails, nth)[1] for nth in range(len(mails.mails)))]
    assert {str(one["number"]) for one in sent} <= {number for number in numbers_of(log) if any(number in text for text in texts)}
    late = [one for one in log if one["kind"] == "overdue" and one["state"] == "told"]
    assert {one["role"] for one in late} >= {"handler", "section-head", "deputy-head"}
    assert all(one["why"] for one in log if one["state"] == "dropped")
    assert {one["why"] for one in log} >= {"closed"}
    of_days = [str(one["settled_at"]) for one in sent if not one["urgent"]]
    assert all("00:00:00" <= at[11:19] <= "09:30:00" for at in of_days), "in office hours, of which 17:30 is 09:30 in UTC"


async def all_in(web: WebReceiver, mails: MailReceiver, log: list[dict[str, object]]) -> bool:
    ways = {way["id"] for one in log for way in one["deliveries"]}  # type: ignore[attr-defined]
    return len(web.received) + len(mails.mails) >= len(ways)


def numbers_of(log: list[dict[str, object]]) -> set[str]:
    """The numbers of all matters in a log."""
    return {str(one["number"]) for one in log}
