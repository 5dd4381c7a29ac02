"""Failover: those whom a message did not reach are told by the next of their channels."""

from collections.abc import Sequence
from datetime import datetime

from services.notifier.carried import Carried
from services.notifier.desk import Desk
from services.notifier.messages import new_message
from shared.domain.notice import Notice
from shared.domain.round import channel_of
from shared.storage.noticing import Delivery


def instead(failed: Delivery, carried: Carried, desk: Desk, now: datetime) -> Sequence[Delivery]:
    """The messages by the next channels, each worded for those to whom it goes."""
    groups: dict[tuple[str, str], list[Notice]] = {}
    for notice in carried.notices:
        channel = channel_of(notice, desk.office.roster, desk.channels, after=failed.channel)
        if channel is not None:
            groups.setdefault((channel, "" if desk.channels[channel] else notice.person), []).append(notice)
    return [new_message(desk, channel, group, carried.tasks, now, failed.id) for (channel, _), group in groups.items()]
