"""Messages: what notices say by one channel, to those whom they are for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

from services.notifier.desk import Desk
from services.notifier.pace import first_try
from services.notifier.wording import lines_of, title_of
from shared.domain.matter import Matter
from shared.domain.notice import Notice
from shared.domain.task import Task
from shared.domain.value import replace
from shared.notices.link import notice_path
from shared.storage.noticing import Delivery

MOST_LINES: Final = 1000
"""Of a message; how many there are its title says."""


def new_message(
    desk: Desk, channel: str, notices: Sequence[Notice], tasks: Mapping[Matter, Task], now: datetime, instead_of: str = ""
) -> Delivery:
    """A message by a channel; `instead_of` is the id of the one by another channel that failed."""
    id, people = _id(channel, notices), _people(notices)
    urgent = any(notice.urgent for notice in notices)
    return Delivery(
        id=id,
        channel=channel,
        people=people,
        title=title_of(notices, tasks),
        lines=_lines(desk, channel, notices, tasks, now),
        link=_link(desk, id, channel, people),
        urgent=urgent,
        made_at=now,
        state="sending",
        tries=0,
        tried_at=None,
        next_at=first_try(now, id, desk.office, urgent=urgent),
        answer="",
        instead_of=instead_of,
        notices=tuple(notice.id for notice in notices),
    )


def said_anew(desk: Desk, message: Delivery, notices: Sequence[Notice], tasks: Mapping[Matter, Task], now: datetime) -> Delivery:
    """The same message, under its id, as it is said now of those of its notices that still hold."""
    return replace(
        message,
        people=_people(notices),
        title=title_of(notices, tasks),
        lines=_lines(desk, message.channel, notices, tasks, now),
        notices=tuple(notice.id for notice in notices),
    )


def _lines(desk: Desk, channel: str, notices: Sequence[Notice], tasks: Mapping[Matter, Task], now: datetime) -> tuple[str, ...]:
    return lines_of(notices, tasks, desk, now, named=desk.channels[channel])[:MOST_LINES]


def _people(notices: Sequence[Notice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notice.person for notice in notices))


def _link(desk: Desk, id: str, channel: str, people: Sequence[str]) -> str:
    """Where a message leads: to its own page whoever is told alone, to the inbox those who share a channel."""
    if not desk.link:
        return ""
    if desk.channels[channel] or not desk.secret:
        return f"{desk.link}/inbox"
    return desk.link + notice_path(desk.secret, id, people[0])


def _id(channel: str, notices: Sequence[Notice]) -> str:
    """The same for the same notices by the same channel."""
    return blake2b("\x1f".join((channel, *sorted(notice.id for notice in notices))).encode(), digest_size=12).hexdigest()
