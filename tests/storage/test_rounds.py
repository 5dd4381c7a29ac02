"""Rounds on the store: of two notifiers on one database nobody is told twice, and who is there is told in another's place."""

from collections.abc import Collection
from datetime import datetime

from services.notifier.desk import Desk
from services.notifier.rounds import Rounds
from shared.clock import SystemClock
from shared.domain.notice import Notice, Occasion, Office, Reason
from shared.domain.person import Post, Role, Roster
from shared.domain.round import Judged
from shared.domain.telling import Hours
from shared.domain.value import replace
from shared.storage.engine import Database
from shared.storage.noticing import Delivery, NoticeStore
from shared.storage.reading import ReadStore
from shared.storage.sending import sending
from shared.storage.told import Wanted, logged
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.drafts import Draft
from tests.support.posts import person
from tests.support.sample import CALENDAR, START, at
from tests.support.stores import committed, taken

ALARM = Occasion("duban", "detector", "alarm", 1, "没有心跳", "alarm", START, None)
FIRST = Notice(ALARM, "keeper", Reason("系统报警", 0, Role.KEEPER), START, urgent=True)
SECOND = replace(FIRST, occasion=replace(ALARM, version=2))
PEOPLE = (
    person("keeper", channels=("robot",)),
    person("handler-1", Post(Role.HANDLER), away=(("2026-11-23", "2026-11-24", "handler-2"),), channels=("robot",)),
    person("handler-2", channels=("robot",)),
)
OFFICE = Office(Roster({one.id: one for one in PEOPLE}), (), Hours(), CALENDAR)
URGE = Notice(
    Occasion("city", "7", "urge", 1, "urge", "urge", START, None), "handler-1", Reason("催办", 0, Role.HANDLER), START, True
)


class Overtaken(NoticeStore):
    """While a round was being judged another notice came up, and another notifier held a round on both."""

    def __init__(self, database: Database, other: Rounds) -> None:
        super().__init__(database)
        self._other: Rounds | None = other

    async def settle(self, judged: Judged, deliveries: Collection[Delivery], now: datetime) -> bool:
        if self._other is not None:
            other, self._other = self._other, None
            await self.plan([SECOND])
            assert await other.hold(now) == 2
        return await super().settle(judged, deliveries, now)


def rounds(database: Database, store: NoticeStore) -> Rounds:
    return Rounds(Desk(ReadStore(database), store, OFFICE, {}, {"robot": True}, SystemClock(), ""))


async def test_what_another_notifier_told_in_the_meantime_is_not_told_again(database: Database) -> None:
    store = NoticeStore(database)
    await store.plan([FIRST])
    overtaken = rounds(database, Overtaken(database, rounds(database, store)))
    assert await overtaken.hold(START), "it is held again, on what is there"
    assert not await overtaken.hold(START)

    async with ReadStore(database).snapshot() as snapshot:
        [message] = await sending(snapshot, "robot", at(hours=1), 10)
        found = await logged(snapshot, Wanted(), 10)
    assert {(one.state, one.deliveries) for one in found} == {("told", (message,))}


async def test_who_is_away_when_it_is_told_is_told_through_the_stand_in_in_the_next_round(database: Database) -> None:
    tracker, store = SqlTrackerStore(database), NoticeStore(database)
    await committed(tracker, Draft(await taken(tracker)).take(sample.register()))
    await store.plan([URGE])
    held = rounds(database, store)
    assert [await held.hold(START) for _ in range(3)] == [1, 1, 0]

    async with ReadStore(database).snapshot() as snapshot:
        found = {one.notice.person: one for one in await logged(snapshot, Wanted(), 10)}
    assert {person: (one.state, one.why) for person, one in found.items()} == {
        "handler-1": ("dropped", "passed-on"),
        "handler-2": ("told", ""),
    }
    assert found["handler-2"].notice.reason.instead_of == ("handler-1",)
    assert [message.people for message in found["handler-2"].deliveries] == [("handler-2",)]
