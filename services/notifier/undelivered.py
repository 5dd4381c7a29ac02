"""What becomes of messages that are not delivered: dropped, passed on to the next channels of their people, or failed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from services.notifier.carried import Carried, carried_by
from services.notifier.channel_alarm import alarm_of
from services.notifier.channels.message import short
from services.notifier.desk import Desk
from services.notifier.messages import new_message
from shared.domain.notice import Notice
from shared.domain.round import channel_of
from shared.domain.value import replace
from shared.storage.noticing import Delivery
from shared.storage.sending import SendingStore, sending_by_others

log = structlog.get_logger()


class Undelivered:
    """Ends messages that were not delivered, and begins those that go out instead."""

    def __init__(self, desk: Desk, store: SendingStore, wake: Callable[[], None]) -> None:
        self._desk = desk
        self._store = store
        self._wake = wake

    def has_another(self, carried: Carried, channel: str) -> bool:
        """Whether anybody whom a message is for has a channel after this one."""
        return any(self._next(notice, channel) is not None for notice in carried.notices)

    async def drop(self, delivery: Delivery, carried: Carried, now: datetime) -> None:
        """Nothing that the message says holds any more. Raises NotStored."""
        answer = short(f"未发送：{carried.why}" if not delivery.tries else f"不再发送：{carried.why}；此前：{delivery.answer}")
        await self._store.end(delivery, "dropped", answer, now, carried.dropped)
        log.info("notifier.dropped", delivery=delivery.id, channel=delivery.channel, answer=answer)

    async def pass_on(self, delivery: Delivery, now: datetime, kept_until: datetime | None) -> None:
        """Tell its people by their next channels, which are woken. Those without one are tried by this one again at `kept_until`;
        None: they keep the inbox, and the keeper is told. Raises NotStored.
        """
        carried = await carried_by(delivery, self._desk, now)
        if not carried.notices:
            return await self.drop(delivery, carried, now)
        others, left = self._instead(delivery, carried, now)
        kept = [] if kept_until is None or not left else [self._kept(delivery, carried, left, now, kept_until)]
        if not kept:
            await alarm_of(delivery, left, self._desk, now)
        answer = _answer(delivery.answer, others, () if kept else self._names(left))
        await self._store.end(delivery, "failed", answer, now, carried.dropped, [*others, *kept])
        log.error("notifier.failed", delivery=delivery.id, channel=delivery.channel, answer=answer, left=len(left))
        self._wake()
        return None

    async def pass_on_removed(self, now: datetime) -> None:
        """Give the messages of channels that the file does not have any more to the present ones. Raises NotStored."""
        async with self._desk.reading.snapshot() as snapshot:
            removed = await sending_by_others(snapshot, self._desk.channels)
        for delivery in removed:
            said = f"渠道“{delivery.channel}”已不在 notify.toml 中"
            said += f"；此前：{delivery.answer}" if delivery.answer else ""
            await self.pass_on(replace(delivery, answer=said), now, None)

    def _instead(self, failed: Delivery, carried: Carried, now: datetime) -> tuple[list[Delivery], list[Notice]]:
        """The messages by the next channels, each worded for those to whom it goes; and what is for those who have none."""
        groups: dict[tuple[str, str], list[Notice]] = {}
        left: list[Notice] = []
        for notice in carried.notices:
            channel = self._next(notice, failed.channel)
            if channel is None:
                left.append(notice)
            else:
                groups.setdefault((channel, "" if self._desk.channels[channel] else notice.person), []).append(notice)
        others = [
            new_message(self._desk, channel, group, carried.tasks, now, failed.id) for (channel, _), group in groups.items()
        ]
        return others, left

    def _kept(self, failed: Delivery, carried: Carried, left: Sequence[Notice], now: datetime, until: datetime) -> Delivery:
        """The message without those who are told by others; its tries are those of the whole."""
        kept = new_message(self._desk, failed.channel, left, carried.tasks, now, failed.id)
        return replace(kept, tries=failed.tries, tried_at=failed.tried_at, next_at=until)

    def _next(self, notice: Notice, channel: str) -> str | None:
        """The person's channel after this one; after one that was removed or renamed the first there is now, and the person's own
        where those of the route are gone, too.
        """
        roster, channels = self._desk.office.roster, self._desk.channels
        if channel in channels:
            return channel_of(notice, roster, channels, after=channel)
        return channel_of(notice, roster, channels) or channel_of(replace(notice, channels=()), roster, channels)

    def _names(self, notices: Iterable[Notice]) -> Sequence[str]:
        people = self._desk.office.roster.people
        ids = dict.fromkeys(notice.person for notice in notices)
        return [people[id].name if id in people else id for id in ids]


def _answer(said: str, others: Iterable[Delivery], left: Sequence[str]) -> str:
    """What is on record of a message that failed: why, what goes out instead, and who has nothing but the inbox."""
    channels = "、".join(dict.fromkeys(other.channel for other in others))
    instead = f"；改由 {channels} 发送" if channels else ""
    alone = f"；{'、'.join(left)}没有其他渠道，仅留站内" if left else ""
    return short(said) if not instead and not alone else f"{short(said)[:400]}{short(instead + alone)[:200]}"
