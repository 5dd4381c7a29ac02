"""What the services need from a store, in terms of the domain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.domain.fact import Entry
from shared.domain.journal import Journal
from shared.domain.matter import Family, Matter
from shared.domain.task import Task
from shared.domain.value import value


class NotStored(Exception):
    """The store did not answer or refused for the moment: nothing was written, or it is unknown whether it was. Try again."""


class LeaseLost(Exception):
    """Another writer has taken the partition: nothing of the batch was written."""


class PartitionTaken(Exception):
    """Another writer holds the partition and its lease has not run out."""


@value
class Lease:
    """The right to write one partition. `epoch` grows with each writer; a stale one cannot commit."""

    partition: int
    epoch: int
    position: int
    head: bytes
    clock: datetime
    """The greatest instant that the partition's clocks have been driven to."""
    calendar: str = ""
    """Version of the calendar that the partition's clocks were last counted on."""


class EventId(NamedTuple):
    """(source, id): identifies an event for ever."""

    source: str
    id: str


@value
class LedgerRow:
    """One row of the ledger: a fact as published, the event behind it as pushed, and the hash that chains it."""

    partition: int
    position: int
    recorded_at: datetime
    entry: Entry
    family: Family
    unit: str
    event: bytes | None
    body: bytes
    hash: bytes
    part_of: str | None = None
    """Number of the task that this one is a part of."""


@value
class ParkedEvent:
    """An event that came early, kept as pushed until its matter changes or `expires_at` passes."""

    event: EventId
    matter: Matter
    raw: bytes
    path: str
    message: str
    parked_at: datetime
    expires_at: datetime


@value
class RejectedPush:
    """Bytes that were not taken. (subject, digest) identifies them, so a repeated push is counted, not listed again."""

    subject: str
    digest: str
    sender: str
    event_id: str | None
    reasons: tuple[tuple[str, str], ...]
    raw: bytes
    first_at: datetime
    last_at: datetime
    times: int


@value
class Known:
    """What the store knows of a batch: tasks by matter, events already taken, events parked for these matters."""

    tasks: dict[Matter, Task]
    taken: dict[EventId, tuple[bytes, int, int]]
    """Accepted events: bytes as pushed, partition and position."""
    parked: dict[EventId, ParkedEvent]


@value
class Changes:
    """All that one batch changes; it is written in one transaction or not at all."""

    rows: Sequence[LedgerRow]
    tasks: Sequence[Task]
    journal: Journal
    """What the batch changes in the counts; it became known with its rows."""
    parked: Sequence[ParkedEvent]
    unparked: Collection[EventId]
    rejected: Sequence[RejectedPush]
    shortened: Collection[Matter] = ()
    """Matters that have fewer episodes than before."""


class TrackerStore(Protocol):
    """The writer's side: one tracker writes one partition, in batches. Every method may raise NotStored."""

    async def acquire(self, partition: int, holder: str, now: datetime, until: datetime) -> Lease:
        """Take the partition; raises PartitionTaken while another holder's lease runs."""
        ...

    async def refresh(self, lease: Lease) -> Lease:
        """The lease as stored, after a commit of unknown outcome; raises LeaseLost."""
        ...

    async def renew(self, lease: Lease, until: datetime) -> None:
        """Keep the partition while there is nothing to write; raises LeaseLost."""
        ...

    async def known(self, matters: Collection[Matter], events: Collection[EventId], at_hand: Mapping[Matter, Task]) -> Known:
        """Load what a batch touches; tasks at hand are taken as they are."""
        ...

    async def told(self, matter: Matter) -> list[bytes]:
        """All accepted events of a matter, as pushed, in the order of the ledger."""
        ...

    async def waking(self, partition: int, before: datetime, limit: int) -> list[Task]:
        """Tasks with a clock that crosses a rung before the instant, the earliest first."""
        ...

    async def open_tasks(self, partition: int, after: Matter | None, limit: int) -> list[Task]:
        """Tasks with a running clock that come after a matter, in the order of owner and number."""
        ...

    async def expired(self, partition: int, before: datetime, limit: int) -> list[ParkedEvent]:
        """Parked events whose time is up."""
        ...

    async def next_wake(self, partition: int) -> datetime | None:
        """The earliest instant at which a clock of the partition crosses a rung or a parked event expires."""
        ...

    async def commit(self, lease: Lease, changes: Changes, until: datetime) -> datetime | None:
        """Write a batch under the lease, whose position, head and clock are those after the batch, and say what `next_wake` is
        then. Raises LeaseLost.
        """
        ...

    async def published_from(self, partition: int, after: int, limit: int) -> list[LedgerRow]:
        """Ledger rows after a position, for the relay."""
        ...


@value
class AlertRecord:
    """One alert: raised once for (task, clock, due-version, rung)."""

    matter: Matter
    clock: str
    version: int
    rung: str
    kind: str
    at: datetime
    due: datetime
    withdrawn_at: datetime | None


@value
class OverdueTask:
    """An open task past its due."""

    matter: Matter
    family: Family
    title: str
    unit: str
    due: datetime


@value
class StoredRow:
    """A ledger row as it lies in the database, columns and bytes apart, for verification."""

    partition: int
    position: int
    recorded_at: int
    """Microseconds since 1970 in UTC, as stored."""
    owner: str
    number: str
    kind: str
    event_source: str | None
    event_id: str | None
    event: bytes | None
    body: bytes
    hash: bytes
