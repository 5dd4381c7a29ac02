"""The notifier on a real server, with real receivers: what people get, once, and what the log says of it."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from contracts import subjects
from services.notifier.channels.message import Message, Outcome, Recipient, delivered
from shared.domain.telling import Hours, in_hours
from shared.messaging import streams
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import offices
from tests.support.deadline import eventually
from tests.support.mail_receiver import mail_receiver
from tests.support.matters import AheadClock, Wire, approved, barely, later, reported, said
from tests.support.offices import Telling, by_person, mail, robot, telling, written
from tests.support.read_messages import mail_of, text_of
from tests.support.receivers import Hang, Reply, WebReceiver, web_receiver
from tests.support.sample import CALENDAR, SHANGHAI
from tests.support.tracking import duban

HOUR = 3600.0
TAKEN = Reply(body=b'{"errcode":0,"errmsg":"ok"}')


OWN = """
[[channel]]
name = "robot"
kind = "webhook"
url = "URL/hook"
allow_private = true
body = "{{ lines | tojson }}"
shared = true
secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
"""


def of_air(number: str, due: float) -> Wire:
    """A complaint of the air section, due so many seconds from now: a matter of hours."""
    return barely(number, later(due), unit="air")


def settings(nats_url: str, folder: Path) -> Settings:
    return Settings(nats_url=nats_url, data=folder)


async def test_each_person_is_told_by_their_first_channel_and_the_log_says_so(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 3)
        written(tmp_path, robot(web.url) + mail(mails.port))
        async with telling(settings(nats_url, tmp_path), database) as office:
            await world.ask(of_air("7", due=-60))
            log = by_person(await office.settled(2, number="7"))
    [to_robot] = web.received
    assert "■ 逾期" in text_of(to_robot)
    assert "（7） 大气科" in text_of(to_robot)
    assert "→ 大气科负责人" in text_of(to_robot)
    subject, text = mail_of(mails)
    assert subject.startswith("【督办提醒】逾期：")
    assert subject not in text
    assert " · 您为承办人\n\n查看并知悉：http://page.test/notice?" in text
    assert "（7） 大气科" in text
    assert mails.mails[0][1] == ["air-1@office.test"]
    assert {person: (one.state, one.notice.occasion.rung, one.notice.reason.step) for person, one in log.items()} == {
        "air-1": ("told", "overdue", 0),
        "air-0": ("told", "overdue", 0),
    }
    assert {person: [(sent.channel, sent.state, sent.tries) for sent in one.deliveries] for person, one in log.items()} == {
        "air-1": [("mail", "delivered", 1)],
        "air-0": [("robot", "delivered", 1)],
    }


async def test_nobody_is_told_twice_however_often_the_notifier_starts(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 9)
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        await world.ask(of_air("7", due=-60))
        for _ in range(3):
            async with telling(settings(nats_url, tmp_path), database) as office:
                await office.settled(2, number="7")
                await office.notifier.idle()
        await world.ask(of_air("8", due=-60))
        async with telling(settings(nats_url, tmp_path), database) as office:
            await office.settled(2, number="8")
    assert [text_of(one).count("■ 逾期") for one in web.received] == [1, 1]
    assert "（8）" in text_of(web.received[1])


async def test_a_gateway_that_fails_is_tried_again_under_the_same_id(database: Database, nats_url: str, tmp_path: Path) -> None:
    clock = AheadClock(0)
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([Reply(500), Reply(429, headers={"Retry-After": "1"}), TAKEN])
        written(tmp_path, OWN.replace("URL", web.url))
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            await world.ask(of_air("7", due=-60))
            for status in ("500", "429"):
                await eventually(lambda status=status: answered(office, status), 10)  # type: ignore[misc]
                clock._ahead_seconds += 100  # time passes, and somebody looks
                office.notifier.wake()
            log = await office.settled(2, number="7")
    assert len({one.headers["webhook-id"] for one in web.received}) == 1
    assert {(sent.state, sent.tries) for one in log for sent in one.deliveries} == {("delivered", 3)}


async def test_a_request_is_signed_by_the_machines_clock_also_where_another_is_told_by(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.append(TAKEN)
        written(tmp_path, OWN.replace("URL", web.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings(nats_url, tmp_path), database, AheadClock(24 * HOUR)) as office:
            await world.ask(of_air("7", due=-60))
            await office.settled(1, number="7")
    [got] = web.received
    assert abs(int(got.headers["webhook-timestamp"]) - later(0).timestamp()) < 60, "a receiver refuses what is five minutes off"


async def test_what_is_not_urgent_is_not_tried_again_in_the_evening(database: Database, nats_url: str, tmp_path: Path) -> None:
    midnight = later(24 * HOUR).astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    morning = in_hours(midnight, Hours(), CALENDAR) + timedelta(minutes=5)
    clock = AheadClock((morning - later(0)).total_seconds())
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([Reply(500), TAKEN])
        written(tmp_path, OWN.replace("URL", web.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            await world.ask(reported("7", later(-99 * HOUR), unit="air", due=later(-60)))
            await eventually(lambda: answered(office, "500"), 10)
            clock._ahead_seconds += 12 * HOUR
            office.notifier.wake()
            until = await eventually(lambda: put_off(office), 10)
            assert until is not None
            assert len(web.received) == 1
            clock._ahead_seconds = (until - later(0)).total_seconds()
            office.notifier.wake()
            await eventually(lambda: received(web, 2), 10)


async def put_off(office: Telling) -> datetime | None:
    """When the message is tried again, once that is in the morning of an office day."""
    times = {sent.next_at for one in await office.log(number="7") for sent in one.deliveries}
    return next((at for at in times if at is not None and at.astimezone(SHANGHAI).strftime("%H:%M") == "09:00"), None)


async def answered(office: Telling, status: str) -> bool:
    """Whether it is on record that the gateway answered so."""
    ways = [sent for one in await office.log(number="7") for sent in one.deliveries]
    return bool(ways) and all(status in sent.answer for sent in ways)


async def received(web: WebReceiver, number: int) -> bool:
    return len(web.received) >= number


async def test_a_channel_that_is_gone_is_replaced_by_the_next_one(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, mail_receiver(to_recipient="550 no such user") as mails, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 3)
        written(tmp_path, robot(web.url) + mail(mails.port))
        async with telling(settings(nats_url, tmp_path), database) as office:
            await world.ask(of_air("7", due=-60))

            async def replaced() -> bool:
                log = by_person(await office.log(number="7"))
                return "air-1" in log and [sent.state for sent in log["air-1"].deliveries] == ["failed", "delivered"]

            await eventually(replaced, 20)
            log = by_person(await office.log(number="7"))
    mailed, instead = log["air-1"].deliveries
    assert (mailed.channel, instead.channel, instead.instead_of) == ("mail", "robot", mailed.id)
    assert "550" in mailed.answer


async def test_a_hanging_gateway_holds_up_nobody_else(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.extend([Hang()] * 9)
        patient = robot(web.url).replace("allow_private", "timeout_seconds = 30\nallow_private")
        written(tmp_path, patient + mail(mails.port))
        async with telling(settings(nats_url, tmp_path), database):
            await world.ask(of_air("7", due=-60))
            await eventually(lambda: received(web, 1), 20)
            await world.ask(of_air("8", due=-60))

            async def mailed() -> bool:
                return len(mails.mails) == 2

            await eventually(mailed, 20)  # the robot's own limit is thirty seconds
    assert len(web.received) == 1, "the robot was still busy with its first message"


class Deaf:
    """A channel whose library loses a cancellation that meets the answer."""

    def __init__(self) -> None:
        self.name = "robot"
        self.entered = asyncio.Event()
        self.sent = 0

    async def send(self, message: Message, to: Sequence[Recipient], now: datetime) -> Outcome:
        self.sent += 1
        self.entered.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return delivered("ok")


async def test_it_stops_even_where_a_channel_loses_the_cancellation(database: Database, nats_url: str, tmp_path: Path) -> None:
    deaf = Deaf()
    async with duban(database, nats_url) as world:
        written(tmp_path, robot("http://127.0.0.1:9"), offices.PEOPLE.replace('"mail", ', ""))
        async with asyncio.timeout(30):
            async with telling(settings(nats_url, tmp_path), database) as office:
                office.notifier.senders[0].channel = deaf
                await world.ask(of_air("7", due=-60))
                await deaf.entered.wait()
    assert deaf.sent == 1, "nothing more was sent after the stop"


async def test_what_is_closed_before_its_time_is_told_to_nobody(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        await world.ask(of_air("7", due=-60))
        await world.ask(approved("7", later(0)))
        async with telling(settings(nats_url, tmp_path), database) as office:
            log = await office.settled(2, number="7")
    assert {(one.state, one.why) for one in log} == {("dropped", "closed")}
    assert web.received == []


async def test_what_is_closed_before_the_next_try_is_not_said_any_more(database: Database, nats_url: str, tmp_path: Path) -> None:
    clock = AheadClock(0)
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.append(Reply(500))
        written(tmp_path, OWN.replace("URL", web.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            await world.ask(of_air("7", due=-60))
            await eventually(lambda: answered(office, "500"), 10)
        await world.ask(approved("7", later(0)))
        clock._ahead_seconds = 100
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            log = await office.settled(2, number="7")
    assert len(web.received) == 1, "neither tried again nor told by the restart"
    assert {(one.state, one.why) for one in log} == {("dropped", "closed")}
    [message] = {sent for one in log for sent in one.deliveries}
    assert (message.state, message.tries) == ("dropped", 1)
    assert message.answer.startswith("不再发送：已办结；此前：HTTP 500")


async def test_a_message_is_said_anew_without_what_was_closed(database: Database, nats_url: str, tmp_path: Path) -> None:
    clock = AheadClock(0)
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([Reply(500), TAKEN])
        written(tmp_path, OWN.replace("URL", web.url), offices.PEOPLE.replace('"mail", ', ""))
        await world.push_all([of_air("7", due=-60), of_air("8", due=-60)])
        await eventually(lambda: raised(database, 2), 20)
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            await eventually(lambda: answered(office, "500"), 10)
            await world.ask(approved("7", later(0)))
            clock._ahead_seconds = 100
            office.notifier.wake()
            dropped, told = await office.settled(2, number="7"), await office.settled(2, number="8")
    first, second = web.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert ["（7）" in body and "（8）" in body for body in (first.body.decode(), second.body.decode())] == [True, False]
    assert "（8）" in second.body.decode()
    assert {(one.state, one.why, len(one.deliveries)) for one in dropped} == {("dropped", "closed", 0)}
    assert {(one.state, sent.state, sent.tries) for one in told for sent in one.deliveries} == {("told", "delivered", 2)}


async def raised(database: Database, number: int) -> bool:
    async with ReadStore(database).snapshot() as snapshot:
        return await snapshot.count("alert") >= number


async def test_who_takes_note_stops_the_ladder(database: Database, nats_url: str, tmp_path: Path) -> None:
    ladder = """
    [[route]]
    name = "两步"
    rungs = ["overdue"]
    steps = [{ to = ["handler"] }, { to = ["head"], after = "1h" }]
    """
    clock = AheadClock(0)
    async with duban(database, nats_url) as world:
        written(tmp_path, ladder, offices.PEOPLE)
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            for number in ("7", "8"):
                await world.ask(of_air(number, due=-60))
                await office.settled(1, number=number)
            await world.ask(said("task.acknowledged", "7", later(0), sender="district", person="air-1"))
            clock._ahead_seconds = 2 * HOUR
            office.notifier.wake()
            stopped, escalated = await office.settled(2, number="7"), await office.settled(2, number="8")
    assert {person: (one.state, one.why) for person, one in by_person(stopped).items()} == {
        "air-1": ("told", ""),
        "head": ("dropped", "acknowledged"),
    }
    assert {person: one.state for person, one in by_person(escalated).items()} == {"air-1": "told", "head": "told"}


async def test_an_urge_and_a_letter_are_told_to_those_who_handle_the_matter(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 9)
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings(nats_url, tmp_path), database, AheadClock(0)) as office:
            await world.ask(reported("7", later(-60), unit="air", priority="extra_urgent"))
            await world.ask(said("task.urged", "7", later(-30), form="letter", document_number="督〔2026〕1号", text="限\n三日"))
            log = by_person(await office.settled(2, number="7"))
    assert {person: (one.notice.occasion.kind, one.state) for person, one in log.items() if one.state == "told"} == {
        "air-1": ("letter", "told"),
        "air-0": ("letter", "told"),
    }
    [told] = web.received
    assert "督办单" in text_of(told)
    assert "来自 city，文号 督〔2026〕1号：限 三日" in text_of(told)


async def test_a_consumer_that_was_deleted_is_made_again_and_tells_nobody_twice(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 9)
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        async with telling(settings(nats_url, tmp_path), database) as office:
            await world.ask(of_air("7", due=-60))
            await office.settled(2, number="7")
            await world.js.delete_consumer(subjects.STREAM_OUT, streams.NOTIFIER_DURABLE)
            await world.ask(of_air("8", due=-60))
            await office.settled(2, number="8", within=30)
    assert [("（7）" in text_of(one), "（8）" in text_of(one)) for one in web.received] == [(True, False), (False, True)]


async def test_who_has_the_matter_now_is_told_what_stands(database: Database, nats_url: str, tmp_path: Path) -> None:
    people = offices.PEOPLE + offices.PEOPLE.split("[[person]]")[1].join(("[[person]]", "")).replace("air", "water")
    async with duban(database, nats_url) as world:
        written(tmp_path, "", people)
        async with telling(settings(nats_url, tmp_path), database) as office:
            await world.ask(of_air("7", due=-60))
            await office.settled(2, number="7")
            await world.ask(said("complaint.amended", "7", later(0), reason="属水科职责", unit="water"))
            log = by_person(await office.settled(3, number="7"))
    assert (log["water-1"].state, log["water-1"].notice.occasion.rung) == ("told", "overdue")


async def test_a_storm_is_one_message_for_each_person(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 9)
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        await world.push_all([of_air(str(number), due=-60) for number in range(200)])
        await eventually(lambda: raised(database, 200), 30)
        async with telling(settings(nats_url, tmp_path), database) as office:
            log = await office.settled(400, within=40)
    assert len(log) == 400
    [told] = web.received
    assert "→ 大气科负责人、大气科承办人" in text_of(told)
    assert "200 件" in text_of(told)


async def test_another_tracker_beside_the_notifier_changes_nothing(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([TAKEN] * 9)
        written(tmp_path, robot(web.url), offices.PEOPLE.replace('"mail", ', ""))
        await world.ask(of_air("7", due=-60))
        async with telling(settings(nats_url, tmp_path), database) as office:
            await office.settled(2, number="7")
        async with telling(settings(nats_url, tmp_path), database) as one, telling(settings(nats_url, tmp_path), database):
            await world.ask(of_air("8", due=-60))
            await one.settled(2, number="8")
    assert len(web.received) == 2
