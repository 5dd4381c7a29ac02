"""What the page of one message shows: what it said, and who took note of the tasks in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.web import wording
from services.web.inbox_view import SAID
from services.web.people import People
from shared.domain.grounds import still_holds
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Notice
from shared.domain.task import Task
from shared.notices.lines import in_order, line_of
from shared.notices.wording import reason_of
from shared.storage.noticing import Delivery


@dataclass(frozen=True)
class Opened:
    """A message that its signature opened for a person (id): what it told the person of, the tasks as they stand, who took note
    of them, and of which the person has not.
    """

    delivery: Delivery
    person: str
    signature: str
    notices: tuple[Notice, ...]
    tasks: Mapping[Matter, Task]
    noted: tuple[Acknowledged, ...]
    waiting: Mapping[Matter, datetime]
    """With when the newest alert was raised that the message tells of."""


@dataclass(frozen=True)
class Item:
    """One thing that the message tells of, in pieces of which each second one is the number of a matter; and why it was told."""

    pieces: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class NoticeView:
    """Everything on the page, as text."""

    title: str
    items: tuple[Item, ...]
    made: str
    as_of: str
    name: str
    noted: tuple[tuple[str, ...], ...]
    message: str
    message_class: str
    button: str
    """What the button says; empty where there is nothing to take note of."""
    fields: tuple[tuple[str, str], ...]


def notice_view(opened: Opened, people: People, now: datetime, said: str) -> NoticeView:
    """The page of a message, with what it told of as that stands now; `said` is a word of SAID, or none."""
    count = len(opened.waiting)
    return NoticeView(
        title=opened.delivery.title,
        items=tuple(_items(opened, people, now)),
        made=wording.instant(opened.delivery.made_at, people.calendar.zone),
        as_of=wording.instant(now, people.calendar.zone) if opened.notices else "",
        name=people.name(opened.person),
        noted=tuple(_noted(opened.noted, people)),
        message=SAID.get(said, ""),
        message_class="done" if said == "taken" else "",
        button="" if not count else ("知悉" if count == 1 else f"知悉 {count} 件"),
        fields=(("d", opened.delivery.id), ("p", opened.person), ("s", opened.signature)),
    )


def _items(opened: Opened, people: People, now: datetime) -> Iterator[Item]:
    if not opened.notices:  # of a message of which nothing is kept but its words
        yield from (Item((line,), "") for line in opened.delivery.lines)
    for notice in in_order(opened.notices):
        occasion = notice.occasion
        task = opened.tasks.get(occasion.matter)
        line = line_of(occasion, task, people.calendar, people.units, now, still_holds(notice, task))
        yield Item(_pieces(line, occasion.number), reason_of(notice.reason, people.roster))


def _pieces(line: str, number: str) -> tuple[str, ...]:
    before, found, after = line.partition(f"（{number}）")
    return (f"{before}（", number, f"）{after}") if found else (line,)


def _noted(noted: Sequence[Acknowledged], people: People) -> Iterator[tuple[str, ...]]:
    for one in noted:
        yield "", one.number, f" {people.name(one.person)} {wording.instant(one.at, people.calendar.zone)} 知悉"
