"""Who takes note on a page is on record as by a push, and those above are not told: everything on a real server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Final

import httpx

from contracts.notices import TokenWanted
from services.web.service import Web
from shared.clock import Clock
from shared.messaging.server import NatsServer
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.silencing import grant
from tests.support import offices, tracking
from tests.support.deadline import eventually
from tests.support.mail_receiver import MailReceiver, mail_receiver
from tests.support.matters import AheadClock, Wire, barely, later
from tests.support.offices import UNITS, Telling, by_person, mail, robot, telling, written
from tests.support.receivers import Reply, web_receiver
from tests.support.tracking import duban
from tests.support.web import running

HOUR: Final = 3600.0
LADDER: Final = """
[[route]]
name = "两步"
rungs = ["overdue"]
steps = [{ to = ["handler"] }, { to = ["head"], after = "1h" }]

"""


def overdue(number: str) -> Wire:
    """A complaint of the air section that is overdue: a matter of hours, told at once."""
    return barely(number, later(-60), unit="air", title=f"扬尘{number}")


@asynccontextmanager
async def page(settings: Settings, database: Database, clock: Clock, person: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """The page of the office, entered with a person's key if one is named."""
    async with running(Web(settings, database, UNITS, clock, 0)) as client:
        if person:
            key = await grant(database, TokenWanted(person=person), {person}, clock.now())
            assert (await client.get("/inbox", params={"key": key})).status_code == 303
        yield client


async def facts(database: Database, number: str) -> list[tuple[str, str | None]]:
    """What is on record of a matter, and who said it."""
    return [(row.kind, row.event_source) for row in await tracking.ledger(database) if row.number == number]


async def hours_pass(office: Telling, clock: AheadClock) -> None:
    clock._ahead_seconds = 2 * HOUR
    office.notifier.wake()


async def test_the_button_is_a_fact_of_the_office_and_stops_the_ladder(database: Database, nats_url: str, tmp_path: Path) -> None:
    settings, clock = Settings(nats_url=nats_url, data=tmp_path, source="gx-bureau"), AheadClock(0)
    written(tmp_path, LADDER, offices.PEOPLE)
    async with (
        duban(database, nats_url) as world,
        telling(settings, database, clock) as office,
        page(settings, database, clock, "air-1") as client,
    ):
        for number in ("7", "8"):
            await world.ask(overdue(number))
            await office.settled(1, number=number)
        text = (await client.get("/inbox")).text
        assert re.findall(r'条关于 <span class="number">(\d)</span>', text) == ["8", "7"]
        assert text.count("<button") == 2

        answer = await client.post("/inbox/acknowledge", data={"owner": "city", "number": "7"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?said=taken"), answer.text
        assert (await facts(database, "7"))[-1] == ("acknowledged", "gx-bureau")
        text = (await client.get("/inbox?said=taken")).text
        assert "✓ 大气科承办人" in text, "at once, by the ledger"
        assert text.count("<button") == 1
        await hours_pass(office, clock)
        stopped, escalated = await office.settled(2, number="7"), await office.settled(2, number="8")
    assert {person: (one.state, one.why) for person, one in by_person(stopped).items()} == {
        "air-1": ("told", ""),
        "head": ("dropped", "acknowledged"),
    }
    assert {person: one.state for person, one in by_person(escalated).items()} == {"air-1": "told", "head": "told"}
    assert ("acknowledged", "gx-bureau") not in await facts(database, "8")


def link_in(mails: MailReceiver) -> str:
    """Where the one mail leads, without the host of the page."""
    [(_, _, raw)] = mails.mails
    body = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    found = re.search(r"http://page\.test(/notice\?\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


async def test_the_link_of_a_mail_takes_note_without_a_key_by_its_button_only(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    settings, clock = Settings(nats_url=nats_url, data=tmp_path), AheadClock(0)
    async with mail_receiver() as mails, duban(database, nats_url) as world:
        written(tmp_path, LADDER + mail(mails.port), offices.PEOPLE)
        async with telling(settings, database, clock) as office, page(settings, database, clock) as client:
            await world.ask(overdue("7"))
            await office.settled(1, number="7")
            link = link_in(mails)
            for _ in range(3):  # a scanner, and then a person
                opened = await client.get(link)
                assert opened.status_code == 200, opened.text
            assert "扬尘7" in opened.text
            assert "acknowledged" not in [kind for kind, _ in await facts(database, "7")]

            fields = {
                name: unescape(said) for name, said in re.findall(r'type="hidden" name="(\w)" value="([^"]*)"', opened.text)
            }
            answer = await client.post("/notice", data=fields)
            assert answer.status_code == 303, answer.text
            assert (await facts(database, "7"))[-1] == ("acknowledged", "bureau")
            assert "没有需要您知悉的事项" in (await client.get(answer.headers["location"])).text
            await hours_pass(office, clock)
            log = by_person(await office.settled(2, number="7"))
    assert (log["head"].state, log["head"].why) == ("dropped", "acknowledged")


async def test_a_robot_that_many_read_leads_to_the_inbox_and_opens_nothing(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    settings = Settings(nats_url=nats_url, data=tmp_path)
    async with web_receiver() as receiver, duban(database, nats_url) as world:
        receiver.answers.extend([Reply(body=b'{"errcode":0,"errmsg":"ok"}')] * 3)
        written(tmp_path, LADDER + robot(receiver.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings, database) as office:
            await world.ask(overdue("7"))
            [one] = await office.settled(1, number="7")
    [sent] = one.deliveries
    assert sent.link == "http://page.test/inbox"
    assert all(b"/notice" not in got.body for got in receiver.received)


async def test_a_message_that_goes_out_by_another_channel_is_signed_anew(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    settings, clock = Settings(nats_url=nats_url, data=tmp_path), AheadClock(0)
    async with (
        mail_receiver(to_recipient="550 no such user") as refusing,
        mail_receiver() as mails,
        duban(database, nats_url) as world,
    ):
        second = mail(mails.port).replace('"mail"', '"second"', 1)
        people = offices.PEOPLE.replace('"mail", "robot"', '"mail", "second"')
        written(tmp_path, LADDER + mail(refusing.port) + second, people)
        async with telling(settings, database, clock) as office, page(settings, database, clock) as client:
            await world.ask(overdue("7"))

            async def replaced() -> bool:
                return bool(mails.mails)

            await eventually(replaced, 20)
            assert (await client.get(link_in(mails))).status_code == 200
            [one] = await office.log(number="7", state="told")
    first, instead = one.deliveries
    assert first.link != instead.link


async def test_while_the_bus_is_away_nothing_is_said_to_be_on_record(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    settings, clock = Settings(nats_url=nats_server.url, data=tmp_path), AheadClock(0)
    written(tmp_path, LADDER, offices.PEOPLE)
    async with page(settings, database, clock, "air-1") as client:
        async with duban(database, nats_server.url) as world, telling(settings, database, clock) as office:
            await world.ask(overdue("7"))
            await office.settled(1, number="7")
        await nats_server.stop()

        async def refused() -> bool:
            answer = await client.post("/inbox/acknowledge", data={"owner": "city", "number": "7"})
            assert answer.status_code in (303, 422)
            assert "said=taken" not in answer.headers.get("location", "")
            return "消息服务没有收下" in answer.text

        await eventually(refused, 30)
