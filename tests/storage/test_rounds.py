"""Rounds on the store: of two notifiers on one database nobody is told twice, and nobody is forgotten."""

from collections.abc import Collection
from datetime import datetime

from services.notifier.desk import Desk
from services.notifier.rounds import Rounds
from shared.clock import SystemClock
from shared.domain.notice import Notice, Occasion, Office, Reason
from shared.domain.person import Role, Roster
from shared.domain.round import Judged
from shared.domain.telling import Hours
from shared.domain.value import replace
from shared.storage.engine import Database
from shared.storage.noticing import Delivery, NoticeStore
from shared.storage.reading import ReadStore
from shared.storage.sending import sending
from shared.storage.told import Wanted, logged
from tests.support.posts import person
from tests.support.sample import CALENDAR, START, at

ALARM = Occasion("duban", "detector", "alarm", 1, "没有心跳", "alarm", START, None)
FIRST = Notice(ALARM, "keeper", Reason("系统报警", 0, Role.KEEPER), START, urgent=True)
SECOND = replace(FIRST, occasion=replace(ALARM, version=2))
OFFICE = Office(Roster({"keeper": person("keeper", channels=("robot",))}), (), Hours(), CALENDAR)


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
