"""The pages of people over a store of a test's own: what was told to whom is written down, and what they say is kept."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from contracts.notices import TokenWanted
from services.web.app import make_app
from services.web.board import Board
from services.web.books import Books
from services.web.feeds import Feeds
from services.web.headers import SecureHeaders
from services.web.people import People
from services.web.saying import Said
from shared.domain.command import Command, RegisterTask
from shared.domain.matter import Matter
from shared.domain.notice import Dropped, Notice, Occasion, Reason
from shared.domain.person import Person, Post, Role, Roster
from shared.domain.round import Judged
from shared.domain.value import replace
from shared.figures.document import Office
from shared.storage.engine import Database
from shared.storage.noticing import Delivery, NoticeStore
from shared.storage.reading import ReadStore
from shared.storage.silencing import grant
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import databases, sample
from tests.support.drafts import Draft, about
from tests.support.sample import CALENDAR, CITY, SHANGHAI, at
from tests.support.stores import committed, taken

NOW: Final = at(days=31)
"""A day and a bit after the due of a matter that was registered at the start."""
SECRET: Final = b"a secret of these tests"
UNITS: Final = Units({"bureau": "生态环境局", "air": "大气科", "water": "水科"}, {"air": "bureau", "water": "bureau"})
AIR: Final = Person("air-1", "大气科承办人", (Post(Role.HANDLER, ("air",)),), ("mail",))
OFFICE: Final = Person("office", "局长", (Post(Role.HEAD, ("bureau",)),))
PEOPLE: Final = {
    one.id: one
    for one in (
        AIR,
        OFFICE,
        Person("all", "督查室", (Post(Role.SUPERVISION),)),
        Person("keeper", "系统管理员", (Post(Role.KEEPER),)),
        Person("city", "市指挥部", (Post(Role.ASSIGNER, sources=(CITY,)),)),
        Person("of-province", "省转件专员", (Post(Role.HANDLER, sources=("province",)),)),
    )
}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def matter(number: str, owner: str = CITY) -> Matter:
    """A matter of the city, or of another source."""
    return Matter(owner, number)


def registered(number: str, *, unit: str | None = "air", title: str = "清理河道", owner: str = CITY) -> RegisterTask:
    """A matter that a unit has to report on in 30 days."""
    made = sample.register(unit=unit, title=title, source=owner, policy="reported", due=sample.DUE_OF_30_DAYS)
    return about(matter(number, owner), replace(made, co_units=()))


def notice(
    number: str, person: str = "air-1", *, kind: str = "overdue", told_at: datetime = NOW, step: int = 0, owner: str = CITY
) -> Notice:
    """A person is to be told that a matter is overdue, or near its due."""
    rung, due = ("overdue", sample.DUE_OF_30_DAYS) if kind == "overdue" else ("near-1cd", sample.DUE_OF_30_DAYS)
    crossed = due if kind == "overdue" else due - timedelta(days=1)
    occasion = Occasion(owner, number, "finish", 1, rung, kind, crossed, due)  # type: ignore[arg-type]
    return Notice(occasion, person, Reason("到期", step, Role.HANDLER), told_at, urgent=False)


def message(id_: str, *carried: Notice, state: str = "delivered", made_at: datetime = NOW, channel: str = "mail") -> Delivery:
    """A message with some notices to one person."""
    return Delivery(
        id=id_,
        channel=channel,
        people=(carried[0].person,),
        title="【督办提醒】逾期 1 件",
        lines=tuple(f"■ 逾期 <b>清理河道</b>（{one.occasion.number}）" for one in carried),
        link="",
        urgent=False,
        made_at=made_at,
        state=state,  # type: ignore[arg-type]
        tries=1,
        tried_at=made_at,
        next_at=None,
        answer="250 ok",
        instead_of="",
        notices=tuple(one.id for one in carried),
    )


@dataclass
class FixedClock:
    """Stands where a test puts it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Heard:
    """Keeps what people say, and answers as a test wants."""

    results: dict[Matter, tuple[str, str]] = field(default_factory=dict)
    said: list[tuple[str, Matter]] = field(default_factory=list)
    seen: dict[Matter, datetime | None] = field(default_factory=dict)

    async def acknowledge(self, person: str, shown: Mapping[Matter, datetime | None]) -> list[Said]:
        self.said += [(person, one) for one in shown]
        self.seen |= shown
        return [Said(one, *self.results.get(one, ("taken", ""))) for one in shown]


@dataclass
class Inboxes:
    """An office with pages for its people."""

    database: Database
    client: httpx.AsyncClient
    heard: Heard
    clock: FixedClock
    draft: Draft

    async def commit(self, *commands: Command) -> None:
        """Put commands on record."""
        store = SqlTrackerStore(self.database)
        self.draft = await committed(store, self.draft.take(*commands))

    async def cross(self, number: str, before: datetime) -> None:
        """Have the alerts of a matter raised that fall before an instant."""
        self.draft = await committed(SqlTrackerStore(self.database), self.draft.sweep(matter(number), before))

    async def tell(self, *told: Notice, messages: Sequence[Delivery] = (), at: datetime = NOW) -> None:
        """Have notices told."""
        await self._settle(Judged(told, ()), messages, at)

    async def drop(self, why: Dropped, *dropped: Notice) -> None:
        """Have notices dropped for a reason."""
        await self._settle(Judged((), tuple((one, why) for one in dropped)), (), NOW)

    async def _settle(self, judged: Judged, messages: Sequence[Delivery], at: datetime) -> None:
        store = NoticeStore(self.database)
        await store.plan([*judged.told, *(one for one, _ in judged.dropped)])
        await store.settle(judged, messages, at)

    async def key(self, person: str) -> str:
        """A new key for a person."""
        return await grant(self.database, TokenWanted(person=person), set(PEOPLE), NOW)

    async def enter(self, person: str) -> None:
        """Have the client send a person's key from now on, as a browser does that was at the address with the key."""
        answer = await self.client.get("/inbox", params={"key": await self.key(person)})
        assert answer.status_code == 303, answer.text


@asynccontextmanager
async def inboxes(folder: Path, page: str = "", roster: Roster | None = None) -> AsyncIterator[Inboxes]:
    """The pages of people over an empty store, and a client that keeps its cookies."""
    async with databases.migrated(databases.sqlite_url(folder)) as database:
        clock, heard = FixedClock(), Heard()
        office = Office(UNITS, "Asia/Shanghai", SHANGHAI)
        people = People(roster or Roster(PEOPLE), CALENDAR, UNITS, page, SECRET)
        board, books = Board(UNITS, SHANGHAI, NOW), Books(ReadStore(database), office, clock)
        app = SecureHeaders(make_app(board, Feeds(), books, people, heard))
        transport = httpx.ASGITransport(app=app)
        base = page or "http://duban.test"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            draft = Draft(await taken(SqlTrackerStore(database)))
            yield Inboxes(database, client, heard, clock, draft)
