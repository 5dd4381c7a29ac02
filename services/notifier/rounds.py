"""Rounds: notices whose time has come become messages, or are dropped with the reason why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

import structlog

from services.notifier.desk import Desk
from services.notifier.pace import first_try
from services.notifier.wording import lines_of, title_of
from shared.domain.matter import Matter
from shared.domain.notice import Notice
from shared.domain.round import Envelope, channel_of, envelopes, judged
from shared.domain.task import Task
from shared.domain.value import replace
from shared.notices.link import notice_path
from shared.storage.noticing import Delivery, due_notices, notices_in, silences, told_of
from shared.storage.told import noted

log = structlog.get_logger()

MOST_NOTICES: Final = 5000
"""Notices of one round; those of one person are taken together."""
MOST_LINES: Final = 1000
"""Of a message; how many there are its title says."""


class Rounds:
    """Makes messages of notices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._office = desk.office

    async def hold(self, now: datetime) -> int:
        """Hold one round; how many notices it settled. Raises NotStored."""
        async with self._desk.reading.snapshot() as snapshot:
            waiting = await due_notices(snapshot, now, MOST_NOTICES)
            if not waiting:
                return 0
            matters = {Matter(notice.occasion.owner, notice.occasion.number) for notice in waiting}
            tasks = await snapshot.tasks_of(matters)
            taken = await noted(snapshot, matters)
            quiet = await silences(snapshot, now)
            told = await told_of(snapshot, matters)
        found = judged(waiting, tasks, taken, quiet, now, told, self._office)
        messages = envelopes(found.told, self._office.roster, self._desk.channels)
        deliveries = [self._delivery(one, tasks, now) for one in messages if one.channel is not None]
        await self._desk.store.settle(found, deliveries, now)
        log.info("notifier.round", told=len(found.told), dropped=len(found.dropped), messages=len(deliveries))
        return len(waiting)

    async def instead(self, failed: Delivery, now: datetime) -> list[Delivery]:
        """The messages by the next channels of those whom one did not reach."""
        async with self._desk.reading.snapshot() as snapshot:
            notices = await notices_in(snapshot, failed.id)
        groups: dict[tuple[str, str], list[Notice]] = {}
        for notice in notices:
            channel = channel_of(notice, self._office.roster, self._desk.channels, after=failed.channel)
            if channel is not None:
                groups.setdefault((channel, "" if self._desk.channels[channel] else notice.person), []).append(notice)
        again = replace(
            failed, made_at=now, next_at=now, state="sending", tries=0, tried_at=None, answer="", instead_of=failed.id
        )
        return [self._addressed(again, channel, group) for (channel, _), group in groups.items()]

    def _delivery(self, envelope: Envelope, tasks: Mapping[Matter, Task], now: datetime) -> Delivery:
        assert envelope.channel is not None, "the inbox needs no message"
        shared = self._desk.channels[envelope.channel]
        lines = lines_of(envelope.notices, tasks, self._desk, now, named=shared)
        urgent = any(notice.urgent for notice in envelope.notices)
        message = Delivery(
            id="",
            channel="",
            people=(),
            title=title_of(envelope.notices),
            lines=lines[:MOST_LINES],
            link="",
            urgent=urgent,
            made_at=now,
            state="sending",
            tries=0,
            tried_at=None,
            next_at=None,
            answer="",
            instead_of="",
        )
        made = self._addressed(message, envelope.channel, envelope.notices)
        return replace(made, next_at=first_try(now, made.id, self._office.hours.spread, urgent=urgent))

    def _addressed(self, message: Delivery, channel: str, notices: Sequence[Notice]) -> Delivery:
        """The message by a channel, to those whom these notices are for."""
        id, people = _id(channel, notices), tuple(dict.fromkeys(notice.person for notice in notices))
        carried = tuple(notice.id for notice in notices)
        link = self._link(id, channel, people)
        return replace(message, id=id, channel=channel, people=people, link=link, notices=carried)

    def _link(self, id: str, channel: str, people: Sequence[str]) -> str:
        """Where a message leads: to its own page whoever is told alone, to the inbox those who share a channel."""
        page, secret = self._desk.link, self._desk.secret
        if not page:
            return ""
        if self._desk.channels[channel] or not secret:
            return f"{page}/inbox"
        return page + notice_path(secret, id, people[0])


def _id(channel: str, notices: Sequence[Notice]) -> str:
    """The same for the same notices by the same channel."""
    return blake2b("\x1f".join((channel, *sorted(notice.id for notice in notices))).encode(), digest_size=12).hexdigest()
