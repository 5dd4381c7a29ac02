"""Rounds: notices whose time has come become messages, or are dropped with the reason why."""

from datetime import datetime
from typing import Final

import structlog

from services.notifier.desk import Desk
from services.notifier.messages import new_message
from shared.domain.round import envelopes, judged
from shared.storage.noticing import due_notices, silences, told_of, waiting_of
from shared.storage.told import noted

log = structlog.get_logger()

MOST_NOTICES: Final = 5000
"""Notices of one round; those of one person are taken together."""


class Rounds:
    """Makes messages of notices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._office = desk.office

    async def hold(self, now: datetime) -> int:
        """Hold one round; how many notices it was held on. Another is to be held while there are some. Raises NotStored."""
        async with self._desk.reading.snapshot() as snapshot:
            waiting = await due_notices(snapshot, now, MOST_NOTICES)
            if not waiting:
                return 0
            matters = {notice.occasion.matter for notice in waiting}
            tasks = await snapshot.tasks_of(matters)
            taken = await noted(snapshot, matters)
            quiet = await silences(snapshot, now)
            told = await told_of(snapshot, matters)
            due = {notice.id for notice in waiting}
            later = [notice for notice in await waiting_of(snapshot, matters) if notice.id not in due]
        found = judged(waiting, tasks, taken, quiet, now, told, self._office, later)
        messages = envelopes(found.told, self._office.roster, self._desk.channels)
        deliveries = [
            new_message(self._desk, one.channel, one.notices, tasks, now) for one in messages if one.channel is not None
        ]
        if await self._desk.store.settle(found, deliveries, now):
            log.info("notifier.round", told=len(found.told), dropped=len(found.dropped), messages=len(deliveries))
        else:
            log.info("notifier.overtaken", waiting=len(waiting))
        return len(waiting)
