"""Notices and messages in the store: planned once, settled together, tried by one at a time, and told of in the log."""

import asyncio
from datetime import datetime, timedelta

import pytest

from contracts.notices import SilenceEnded, SilenceWanted, TokensRevoked, TokenWanted
from shared.domain.budget import Budget
from shared.domain.matter import Family, Matter
from shared.domain.notice import Dropped, Notice, Occasion, Reason
from shared.domain.person import Role
from shared.domain.round import Judged
from shared.domain.value import replace
from shared.storage import silencing
from shared.storage.engine import Database
from shared.storage.noticing import (
    Delivery,
    NoticeStore,
    due_notices,
    next_telling,
    notices_in,
    silences,
    told_of,
    waiting_of,
)
from shared.storage.reading import ReadStore
from shared.storage.sending import SendingStore, alarmed_since_delivered, next_sending, sending, sent_since
from shared.storage.silencing import NotGranted, grant, person_of
from shared.storage.told import Wanted, logged, noted
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.drafts import Draft
from tests.support.sample import START, at
from tests.support.stores import committed, taken

NOW = START
OCCASION = Occasion("city", "7", "finish", 1, "near-1cd", "near", NOW, NOW + timedelta(days=1))
NOTICE = Notice(OCCASION, "handler-1", Reason("临期", 0, Role.HANDLER, ("handler-2",), "hours"), NOW, urgent=False)
OF_THE_HEAD = Reason("临期", 1, Role.SECTION_HEAD, after=(Budget(1, "wd"), Budget(2, "h")))
LATER = replace(NOTICE, person="head-1", tell_at=NOW + timedelta(hours=1), reason=OF_THE_HEAD, channels=("sms",))
MESSAGE = Delivery(
    id="d-1",
    channel="robot",
    people=("handler-1",),
    title="【督办提醒】临期 1 件",
    lines=("▲ 临期 工地扬尘",),
    link="http://page",
    urgent=False,
    made_at=NOW,
    state="sending",
    tries=0,
    tried_at=None,
    next_at=NOW + timedelta(seconds=5),
    answer="",
    instead_of="",
    notices=(NOTICE.id,),
)


async def test_a_notice_is_planned_once_and_read_back_as_it_was(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    await store.plan([NOTICE, LATER])
    await store.plan([replace(NOTICE, tell_at=NOW + timedelta(days=9))])

    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, NOW, 10) == [NOTICE]
        assert await due_notices(snapshot, NOW + timedelta(hours=1), 10) == [NOTICE, LATER]
        assert await next_telling(snapshot) == NOW


async def test_who_waits_is_told_no_later_than_before_for_the_reason_that_there_is_now(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    await store.plan([LATER])
    await store.plan([replace(LATER, reason=NOTICE.reason, tell_at=NOW + timedelta(days=9))])

    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, LATER.tell_at, 10) == [replace(LATER, reason=NOTICE.reason)]
    await store.plan([replace(LATER, tell_at=NOW)])
    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, NOW, 10) == [replace(LATER, tell_at=NOW)]


async def test_what_is_passed_on_in_a_round_waits_for_others_unless_they_were_told(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    told, other = replace(NOTICE, person="told"), replace(NOTICE, person="other")
    await store.plan([NOTICE, told])
    await store.settle(Judged((told,), ()), [], NOW)
    assert await store.settle(Judged((), ((NOTICE, "passed-on"),), planned=(told, other)), [], NOW)

    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, NOW, 10) == [other]
        assert await told_of(snapshot, [Matter("city", "7")]) == [told]


async def test_who_is_held_is_told_later(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    later = NOW + timedelta(hours=15)
    await store.plan([NOTICE])
    await store.settle(Judged((), (), ((NOTICE, later),)), [], NOW)

    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, NOW, 10) == []
        assert await next_telling(snapshot) == later
        assert await due_notices(snapshot, later, 10) == [replace(NOTICE, tell_at=later)]


async def test_who_waits_is_known_whether_their_time_has_come_or_not(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    await store.plan([NOTICE, LATER, replace(NOTICE, person="gone"), replace(NOTICE, occasion=replace(OCCASION, number="8"))])
    await store.settle(Judged((), ((replace(NOTICE, person="gone"), "closed"),)), [], NOW)

    async with reading.snapshot() as snapshot:
        found = await waiting_of(snapshot, [Matter("city", "7"), Matter("city", "9")])
        assert sorted(found, key=lambda one: one.tell_at) == [NOTICE, LATER]
        assert await waiting_of(snapshot, []) == []


@pytest.mark.parametrize(
    ("why", "waits"), [("withdrawn", True), ("suspended", True), ("covered", False), ("acknowledged", False)]
)
async def test_an_alert_that_is_raised_again_is_told_after_all_unless_that_was_meant(
    database: Database, why: Dropped, waits: bool
) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    moved = NOW + timedelta(hours=2)
    again = replace(LATER, occasion=replace(OCCASION, at=moved), tell_at=moved)
    await store.plan([NOTICE, LATER])
    await store.settle(Judged((NOTICE,), ((LATER, why),)), [], NOW)
    await store.plan([replace(NOTICE, tell_at=moved), LATER, again])

    async with reading.snapshot() as snapshot:
        assert await due_notices(snapshot, moved, 10) == ([again] if waits else [])
        assert await told_of(snapshot, [Matter("city", "7")]) == [NOTICE]
        assert await told_of(snapshot, [Matter("city", "8")]) == []


async def test_a_round_is_settled_once(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    await store.plan([NOTICE, LATER])
    assert await store.settle(Judged((NOTICE,), ((LATER, "closed"),)), [MESSAGE], NOW)
    assert not await store.settle(Judged((LATER,), ((NOTICE, "extended"),)), [MESSAGE], NOW + timedelta(days=1))

    async with reading.snapshot() as snapshot:
        assert await next_telling(snapshot) is None
        told, dropped = (
            await logged(snapshot, Wanted(person="handler-1"), 10),
            await logged(snapshot, Wanted(person="head-1"), 10),
        )
        assert await notices_in(snapshot, "d-1") == [NOTICE]
    assert [(one.state, one.why, one.settled_at) for one in (*told, *dropped)] == [("told", "", NOW), ("dropped", "closed", NOW)]
    assert [one.deliveries for one in (*told, *dropped)] == [(replace(MESSAGE, notices=()),), ()]


async def test_the_log_is_by_when_somebody_was_told_and_not_by_when_they_were_to_be(database: Database) -> None:
    store, reading = NoticeStore(database), ReadStore(database)
    held = replace(NOTICE, person="held")
    await store.plan([held, LATER])
    await store.settle(Judged((LATER,), ()), (), LATER.tell_at)
    await store.settle(Judged((held,), ()), (), NOW + timedelta(days=1))
    async with reading.snapshot() as snapshot:
        both = await logged(snapshot, Wanted(), 10)
        late = await logged(snapshot, Wanted(since=NOW + timedelta(hours=2)), 10)
    assert [one.notice.person for one in both] == ["held", "head-1"]
    assert [one.notice.person for one in late] == ["held"]


async def test_of_rounds_that_overlap_one_is_settled_whole_and_the_others_not_at_all(database: Database) -> None:
    stores, reading = [NoticeStore(database) for _ in range(6)], ReadStore(database)
    ring = [replace(NOTICE, person=f"person-{number}") for number in range(6)]
    await stores[0].plan(ring)
    rounds = [((one, ring[(place + 3) % 6]), ring[(place + 1) % 6]) for place, one in enumerate(ring)]
    settled = await asyncio.gather(
        *(
            store.settle(Judged(told, (), ((late, NOW + timedelta(hours=1)),)), [replace(MESSAGE, id=f"d-{n}", notices=())], NOW)
            for n, (store, (told, late)) in enumerate(zip(stores, rounds, strict=True))
        )
    )

    async with reading.snapshot() as snapshot:
        found = {one.notice.person: one.state for one in await logged(snapshot, Wanted(), 10)}
        messages = await sending(snapshot, "robot", NOW + timedelta(seconds=5), 10)
    winners = [told for (told, _), won in zip(rounds, settled, strict=True) if won]
    assert winners
    assert sorted(person for person, state in found.items() if state == "told") == sorted(
        one.person for told in winners for one in told
    )
    assert [one.id for one in messages] == [f"d-{n}" for n, won in enumerate(settled) if won]


async def test_a_message_is_tried_by_one_at_a_time_and_settled_once(database: Database) -> None:
    store, sent, reading = NoticeStore(database), SendingStore(database), ReadStore(database)
    await store.plan([NOTICE])
    await store.settle(Judged((NOTICE,), ()), [MESSAGE], NOW)
    due = NOW + timedelta(seconds=5)
    async with reading.snapshot() as snapshot:
        assert await sending(snapshot, "robot", NOW, 10) == []
        assert await next_sending(snapshot, "robot") == due
        assert await sending(snapshot, "other", due, 10) == []
        [there] = await sending(snapshot, "robot", due, 10)
    assert there == replace(MESSAGE, notices=())

    again = due + timedelta(minutes=1)
    claims = await asyncio.gather(*(sent.claim(there, due, again) for _ in range(5)))
    assert sorted(claims) == [False, False, False, False, True]

    instead = replace(MESSAGE, id="d-2", channel="sms", instead_of="d-1", next_at=due)
    await sent.end(there, "failed", "404 不存在", again, instead=[instead])
    await sent.record(there, "delivered", None, "ok")
    assert not await sent.claim(there, again, again)
    async with reading.snapshot() as snapshot:
        [one] = await logged(snapshot, Wanted(owner="city", number="7"), 10)
        assert [(way.id, way.state, way.tries, way.answer) for way in one.deliveries] == [
            ("d-1", "failed", 1, "404 不存在"),
            ("d-2", "sending", 0, ""),
        ]
        assert await sent_since(snapshot, "robot", NOW) == [due]


async def test_what_is_dropped_from_a_message_is_told_to_nobody_until_it_is_planned_anew(database: Database) -> None:
    store, sent, reading = NoticeStore(database), SendingStore(database), ReadStore(database)
    due = NOW + timedelta(minutes=1)
    both = replace(MESSAGE, notices=(NOTICE.id, LATER.id))
    await store.plan([NOTICE, LATER])
    await store.settle(Judged((NOTICE, LATER), ()), [both], NOW)
    shorter = replace(both, title="临期 1 件", lines=("▲ 临期",), people=("handler-1",))
    assert await sent.claim(shorter, due, due, [(LATER, "suspended")])
    async with reading.snapshot() as snapshot:
        assert await notices_in(snapshot, both.id) == [NOTICE]
        log = {one.notice.person: one for one in await logged(snapshot, Wanted(), 10)}
        [message] = log["handler-1"].deliveries
    assert (log["head-1"].state, log["head-1"].why, log["head-1"].settled_at) == ("dropped", "suspended", due)
    assert (message.title, message.lines, message.people) == (shorter.title, shorter.lines, shorter.people)

    await sent.end(shorter, "dropped", "未发送：已中止", due, [(NOTICE, "suspended")])
    await store.plan([NOTICE])
    await store.settle(Judged((NOTICE,), ()), [MESSAGE], due)
    async with reading.snapshot() as snapshot:
        [again] = await sending(snapshot, "robot", due, 10)
        [told] = await logged(snapshot, Wanted(person="handler-1"), 10)
    assert again == replace(MESSAGE, notices=()), "under its old id, as if it were new"
    assert (told.state, told.deliveries) == ("told", (again,))


async def test_an_alarm_of_a_channel_counts_until_the_channel_delivers_again(database: Database) -> None:
    store, sent, reading = NoticeStore(database), SendingStore(database), ReadStore(database)
    alarm = replace(NOTICE, occasion=Occasion("duban", "channel/robot", "alarm", 1, "未能送达", "alarm", NOW, None))
    await store.plan([NOTICE, alarm])
    await store.settle(Judged((NOTICE,), ()), [MESSAGE], NOW)

    async def alarmed(number: str) -> bool:
        async with reading.snapshot() as snapshot:
            return await alarmed_since_delivered(snapshot, "duban", number, "robot")

    assert [await alarmed(number) for number in ("channel/robot", "channel/mail")] == [True, False]
    due = NOW + timedelta(minutes=1)
    assert await sent.claim(MESSAGE, due, due)
    assert await alarmed("channel/robot"), "a try is no delivery"
    await sent.record(MESSAGE, "delivered", None, "ok")
    assert not await alarmed("channel/robot")


async def test_who_took_note_is_read_from_the_ledger_the_first_one_first(database: Database) -> None:
    tracker, store, reading = SqlTrackerStore(database), NoticeStore(database), ReadStore(database)
    said = [sample.acknowledge(at(hours=hour), person=person, id_=person) for hour, person in ((2, "head-1"), (1, "handler-1"))]
    await committed(tracker, Draft(await taken(tracker)).take(sample.register(), *said))
    await store.plan([NOTICE, replace(NOTICE, occasion=replace(OCCASION, number="8"))])

    async with reading.snapshot() as snapshot:
        found = await noted(snapshot, [Matter("city", "7"), Matter("city", "8"), Matter("city", "9")])
        log = {one.notice.occasion.number: one.acknowledged for one in await logged(snapshot, Wanted(), 10)}
    assert [(one.person, one.at) for one in found] == [("handler-1", at(hours=1)), ("head-1", at(hours=2))]
    assert log == {"7": found[0], "8": None}


async def test_a_silence_is_in_force_until_it_ends_or_is_ended(database: Database) -> None:
    reading = ReadStore(database)
    wanted = SilenceWanted(reason="搬迁", by="office", until=NOW + timedelta(days=1), family="directive", unit="air")
    id = await grant(database, wanted, set(), NOW)
    async with reading.snapshot() as snapshot:
        [one] = await silences(snapshot, NOW)
        assert await silences(snapshot, NOW + timedelta(days=1)) == []
    assert (one.id, one.reason, one.family, one.unit, one.since, one.until) == (
        *(id, "搬迁", Family.DIRECTIVE, "air", NOW),
        NOW + timedelta(days=1),
    )
    assert await grant(database, SilenceEnded(id=id), set(), NOW + timedelta(hours=1)) == id
    async with reading.snapshot() as snapshot:
        assert await silences(snapshot, NOW + timedelta(hours=1)) == []
        assert [one.until for one in await silencing.all_silences(snapshot)] == [NOW + timedelta(hours=1)]
    for wrong in (SilenceEnded(id=id), SilenceEnded(id="none"), replace_until(wanted, NOW)):
        with pytest.raises(NotGranted):
            await grant(database, wrong, set(), NOW + timedelta(hours=2))


def replace_until(wanted: SilenceWanted, until: datetime) -> SilenceWanted:
    return wanted.model_copy(update={"until": until})


async def test_a_key_opens_one_persons_door_until_it_is_revoked(database: Database) -> None:
    reading, people = ReadStore(database), {"handler-1", "head-1"}
    first, second = [await grant(database, TokenWanted(person="handler-1"), people, NOW) for _ in range(2)]
    other = await grant(database, TokenWanted(person="head-1"), people, NOW)
    async with reading.snapshot() as snapshot:
        assert [await person_of(snapshot, key) for key in (first, second, other, "", "x")] == [
            *("handler-1", "handler-1", "head-1"),
            *(None, None),
        ]
        stored = (await snapshot.rows("SELECT hash FROM token")).scalars().all()
    assert not {first, second, other} & set(stored)
    assert await grant(database, TokensRevoked(person="handler-1"), people, NOW) == "2"
    async with reading.snapshot() as snapshot:
        assert [await person_of(snapshot, key) for key in (first, second, other)] == [None, None, "head-1"]
    with pytest.raises(NotGranted, match="nobody"):
        await grant(database, TokenWanted(person="nobody"), people, NOW)
