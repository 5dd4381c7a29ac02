"""Failover: those whom a message did not reach are told by the next of their channels."""

from datetime import datetime

from services.notifier.desk import Desk
from services.notifier.messages import new_message
from shared.domain.matter import Matter
from shared.domain.notice import Notice
from shared.domain.round import channel_of
from shared.storage.noticing import Delivery, notices_in


async def instead(failed: Delivery, desk: Desk, now: datetime) -> list[Delivery]:
    """The messages by the next channels, each worded for those to whom it goes."""
    async with desk.reading.snapshot() as snapshot:
        notices = await notices_in(snapshot, failed.id)
        tasks = await snapshot.tasks_of({Matter(notice.occasion.owner, notice.occasion.number) for notice in notices})
    groups: dict[tuple[str, str], list[Notice]] = {}
    for notice in notices:
        channel = channel_of(notice, desk.office.roster, desk.channels, after=failed.channel)
        if channel is not None:
            groups.setdefault((channel, "" if desk.channels[channel] else notice.person), []).append(notice)
    return [new_message(desk, channel, group, tasks, now, failed.id) for (channel, _), group in groups.items()]
