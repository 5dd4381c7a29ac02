"""Commands decided in memory into what one batch writes, as a tracker hands it to its store."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from shared.codec.facts import Place, chain, encode_fact
from shared.domain.alert import crossings
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.fact import Entry
from shared.domain.journal import Line, journal_lines
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.ports import Changes, EventId, Lease, LedgerRow, ParkedEvent, RejectedPush
from tests.support import sample

_C = TypeVar("_C", bound=Command)

NOTHING: Final = Changes(rows=(), tasks=(), journal=(), parked=(), unparked=(), rejected=())


def about(matter: Matter, command: _C) -> _C:
    """The same command about another matter, under an id of its own."""
    cause = replace(command.cause, id=f"{command.cause.id}-{matter.owner}-{matter.number}")
    return replace(command, matter=matter, cause=cause)


@dataclass
class Draft:
    """What a batch adds under a lease to the tasks that were there before."""

    lease: Lease
    tasks: dict[Matter, Task] = field(default_factory=dict)
    rows: list[LedgerRow] = field(default_factory=list)
    _before: dict[Matter, Task | None] = field(default_factory=dict)

    def take(self, *commands: Command, now: datetime = sample.START) -> "Draft":
        """Decide commands one after another; each must be legal in its turn. The bytes pushed are the event's id."""
        for command in commands:
            entries = decide(self.tasks.get(command.matter), command, sample.RULEBOOK)
            assert isinstance(entries, tuple), entries
            self.write(command.matter, entries, now)
        return self

    def sweep(self, matter: Matter, before: datetime) -> "Draft":
        """Drive the clocks of a matter up to an instant."""
        self.write(matter, crossings(self.tasks[matter], before), before)
        return self

    def write(self, matter: Matter, entries: Sequence[Entry], now: datetime) -> None:
        """Put entries of a matter on record."""
        self._before.setdefault(matter, self.tasks.get(matter))
        after = evolve_all(self.tasks.get(matter), entries)
        assert after is not None
        self.tasks[matter] = after
        for entry in entries:
            self._append(entry, after, now)

    def _append(self, entry: Entry, after: Task, now: datetime) -> None:
        position = self.lease.position + 1
        event = entry.cause.id.encode() if entry.cause else None
        body = encode_fact(entry, Place(self.lease.partition, position, now), after.family, after.part_of)
        head = chain(self.lease.head, body, event)
        unit, part_of = after.unit or "", after.part_of
        self.rows.append(LedgerRow(self.lease.partition, position, now, entry, after.family, unit, event, body, head, part_of))
        self.lease = replace(self.lease, position=position, head=head)

    def changes(
        self,
        *,
        parked: Sequence[ParkedEvent] = (),
        unparked: Collection[EventId] = (),
        rejected: Sequence[RejectedPush] = (),
    ) -> Changes:
        """All that the batch changes."""
        journal: list[Line] = []
        for matter, before in self._before.items():
            journal += journal_lines(before, self.tasks[matter], sample.SHANGHAI)
        tasks = [self.tasks[matter] for matter in self._before]
        shortened = {one.matter for one in tasks if (was := self._before[one.matter]) is not None and one.episode < was.episode}
        return Changes(self.rows, tasks, journal, parked, unparked, rejected, shortened)

    def next(self) -> "Draft":
        """The batch after this one."""
        return Draft(self.lease, self.tasks)
