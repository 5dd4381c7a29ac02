"""What the page of one message shows: what it said, and who took note of the tasks in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.web import wording
from services.web.inbox_view import SAID
from services.web.people import People
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged
from shared.storage.noticing import Delivery


@dataclass(frozen=True)
class Opened:
    """A message that its signature opened for a person (id): who took note of its tasks, and of which the person has not."""

    delivery: Delivery
    person: str
    signature: str
    noted: tuple[Acknowledged, ...]
    waiting: Mapping[Matter, datetime]
    """With when the newest alert was raised that the message tells of."""


@dataclass(frozen=True)
class NoticeView:
    """Everything on the page, as text."""

    title: str
    lines: tuple[str, ...]
    made: str
    name: str
    noted: tuple[str, ...]
    message: str
    message_class: str
    button: str
    """What the button says; empty where there is nothing to take note of."""
    fields: tuple[tuple[str, str], ...]


def notice_view(opened: Opened, people: People, said: str) -> NoticeView:
    """The page of a message; `said` is a word of SAID, or none."""
    count = len(opened.waiting)
    return NoticeView(
        title=opened.delivery.title,
        lines=opened.delivery.lines,
        made=wording.instant(opened.delivery.made_at, people.calendar.zone),
        name=people.name(opened.person),
        noted=tuple(_noted(opened.noted, people)),
        message=SAID.get(said, ""),
        message_class="done" if said == "taken" else "",
        button="" if not count else ("知悉" if count == 1 else f"知悉 {count} 件"),
        fields=(("d", opened.delivery.id), ("p", opened.person), ("s", opened.signature)),
    )


def _noted(noted: Sequence[Acknowledged], people: People) -> list[str]:
    return [f"{one.number} {people.name(one.person)} {wording.instant(one.at, people.calendar.zone)} 知悉" for one in noted]
