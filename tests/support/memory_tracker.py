"""A tracker of one matter in memory: what it keeps is what the real one keeps in its tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain import fact as f
from shared.domain.alert import crossings
from shared.domain.command import Command
from shared.domain.decide import Refusal
from shared.domain.evolve import evolve_all
from shared.domain.history import absorb, comes_last, refold
from shared.domain.tally import Measure, TallyKey, tally_delta
from shared.domain.task import Task
from tests.support.sample import POLICIES, SHANGHAI


@dataclass
class MemoryTracker:
    """Ledger, task, tally, parked and rejected commands of one matter."""

    task: Task | None = None
    ledger: list[f.Entry] = field(default_factory=list)
    told: list[Command] = field(default_factory=list)
    waiting: list[Command] = field(default_factory=list)
    rejected: list[tuple[Command, Refusal]] = field(default_factory=list)
    tally: Counter[tuple[TallyKey, Measure]] = field(default_factory=Counter)

    def push(self, *commands: Command) -> "MemoryTracker":
        """Take commands in the order in which they arrive."""
        for command in commands:
            self._take(command)
        return self

    def sweep(self, before: datetime) -> "MemoryTracker":
        """Drive the clocks up to a watermark."""
        if self.task is not None:
            entries = crossings(self.task, before)
            self._write(entries, evolve_all(self.task, entries))
        return self

    def _take(self, command: Command) -> None:
        if comes_last(self.task, command, self.waiting):
            absorbed = absorb(self.task, command, self.waiting, POLICIES, SHANGHAI)
        else:
            absorbed = refold(self.task, command, self.told, self.waiting, POLICIES, SHANGHAI)
        applied = [done for done, _ in absorbed.steps]
        self._write((entry for _, entries in absorbed.steps for entry in entries), absorbed.task)
        self.told += applied
        self.waiting = [early for early in self.waiting if early not in applied]
        if absorbed.refusal is None:
            assert command in applied, "neither refused nor put on record"
        elif absorbed.refusal.early:
            self.waiting.append(command)
        else:
            self.rejected.append((command, absorbed.refusal))

    def _write(self, entries: Iterable[f.Entry], after: Task | None) -> None:
        self.ledger += entries
        for counted, change in tally_delta(self.task, after, SHANGHAI).items():
            self.tally[counted] += change
        self.task = after
