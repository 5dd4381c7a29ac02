"""The alarm of a channel by which somebody could not be told: its keeper is told once, until the channel delivers again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import structlog

from services.notifier.desk import Desk
from shared.domain.notice import Notice, Occasion, alarm_notices
from shared.storage.noticing import Delivery
from shared.storage.sending import alarmed_since_delivered

log = structlog.get_logger()

_OWNER: Final = "duban"


async def alarm_of(failed: Delivery, left: Iterable[Notice], desk: Desk, now: datetime) -> None:
    """Tell the keepers that those who are left were not told by any channel; that an alarm failed is no reason for another.
    Raises NotStored.
    """
    people = {notice.person for notice in left if notice.occasion.topic != "alarm"}
    if not people:
        return
    number = f"channel/{failed.channel}"
    async with desk.reading.snapshot() as snapshot:
        if await alarmed_since_delivered(snapshot, _OWNER, number, failed.channel):
            return
    said = f"渠道“{failed.channel}”未能送达，{len(people)} 人没有其他渠道，提醒仅留站内：{failed.answer}"
    occasion = Occasion(_OWNER, number, "alarm", int(now.timestamp()), said, "alarm", now, None)
    await desk.store.plan(alarm_notices(occasion, desk.office))
    log.error("notifier.channel_trouble", channel=failed.channel, said=said)
