"""One batch: pushes are decided one by one in memory; what they change is collected for one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from contracts import subjects
from contracts.receipt import Outcome, Reason
from shared.codec.events import Undecodable, decode_event, decode_known, digest, same_content
from shared.codec.facts import Place, chain, encode_fact
from shared.codec.receipts import Answer
from shared.domain.alert import crossings
from shared.domain.calendar import Calendar
from shared.domain.command import Command
from shared.domain.decide import is_overdue_at_once
from shared.domain.evolve import evolve_all
from shared.domain.fact import Entries
from shared.domain.history import Absorbed, absorb, comes_last, refold
from shared.domain.journal import Line, Timelines
from shared.domain.matter import Matter
from shared.domain.policy import DEFAULT_POLICY, Rulebook
from shared.domain.recount import recounted
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.value import replace, value
from shared.ports import Changes, EventId, Known, Lease, LedgerRow, ParkedEvent, RejectedPush

AHEAD: Final = timedelta(minutes=5)
"""How far a sender's clock may run ahead of ours; an event from further in the future waits for its time."""

Told = Callable[[Matter], Awaitable[list[bytes]]]


@value
class Push:
    """A message as DUBAN_IN stored it."""

    subject: str
    raw: bytes


@value
class ReadPush:
    """A push with what its subject and its bytes say."""

    push: Push
    at: subjects.Inbound
    event: Command | Undecodable

    @property
    def command(self) -> Command | None:
        """The command, if the bytes are an event of ours."""
        return None if isinstance(self.event, Undecodable) else self.event


def read_push(push: Push) -> ReadPush:
    """Decode one message; what is wrong with it stays its own affair."""
    at = subjects.parse_partitioned(push.subject)
    if not subjects.is_our_spelling(push.subject, at):
        # Another spelling of the same number could lie in another partition, apart from its matter.
        why = f"the NATS subject is spelled in another way than ours; publish on {subjects.inbound(at)}"
        return ReadPush(push, at, Undecodable(None, (Reason(path="$", message=why),)))
    return ReadPush(push, at, decode_event(push.raw, at))


class Batch:
    """Decides pushes and clock crossings one after another on the state they touch."""

    def __init__(
        self, lease: Lease, known: Known, told: Told, rulebook: Rulebook, now: datetime, timelines: Timelines | None = None
    ) -> None:
        self._lease = lease
        self._partition = lease.partition
        self._position = lease.position
        self._head = lease.head
        self._known = known
        self._told_before = told
        self._rulebook = rulebook
        self._timelines = timelines or Timelines()
        self._now = now
        self._rows: list[LedgerRow] = []
        self._before: dict[Matter, Task | None] = {}
        self._told_here: dict[Matter, list[bytes]] = {}
        self._parked_here: dict[EventId, ParkedEvent] = {}
        self._unparked: set[EventId] = set()
        self._rejected: dict[tuple[str, str], RejectedPush] = {}

    @property
    def lease(self) -> Lease:
        """The lease with position and head after this batch."""
        return replace(self._lease, position=self._position, head=self._head)

    @property
    def rows(self) -> Sequence[LedgerRow]:
        """The ledger rows that this batch adds."""
        return self._rows

    def changes(self) -> Changes | None:
        """Everything that the batch changes; None when it changes nothing."""
        if not (self._rows or self._parked_here or self._unparked or self._rejected):
            return None
        journal: list[Line] = []
        for matter, before in self._before.items():
            journal += self._timelines.lines(before, self._known.tasks.get(matter), self._rulebook.zone)
        return Changes(
            rows=self._rows,
            tasks=[self._known.tasks[matter] for matter in self._before if matter in self._known.tasks],
            journal=journal,
            parked=list(self._parked_here.values()),
            unparked=self._unparked,
            rejected=list(self._rejected.values()),
            shortened={matter for matter, before in self._before.items() if before and self._has_fewer_episodes(before)},
        )

    def _has_fewer_episodes(self, before: Task) -> bool:
        after = self._known.tasks.get(before.matter)
        return after is not None and after.episode < before.episode

    async def take(self, read: ReadPush) -> Answer:
        """Decide one push; the receipt is to be sent after the commit."""
        if isinstance(read.event, Undecodable):
            return self._reject(read, read.event.id, read.event.reasons)
        command = read.event
        repeated = self._repeated(read, command)
        if repeated is not None:
            return repeated
        if command.cause.at > self._now + AHEAD:
            why = Refusal("$.time", f"lies in the future ({command.cause.at.isoformat()}); kept until then", early=True)
            return self._park(read, command, why, until=command.cause.at)
        absorbed = await self._absorb(command)
        if absorbed.refusal is not None and not absorbed.refusal.early:
            return self._reject(read, command.cause.id, (_reason(absorbed.refusal),))
        self._write(absorbed, command, read.push.raw)
        if absorbed.refusal is not None:
            return self._park(read, command, absorbed.refusal, until=self._now + self._park_for(command))
        return self._accept(read, command)

    async def take_expired(self, parked: ParkedEvent) -> Answer | None:
        """Try a parked event a last time: its time has come, or it is refused for good. None when it was taken meanwhile."""
        if self._known.parked.pop(parked.event, None) is None:
            return None
        self._unparked.add(parked.event)
        read = _read_parked(parked, self._lease.partition)
        command = read.command
        assert command is not None, "it was decoded when it was parked"
        absorbed = await self._absorb(command)
        if absorbed.refusal is not None:
            reason = Reason(path=absorbed.refusal.path, message=f"{absorbed.refusal.message} (waited since {parked.parked_at})")
            return self._reject(read, parked.event.id, (reason,))
        self._write(absorbed, command, parked.raw)
        return self._accept(read, command)

    def recount(self, task: Task, calendar: Calendar) -> bool:
        """Count the clocks of a task on another calendar from now on; False where its policy is not loaded."""
        current = self._known.tasks.get(task.matter, task)
        self._known.tasks.setdefault(task.matter, task)
        policy = self._rulebook.policy_of(current)
        entries = recounted(current, policy, calendar, self._now)
        if entries:
            self._append(entries, evolve_all(current, entries), None)
        return policy is not None

    def cross(self, task: Task, before: datetime) -> None:
        """Raise the alerts of the rungs that a task's clocks crossed before the instant."""
        current = self._known.tasks.get(task.matter, task)
        self._known.tasks.setdefault(task.matter, task)
        entries = crossings(current, before)
        if entries:
            self._append(entries, evolve_all(current, entries), None)

    def _repeated(self, read: ReadPush, command: Command) -> Answer | None:
        event = _event_id(command)
        taken = self._known.taken.get(event)
        waiting = self._known.parked.get(event)
        first = taken[0] if taken else waiting.raw if waiting else None
        if first is None:
            return None
        if not same_content(first, read.push.raw):
            why = f"the id {event.id!r} of {event.source!r} was used before for an event with other content"
            return self._reject(read, event.id, (Reason(path="$.id", message=why),))
        if taken:
            return self._receipt(read, event.id, "duplicate", position=taken[1:])
        assert waiting is not None
        why = f"still parked: {waiting.message}"
        return self._receipt(read, event.id, "duplicate", reasons=(Reason(path=waiting.path, message=why),))

    async def _absorb(self, command: Command) -> Absorbed:
        task = self._known.tasks.get(command.matter)
        waiting = [early for early in map(_command_of, self._waiting(command.matter)) if early.cause.at <= self._now + AHEAD]
        if comes_last(task, command, waiting):
            return absorb(task, command, waiting, self._rulebook)
        told = [] if task is None else await self._told(command.matter)
        return refold(task, command, told, waiting, self._rulebook)

    def _waiting(self, matter: Matter) -> list[ParkedEvent]:
        return [parked for parked in self._known.parked.values() if parked.matter == matter] if self._known.parked else []

    async def _told(self, matter: Matter) -> list[Command]:
        return [decode_known(raw) for raw in (*await self._told_before(matter), *self._told_here.get(matter, ()))]

    def _write(self, absorbed: Absorbed, command: Command, raw: bytes) -> None:
        for done, entries in absorbed.steps:
            event = _event_id(done)
            if done is not command:
                parked = self._known.parked.pop(event)
                self._parked_here.pop(event, None)
                self._unparked.add(event)
            self._append(entries, absorbed.task, raw if done is command else parked.raw)

    def _append(self, entries: Entries, after: Task | None, raw: bytes | None) -> None:
        """Put facts in the ledger; `after` is the task once all of its facts are told."""
        assert after is not None, "a task that has facts is there"
        self._before.setdefault(after.matter, self._known.tasks.get(after.matter))
        self._known.tasks[after.matter] = after
        for entry in entries:
            self._position += 1
            event = raw if entry.cause is not None else None
            body = encode_fact(entry, Place(self._partition, self._position, self._now), after.family, after.part_of)
            self._head = chain(self._head, body, event)
            self._rows.append(
                LedgerRow(
                    partition=self._partition,
                    position=self._position,
                    recorded_at=self._now,
                    entry=entry,
                    family=after.family,
                    unit=after.unit or "",
                    event=event,
                    body=body,
                    hash=self._head,
                    part_of=after.part_of,
                )
            )
            if entry.cause is not None and raw is not None:
                self._known.taken[EventId(entry.cause.source, entry.cause.id)] = (raw, self._partition, self._position)
                self._told_here.setdefault(after.matter, []).append(raw)

    def _accept(self, read: ReadPush, command: Command) -> Answer:
        _, partition, position = self._known.taken[_event_id(command)]
        late = is_overdue_at_once(command, self._rulebook.zone)
        warnings = (Reason(path="$.data.due", message="lies before the event's own time: overdue at once"),) if late else ()
        return self._receipt(read, command.cause.id, "accepted", position=(partition, position), warnings=warnings)

    def _park(self, read: ReadPush, command: Command, why: Refusal, until: datetime) -> Answer:
        event = _event_id(command)
        parked = ParkedEvent(event, command.matter, read.push.raw, why.path, why.message, self._now, until)
        self._parked_here[event] = parked
        self._known.parked[event] = parked
        return self._receipt(read, event.id, "parked", reasons=(_reason(why),))

    def _park_for(self, command: Command) -> timedelta:
        task = self._known.tasks.get(command.matter)
        policy = self._rulebook.policy_of(task) if task else None
        return (policy or self._rulebook.policies[DEFAULT_POLICY]).park_for

    def _reject(self, read: ReadPush, event_id: str | None, reasons: tuple[Reason, ...]) -> Answer:
        key = (read.push.subject, digest(read.push.raw))
        before = self._rejected.get(key)
        self._rejected[key] = RejectedPush(
            subject=read.push.subject,
            digest=key[1],
            sender=read.at.sender,
            event_id=event_id,
            reasons=tuple((reason.path, reason.message) for reason in reasons),
            raw=read.push.raw,
            first_at=self._now,
            last_at=self._now,
            times=before.times + 1 if before else 1,
        )
        return self._receipt(read, event_id, "rejected", reasons=reasons)

    def _receipt(
        self,
        read: ReadPush,
        event_id: str | None,
        outcome: Outcome,
        *,
        reasons: tuple[Reason, ...] = (),
        warnings: tuple[Reason, ...] = (),
        position: tuple[int, int] | tuple[None, None] = (None, None),
    ) -> Answer:
        return Answer(
            id=event_id,
            source=read.at.sender,
            subject=read.at.number,
            digest=digest(read.push.raw),
            outcome=outcome,
            reasons=reasons,
            warnings=warnings,
            partition=position[0],
            position=position[1],
            recorded_at=self._now,
        )


def _event_id(command: Command) -> EventId:
    return EventId(command.cause.source, command.cause.id)


def _command_of(parked: ParkedEvent) -> Command:
    return decode_known(parked.raw)


def _read_parked(parked: ParkedEvent, partition: int) -> ReadPush:
    command = decode_known(parked.raw)
    _, family, what, _ = command.cause.type.split(".")
    at = subjects.Inbound(command.cause.source, parked.matter.owner, parked.matter.number, family, what)
    subject = subjects.partitioned(partition, at)
    return ReadPush(Push(subject, parked.raw), at, command)


def _reason(refusal: Refusal) -> Reason:
    return Reason(path=refusal.path, message=refusal.message)
