"""Failover on a real server: whom one channel does not reach is told by the next, of what is theirs and in its form."""

from pathlib import Path

from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support.deadline import eventually
from tests.support.mail_receiver import mail_receiver
from tests.support.matters import AheadClock, barely, later
from tests.support.offices import Telling, by_person, mail, robot, telling, written
from tests.support.read_messages import mail_of, text_of
from tests.support.receivers import Reply, WebReceiver, web_receiver
from tests.support.tracking import Outside, duban

TAKEN = Reply(body=b'{"errcode":0,"errmsg":"ok"}')
HANDLERS = "".join(
    f'[[person]]\nid = "{unit}-1"\nname = "{name}"\nemail = "{unit}-1@office.test"\nchannels = CHANNELS\n'
    f'[[person.post]]\nrole = "handler"\nunits = ["{unit}"]\n\n'
    for unit, name in (("air", "大气科承办人"), ("water", "水科承办人"))
)
KEEPER = '[[person]]\nid = "keeper"\nname = "系统管理员"\nchannels = ["robot"]\n[[person.post]]\nrole = "keeper"\n'
BOTH = '["robot", "mail"]'
BUSY = Reply(500)


def settings(nats_url: str, folder: Path) -> Settings:
    return Settings(nats_url=nats_url, data=folder)


async def overdue(world: Outside, database: Database, *units: str) -> None:
    """An alert for a task of each unit, the first with number 1."""
    await world.push_all([barely(str(n), later(-60), unit=unit) for n, unit in enumerate(units, 1)])

    async def raised() -> bool:
        async with ReadStore(database).snapshot() as snapshot:
            return await snapshot.count("alert") >= len(units)

    await eventually(raised, 20)


async def test_instead_of_a_robot_everybody_gets_a_mail_of_what_is_theirs(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.append(Reply(404))
        written(tmp_path, robot(web.url) + mail(mails.port), HANDLERS.replace("CHANNELS", BOTH))
        await overdue(world, database, "air", "water")
        async with telling(settings(nats_url, tmp_path), database) as office:
            await office.settled(2)
            await eventually(lambda: mailed(mails.mails, 2), 20)
    assert "逾期 2 件" in text_of(web.received[0])
    told = {to[0]: mail_of(mails, nth) for nth, (_, to, _) in enumerate(mails.mails)}
    assert {to: (subject[:9], "（1）" in text, "（2）" in text, "→" in text) for to, (subject, text) in told.items()} == {
        "air-1@office.test": ("【督办提醒】逾期：", True, False, False),
        "water-1@office.test": ("【督办提醒】逾期：", False, True, False),
    }


async def mailed(mails: list[tuple[str, list[str], bytes]], number: int) -> bool:
    return len(mails) >= number


async def delivered(office: Telling) -> bool:
    """Whether the last message of each notice was taken."""
    found = await office.log()
    return bool(found) and all(one.deliveries and one.deliveries[-1].state == "delivered" for one in found)


async def test_instead_of_a_mail_a_robot_says_for_whom_it_is(database: Database, nats_url: str, tmp_path: Path) -> None:
    async with web_receiver() as web, mail_receiver(to_recipient="550 no such user") as mails, duban(database, nats_url) as world:
        web.answers.append(TAKEN)
        written(tmp_path, robot(web.url) + mail(mails.port), HANDLERS.replace("CHANNELS", '["mail", "robot"]'))
        await overdue(world, database, "air")
        async with telling(settings(nats_url, tmp_path), database) as office:
            await eventually(lambda: delivered(office), 20)
    assert text_of(web.received[0]).endswith(" → 大气科承办人\n\n[查看并知悉](http://page.test/inbox)")


async def said_again(office: Telling, clock: AheadClock, web: WebReceiver, *ahead_seconds: float) -> None:
    """The robot is tried at each of these times after the start."""
    for nth, seconds in enumerate(ahead_seconds, 1):
        clock._ahead_seconds = seconds
        office.notifier.wake()
        await eventually(lambda nth=nth: answered(office, nth + 1), 10)  # type: ignore[misc]


async def answered(office: Telling, tries: int) -> bool:
    return any(way.tries >= tries and way.answer for one in await office.log() for way in one.deliveries)


async def test_who_has_another_channel_is_told_by_it_after_ten_minutes_and_the_others_are_kept_on(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    clock = AheadClock(0)
    air, water = HANDLERS.replace("CHANNELS", BOTH, 1).replace("CHANNELS", '["robot"]').split("\n\n")[:2]
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.extend([BUSY] * 3 + [TAKEN])
        written(tmp_path, robot(web.url) + mail(mails.port), f"{air}\n\n{water}")
        await overdue(world, database, "air", "water")
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            await eventually(lambda: answered(office, 1), 10)
            await said_again(office, clock, web, 300, 700)
            await eventually(lambda: mailed(mails.mails, 1), 5)  # sooner than anybody looks by himself
            clock._ahead_seconds = 7000
            office.notifier.wake()
            log = by_person(await office.settled(2))
    assert [("（1）" in text_of(one), "（2）" in text_of(one)) for one in web.received] == [(True, True)] * 3 + [(False, True)]
    ways = {person: [(way.channel, way.state) for way in one.deliveries] for person, one in log.items()}
    assert ways == {
        "air-1": [("robot", "failed"), ("mail", "delivered")],
        "water-1": [("robot", "failed"), ("robot", "delivered")],
    }
    failed, kept = log["water-1"].deliveries
    assert (kept.tries, kept.instead_of) == (4, failed.id)
    assert failed.answer.endswith("；改由 mail 发送")


async def test_the_keeper_is_told_once_of_a_channel_that_reaches_somebody_no_more(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, mail_receiver(to_recipient="550 no such user") as mails, duban(database, nats_url) as world:
        web.answers.extend([Reply(404)] * 5)
        written(tmp_path, robot(web.url) + mail(mails.port), HANDLERS.replace("CHANNELS", '["mail"]') + KEEPER)
        await overdue(world, database, "air", "water")
        async with telling(settings(nats_url, tmp_path), database) as office:
            log = by_person(await office.settled(3))
    alarm = log["keeper"]
    assert alarm.notice.occasion.rung.startswith("渠道“mail”未能送达，1 人没有其他渠道，提醒仅留站内：550")
    assert [way.state for way in alarm.deliveries] == ["failed"], "and of that there is no alarm"
    assert "没有其他渠道，仅留站内" in log["air-1"].deliveries[0].answer
    assert len(web.received) == 1


async def test_a_channel_that_rests_holds_nothing_urgent_that_another_could_tell(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.append(TAKEN)
        written(tmp_path, robot(web.url) + mail(mails.port), HANDLERS.replace("CHANNELS", BOTH))
        async with telling(settings(nats_url, tmp_path), database) as office:
            resting = await office.notifier.senders[0].paced()
            for _ in range(12):
                resting.answered(later(0), well=False)
            await overdue(world, database, "air")
            await eventually(lambda: mailed(mails.mails, 1), 10)
            [one] = await office.settled(1)
    passed_on, delivered = one.deliveries
    assert (passed_on.state, passed_on.tries, delivered.channel, delivered.state) == ("failed", 0, "mail", "delivered")
    assert passed_on.answer.startswith("渠道暂停至 ")
    assert passed_on.answer.endswith("（连续失败或已达每分钟上限），不再等候；改由 mail 发送")
    assert web.received == []


async def test_who_has_no_other_channel_waits_for_the_one_that_rests(database: Database, nats_url: str, tmp_path: Path) -> None:
    clock = AheadClock(0)
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.append(TAKEN)
        written(tmp_path, robot(web.url), HANDLERS.replace("CHANNELS", '["robot"]'))
        async with telling(settings(nats_url, tmp_path), database, clock) as office:
            resting = await office.notifier.senders[0].paced()
            for _ in range(12):
                resting.answered(later(0), well=False)
            await overdue(world, database, "air")
            await eventually(lambda: office.log(state="told"), 10)
            clock._ahead_seconds = 1000
            office.notifier.wake()
            [one] = await office.settled(1)
    assert [(way.state, way.tries) for way in one.deliveries] == [("delivered", 1)]


async def test_at_the_start_messages_of_a_channel_that_is_gone_go_by_those_there_are_now(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    air, water = HANDLERS.replace("CHANNELS", '["group", "mail"]', 1).replace("CHANNELS", '["group"]').split("\n\n")[:2]
    people = f"{air}\n\n{water}\n\n{KEEPER}"
    async with web_receiver() as web, mail_receiver() as mails, duban(database, nats_url) as world:
        web.answers.extend([BUSY, TAKEN])
        written(tmp_path, robot(web.url, "group") + mail(mails.port), people)
        await overdue(world, database, "air", "water")
        async with telling(settings(nats_url, tmp_path), database) as office:
            await eventually(lambda: answered(office, 1), 10)
        written(tmp_path, robot(web.url) + mail(mails.port), people)
        async with telling(settings(nats_url, tmp_path), database) as office:
            log = by_person(await office.settled(3))
    ways = {person: [(way.channel, way.state) for way in one.deliveries] for person, one in log.items()}
    assert ways == {
        "air-1": [("group", "failed"), ("mail", "delivered")],
        "water-1": [("group", "failed")],
        "keeper": [("robot", "delivered")],
    }
    assert log["air-1"].deliveries[0].answer == (
        "渠道“group”已不在 notify.toml 中；此前：HTTP 500 ok；改由 mail 发送；水科承办人没有其他渠道，仅留站内"
    )
    assert "渠道“group”未能送达" in log["keeper"].notice.occasion.rung
    assert "（1）" in mail_of(mails)[1]


async def test_a_message_that_waited_while_its_post_was_given_to_another_goes_to_the_other(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    people = HANDLERS.replace("CHANNELS", '["robot"]')
    async with web_receiver() as web, duban(database, nats_url) as world:
        web.answers.extend([BUSY, TAKEN])
        written(tmp_path, robot(web.url), people)
        await overdue(world, database, "air")
        async with telling(settings(nats_url, tmp_path), database) as office:
            await eventually(lambda: answered(office, 1), 10)
        written(tmp_path, robot(web.url), people.replace('"air-1"', '"air-9"').replace("大气科承办人", "大气科新承办人"))
        async with telling(settings(nats_url, tmp_path), database, AheadClock(60)) as office:
            await eventually(lambda: told_to(office, "air-9"), 20)
            log = by_person(await office.log())
    assert [(way.state, way.answer.partition("；")[0]) for way in log["air-1"].deliveries] == [
        ("dropped", "不再发送：已改由现在办理或代理的人接收")
    ]
    assert "→ 大气科新承办人" in text_of(web.received[1])


async def told_to(office: Telling, person: str) -> bool:
    """Whether a message reached somebody."""
    return any(way.state == "delivered" for one in await office.log(person=person) for way in one.deliveries)
