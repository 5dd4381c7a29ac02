"""Sending: one channel's messages at its pace, each with one record, tried again until it is taken or given up."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.notifier.carried import Carried, carried_by
from services.notifier.channels.message import Channel, Message, Outcome, Recipient
from services.notifier.desk import Desk
from services.notifier.messages import said_anew
from services.notifier.pace import PATIENCE_URGENT, Pace, next_try, sendable
from services.notifier.undelivered import Undelivered
from shared.domain.value import replace
from shared.storage.noticing import Delivery
from shared.storage.sending import SendingStore, next_sending, sending, sent_since, urgent_before

log = structlog.get_logger()

CLAIM: Final = timedelta(seconds=30)
"""After a try that left no record, as after a kill, the message is tried again so much later, under the same id."""
AT_ONCE: Final = 20


class Sender:
    """The messages of one channel."""

    def __init__(
        self, channel: Channel, per_minute: int | None, desk: Desk, store: SendingStore, undelivered: Undelivered
    ) -> None:
        self.channel = channel
        self._per_minute = per_minute
        self._desk = desk
        self._clock = desk.clock
        self._store = store
        self._undelivered = undelivered
        self._pace: Pace | None = None

    async def send_due(self) -> datetime | None:
        """Try what is to be tried now; when the next try is due, None while nothing waits. Raises NotStored."""
        pace = await self.paced()
        while True:
            now = self._clock.now()
            async with self._desk.reading.snapshot() as snapshot:
                due = await sending(snapshot, self.channel.name, now, AT_ONCE)
                following = await next_sending(snapshot, self.channel.name)
            if not due:
                return following
            for delivery in due:
                may = pace.may_send_at(self._clock.now())
                if may > self._clock.now():
                    await self._pass_on_urgent(may)
                    return may
                await self._try(delivery, pace)

    async def _pass_on_urgent(self, may: datetime) -> None:
        """What a rest would hold beyond its patience goes by the next channels, untried. Whoever has none waits."""
        now = self._clock.now()
        async with self._desk.reading.snapshot() as snapshot:
            waiting = await urgent_before(snapshot, self.channel.name, now, may - PATIENCE_URGENT)
        for delivery in waiting:
            carried = await carried_by(delivery, self._desk, now)
            if not self._undelivered.has_another(carried, self.channel.name):
                continue
            said = f"渠道暂停至 {may.astimezone(self._desk.office.calendar.zone):%H:%M}（连续失败或已达每分钟上限），不再等候"
            said += f"；此前：{delivery.answer}" if delivery.answer else ""
            await self._undelivered.pass_on(replace(delivery, answer=said), now, may)

    async def paced(self) -> Pace:
        """The pace of the channel; after a start what was sent in the last minute counts."""
        if self._pace is not None:
            return self._pace
        self._pace = Pace(self._per_minute)
        async with self._desk.reading.snapshot() as snapshot:
            for at in await sent_since(snapshot, self.channel.name, self._clock.now() - timedelta(minutes=1)):
                self._pace.sent(at)
        return self._pace

    async def _try(self, delivery: Delivery, pace: Pace) -> None:
        now = self._clock.now()
        may = sendable(now, delivery.id, self._desk.office, urgent=delivery.urgent)
        if may > now:  # a rest, or a standstill, went on until after office hours
            await self._store.record(delivery, "sending", may, delivery.answer)
            return
        carried = await carried_by(delivery, self._desk, now)
        if not carried.notices:
            await self._undelivered.drop(delivery, carried, now)
            return
        delivery = said_anew(self._desk, delivery, carried.notices, carried.tasks, now)
        if not await self._store.claim(delivery, now, now + CLAIM, carried.dropped):
            return
        pace.sent(now)
        message = Message(delivery.id, delivery.title, delivery.lines, delivery.link or None, delivery.made_at)
        outcome = await self.channel.send(message, self._recipients(delivery.people), self._desk.machine.now())
        pace.answered(now, well=outcome.result != "retry")
        await self._record(delivery, carried, outcome)

    def _recipients(self, ids: Sequence[str]) -> list[Recipient]:
        people = self._desk.office.roster.people
        found = [people[id] for id in ids if id in people]
        return [Recipient(person.name, person.email, person.mobile) for person in found]

    async def _record(self, delivery: Delivery, carried: Carried, outcome: Outcome) -> None:
        delivery = replace(delivery, tries=delivery.tries + 1, answer=outcome.answer)
        said = log.bind(delivery=delivery.id, channel=delivery.channel, tries=delivery.tries, answer=outcome.answer)
        if outcome.result == "delivered":
            await self._store.record(delivery, "delivered", None, outcome.answer)
            said.info("notifier.delivered")
            return
        again = self._again(delivery, outcome, another=self._undelivered.has_another(carried, self.channel.name))
        if again is None:
            kept_until = self._again(delivery, outcome, another=False)
            await self._undelivered.pass_on(delivery, self._clock.now(), kept_until)
            return
        await self._store.record(delivery, "sending", again, outcome.answer)
        said.warning("notifier.again", at=again.isoformat())

    def _again(self, delivery: Delivery, outcome: Outcome, *, another: bool) -> datetime | None:
        if outcome.result == "failed":
            return None
        return next_try(delivery, self._clock.now(), outcome.retry_after, self._desk.office, another=another)


async def send_all(senders: Sequence[Sender]) -> datetime | None:
    """Try what is due on all channels, side by side; when the next try is due."""
    following = await asyncio.gather(*(sender.send_due() for sender in senders))
    return min((at for at in following if at is not None), default=None)
