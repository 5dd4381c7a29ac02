"""The notifier: hears alerts on DUBAN_OUT, tells people, and remembers whom it told, when, how and why."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from contracts import subjects
from services.notifier.asked import Asked
from services.notifier.channels.load import Channels
from services.notifier.desk import Desk
from services.notifier.duties import keep, until_stored
from services.notifier.hearing import heard, in_words
from services.notifier.opening import audience, log_opening
from services.notifier.rounds import Rounds
from services.notifier.sending import Sender, send_all
from services.notifier.undelivered import Undelivered
from services.notifier.watchman import Watchman
from shared.clock import ReplayClock
from shared.domain.notice import Notice, notices, standing
from shared.messaging import streams
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.pull import Pull
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.noticing import next_telling
from shared.storage.sending import SendingStore
from shared.storage.told import texts_of

log = structlog.get_logger()

BATCH: Final = 500
WATCH_SECONDS: Final = 10.0
BEHIND_SECONDS: Final = 60.0
"""For so long nobody is told while facts are still to be heard; longer would be silence."""
POLL_SECONDS: Final = 0.004


class Notifier:
    """Holds nothing that is not in the store but the pace of its channels."""

    def __init__(
        self, settings: Settings, database: Database, desk: Desk, channels: Channels, own_page: str | None = None
    ) -> None:
        """`own_page` is where the page is as `notify.toml` says; what is wrong in the files is logged at the start."""
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._url = settings.nats_url
        self._desk = desk
        self._log_opening = partial(log_opening, desk.office, channels, own_page)
        self._clock = desk.clock
        self._broker = make_broker(self._url, "duban-notifier")
        self._rounds = Rounds(desk)
        sent = SendingStore(database)
        self._undelivered = Undelivered(desk, sent, self.wake)
        self.senders = [Sender(one, channels.per_minute(name), desk, sent, self._undelivered) for name, one in channels.items()]
        Asked(self._broker, database, desk)
        self.watchman = Watchman(self._broker, desk, self.wake, settings.partitions)
        self._woken = [asyncio.Event() for _ in range(1 + len(self.senders))]
        self._under_way = False
        self._behind_since: float | None = None
        self._js: JetStreamContext | None = None
        self._next_try: datetime | None = None

    @property
    def audience(self) -> str:
        """How many people are told, and by which channels, in one line."""
        return audience(self._desk.office.roster.people, self._desk.channels)

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Tell until cancelled. Raises ConfigDrift, NatsUnreachable."""
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            self._js = js
            await streams.provision_notifier(js)
            await self._broker.start()
            info = await js.consumer_info(subjects.STREAM_OUT, streams.NOTIFIER_DURABLE)
            self._note_progress(info.num_pending or 0)
            await until_stored(lambda: self._undelivered.pass_on_removed(self._clock.now()))
            pull = Pull(client, subjects.STREAM_OUT, streams.NOTIFIER_DURABLE, BATCH)
            async with asyncio.TaskGroup() as group:
                group.create_task(pull.run(), name="notifier-pull")
                group.create_task(self._hear(pull), name="notifier-hear")
                group.create_task(self._keep_consumer(js), name="notifier-keep-consumer")
                if not isinstance(self._clock, ReplayClock):  # in a replay history drives us
                    self._log_opening(self._clock.now())
                    group.create_task(self.watchman.run(), name="notifier-watchman")
                    duties = (self._tell, *(sender.send_due for sender in self.senders))
                    for duty, woken in zip(duties, self._woken, strict=True):
                        group.create_task(keep(duty, woken, self._clock), name=f"notifier-{duty.__qualname__}")
                if started is not None:
                    started.set()
        finally:
            await stop(self._broker, client)

    def wake(self) -> None:
        """Look at what is due at once."""
        for woken in self._woken:
            woken.set()

    async def idle(self) -> None:
        """Wait until all facts that were published have been heard."""
        assert self._js is not None, "who waits has started it"
        while True:
            info = await self._js.consumer_info(subjects.STREAM_OUT, streams.NOTIFIER_DURABLE)
            if not info.num_pending and not info.num_ack_pending and not self._under_way:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def drive_to(self, instant: datetime) -> None:
        """In a replay: tell all that is due by an instant, each at its own."""
        assert isinstance(self._clock, ReplayClock), "only history can be driven"
        await self.idle()
        while (due := await self._next_in_replay()) is not None and due <= instant:
            self._clock.advance(due)
            await self._rounds.hold(due)
            self._next_try = await send_all(self.senders)
        self._clock.advance(instant)
        self._next_try = await send_all(self.senders)

    async def _next_in_replay(self) -> datetime | None:
        """When to tell or to send next; messages that were spread are waited for and go out together."""
        due = [await self._next_telling()]
        if self._next_try is not None:
            due.append(self._next_try + self._desk.office.hours.spread)
        return min((at for at in due if at is not None), default=None)

    async def _hear(self, pull: Pull) -> None:
        while True:
            messages = await pull.batch(lambda: not self._under_way)
            self._under_way = True
            await until_stored(lambda messages=messages: self._take(messages))  # type: ignore[misc]
            for message in messages:
                await message.ack()
            self._under_way = False
            self._note_progress(messages[-1].metadata.num_pending)
            self.wake()

    async def _keep_consumer(self, js: JetStreamContext) -> None:
        """A consumer that was deleted on the server is made again: what it brings once more was planned before."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await js.consumer_info(subjects.STREAM_OUT, streams.NOTIFIER_DURABLE)
            except NotFoundError:
                log.error("notifier.consumer_gone", durable=streams.NOTIFIER_DURABLE)
                await streams.provision_notifier(js)
            except (NatsError, APIError, TimeoutError) as error:
                log.warning("notifier.nats_away", error=repr(error))

    def _note_progress(self, pending: int) -> None:
        """After a standstill people are told once everything was heard: in one message, of the highest rung."""
        if not pending:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = asyncio.get_running_loop().time()

    async def _take(self, messages: list[Msg]) -> None:
        found = heard([message.data for message in messages])
        async with self._desk.reading.snapshot() as snapshot:
            tasks = await snapshot.tasks_of({*found.passed_on, *(matter for matter, _ in found.occasions)})
            found = in_words(found, await texts_of(snapshot, found.events))
        planned: list[Notice] = []
        now = self._clock.now()
        passed_on = [(matter, one) for matter in found.passed_on if matter in tasks for one in standing(tasks[matter])]
        for matter, occasion in (*found.occasions, *passed_on):
            task = tasks.get(matter)
            if task is not None:
                planned += notices(occasion, task, self._desk.office, now)
        await self._desk.store.plan(planned)

    async def _tell(self) -> datetime | None:
        if self._behind_since is not None and asyncio.get_running_loop().time() - self._behind_since < BEHIND_SECONDS:
            return None
        while await self._rounds.hold(self._clock.now()):
            for woken in self._woken[1:]:
                woken.set()
        return await self._next_telling()

    async def _next_telling(self) -> datetime | None:
        async with self._desk.reading.snapshot() as snapshot:
            return await next_telling(snapshot)
