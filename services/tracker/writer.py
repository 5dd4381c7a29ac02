"""The writer of one partition: takes batches and drives clocks, one at a time, under a lease."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from services.tracker.batch import Batch, ReadPush
from services.tracker.memory import Loaded, Memory
from shared.clock import Clock, ReplayClock
from shared.codec.receipts import Answer
from shared.domain.command import Command
from shared.domain.journal import Timelines
from shared.domain.matter import Matter
from shared.domain.policy import Rulebook
from shared.domain.value import replace
from shared.ports import Known, Lease, LedgerRow, NotStored, TrackerStore

log = structlog.get_logger()

_T = TypeVar("_T")

LEASE_SECONDS: Final = 15.0
SWEEP: Final = 500
"""Tasks that are crossed, settled or counted anew in one turn at most."""
RETRY_SECONDS: Final = (0.2, 0.5, 1, 2, 5, 10)


class Outlet(Protocol):
    """Where committed rows go on to."""

    def offer(self, rows: Sequence[LedgerRow]) -> None:
        """Hand over committed rows."""
        ...

    def catch_up(self) -> None:
        """Rows may have been committed that were not handed over."""
        ...


class Writer:
    """All writing of one partition goes through here."""

    def __init__(
        self,
        store: TrackerStore,
        lease: Lease,
        rulebook: Rulebook,
        clock: Clock,
        machine: Clock,
        outlet: Outlet,
    ) -> None:
        self._store = store
        self._lease = lease
        self._rulebook = rulebook
        self._clock = clock
        self._machine = machine
        self._outlet = outlet
        self._turn = asyncio.Lock()
        self._memory = Memory(store)
        self._timelines = Timelines()
        self._wake: datetime | None = None
        self._wake_known = False

    @property
    def partition(self) -> int:
        """The partition that is written."""
        return self._lease.partition

    @property
    def wake(self) -> datetime | None:
        """The earliest instant at which something has to be swept, as far as it is known without asking the store."""
        return self._wake

    async def load(self, reads: Sequence[ReadPush]) -> Loaded:
        """Ask the store what it knows of a batch, if need be while another one is decided and committed."""
        return await self._memory.load(_commands(reads))

    async def take(self, reads: Sequence[ReadPush], loaded: Loaded) -> list[Answer]:
        """Decide a batch of pushes and commit it; the receipts may then go out. Held and retried while the database is away."""
        async with self._turn:
            return await self._until_stored(lambda: self._take(reads, loaded))

    async def prepare(self, watermark: datetime, most: int) -> None:
        """Load the tasks of the next `cross` ahead of its turn, beside what is committed meanwhile."""
        with contextlib.suppress(NotStored):  # asked again in its turn
            await self._memory.load_waking(self.partition, watermark, most)

    async def cross(self, watermark: datetime, most: int) -> bool:
        """Raise the alerts of at most so many tasks that were crossed before the watermark, the earliest first; whether there may
        be more.
        """
        async with self._turn:
            return await self._until_stored(lambda: self._cross(watermark, most))

    async def settle(self, now: datetime) -> list[Answer]:
        """Try parked events whose time was up before an instant a last time; the receipts may then go out."""
        receipts: list[Answer] = []
        more = True
        while more:
            async with self._turn:
                more, answered = await self._until_stored(lambda: self._settle(now))
            receipts += answered
        return receipts

    async def recount(self) -> None:
        """Count the running clocks of the partition on the calendar that is loaded, if they were last counted on another."""
        calendar = self._rulebook.calendar.version
        if self._lease.calendar == calendar:
            return
        after: Matter | None = None
        left_out: list[Matter] = []
        more = True
        while more:
            async with self._turn:
                more, after = await self._until_stored(lambda after=after: self._recount(after, left_out))  # type: ignore[misc]
        if left_out:
            # Not noted as done: the next start, with their policies, makes up for them.
            log.error("tracker.not_recounted", partition=self.partition, tasks=len(set(left_out)), first=str(left_out[0]))
            return
        self._lease = replace(self._lease, calendar=calendar)
        await self.renew()

    async def next_wake(self) -> datetime | None:
        """The earliest instant at which something may have to be swept; asks the store only when that is past or unknown."""
        if self._wake_known and (self._wake is None or self._wake >= self._clock.now()):
            return self._wake
        async with self._turn:
            self._wake = await self._until_stored(lambda: self._store.next_wake(self.partition))
            self._wake_known = True
            return self._wake

    async def renew(self) -> None:
        """Keep the lease while there is nothing to write."""
        async with self._turn:
            await self._until_stored(lambda: self._store.renew(self._lease, self._expiry()))

    async def _take(self, reads: Sequence[ReadPush], loaded: Loaded) -> list[Answer]:
        known = await self._memory.recall(loaded)
        now = self._now(_commands(reads))
        batch = self._batch(known, now)
        receipts = [await batch.take(read) for read in reads]
        await self._commit(batch, now)
        return receipts

    async def _cross(self, watermark: datetime, most: int) -> bool:
        waking = self._memory.take_waking(watermark)
        if waking is None:
            waking = await self._memory.load_waking(self.partition, watermark, most)
            self._memory.take_waking(watermark)  # it is of this turn, not of the next
        now = self._clock.now()
        batch = self._batch(Known({}, {}, {}), now)
        for task in waking.unchanged():
            batch.cross(task, watermark)
        await self._commit(batch, now)
        return waking.more

    async def _settle(self, until: datetime) -> tuple[bool, list[Answer]]:
        expired = await self._store.expired(self.partition, until, SWEEP)
        if not expired:
            return False, []
        now = self._clock.now()
        batch = self._batch(await self._store.known({parked.matter for parked in expired}, (), {}), now)
        receipts = [await batch.take_expired(parked) for parked in expired]
        await self._commit(batch, now)
        return len(expired) == SWEEP, [receipt for receipt in receipts if receipt is not None]

    async def _recount(self, after: Matter | None, left_out: list[Matter]) -> tuple[bool, Matter | None]:
        """Count a page of tasks anew: whether there are more, and the last matter of the page."""
        tasks = await self._store.open_tasks(self.partition, after, SWEEP)
        now = self._clock.now()
        batch = self._batch(await self._store.known((), (), {}), now)
        left_out += [task.matter for task in tasks if not batch.recount(task, self._rulebook.calendar)]
        await self._commit(batch, now)
        return len(tasks) == SWEEP, tasks[-1].matter if tasks else after

    def _now(self, commands: Sequence[Command]) -> datetime:
        """What time it is for a batch: in a replay, the time of its latest event."""
        if isinstance(self._clock, ReplayClock):
            return max((command.cause.at for command in commands), default=self._clock.now())
        return self._clock.now()

    def _batch(self, known: Known, now: datetime) -> Batch:
        now = max(now, self._lease.clock)
        return Batch(self._lease, known, self._store.told, self._rulebook, now, self._timelines)

    async def _commit(self, batch: Batch, now: datetime) -> None:
        changes = batch.changes()
        if changes is not None:
            lease = replace(batch.lease, clock=max(now, self._lease.clock))
            self._wake = await self._store.commit(lease, changes, self._expiry())
            self._wake_known = True
            self._lease = lease
            self._memory.committed(changes)
            self._outlet.offer(batch.rows)
        if isinstance(self._clock, ReplayClock):
            self._clock.advance(now)  # only now: clocks must not be driven past events that are not decided yet

    def _expiry(self) -> datetime:
        # Leases run on the machine's clock: a replay's own clock says nothing about whether its writer lives.
        return self._machine.now() + timedelta(seconds=LEASE_SECONDS)

    async def _until_stored(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Hold the work and try again while the database is away; raises LeaseLost when another writer took over."""
        attempt = 0
        while True:
            try:
                if attempt:
                    # Whether the last commit went through is unknown: begin again from what is stored.
                    self._lease = await self._store.refresh(self._lease)
                    # What went through all the same was neither handed to the relay nor counted for the next wake, and what was
                    # loaded while it was under way may lack it.
                    self._memory.forget()
                    self._wake_known = False
                    self._outlet.catch_up()
                return await work()
            except NotStored as error:
                pause = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                self._memory.forget()
                log.warning("tracker.not_stored", partition=self.partition, error=str(error), again_in_seconds=pause)
                attempt += 1
                await asyncio.sleep(pause)


def _commands(reads: Sequence[ReadPush]) -> list[Command]:
    return [read.command for read in reads if read.command is not None]
