"""A tracker of one matter in memory: what it keeps is what the real one keeps in its tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain import fact as f
from shared.domain.alert import alerts_of, carrying, crossings
from shared.domain.command import Command
from shared.domain.evolve import evolve_all
from shared.domain.history import absorb, comes_last, refold
from shared.domain.journal import Line, journal_lines
from shared.domain.policy import Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from tests.support.counting import Net, net
from tests.support.sample import RULEBOOK, SHANGHAI
from tests.support.scenario import the


@dataclass
class MemoryTracker:
    """Ledger, task, journal, parked and rejected commands of one matter."""

    task: Task | None = None
    ledger: list[f.Entry] = field(default_factory=list)
    told: list[Command] = field(default_factory=list)
    waiting: list[Command] = field(default_factory=list)
    rejected: list[tuple[Command, Refusal]] = field(default_factory=list)
    journal: list[Line] = field(default_factory=list)
    rulebook: Rulebook = RULEBOOK

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
            absorbed = absorb(self.task, command, self.waiting, self.rulebook)
        else:
            absorbed = refold(self.task, command, self.told, self.waiting, self.rulebook)
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
        self.journal += journal_lines(self.task, after, SHANGHAI)
        self.task = after


def in_order(commands: Iterable[Command]) -> list[Command]:
    """The commands in the order of their matter."""
    return sorted(commands, key=lambda command: command.cause.order)


def tracked(arrived: Sequence[Command | datetime]) -> MemoryTracker:
    """A tracker that was told commands and watermarks as they arrived."""
    tracker = MemoryTracker()
    for item in arrived:
        if isinstance(item, datetime):
            tracker.sweep(item)
        else:
            tracker.push(item)
    return tracker


def journalled(tracker: MemoryTracker) -> Net:
    """What the journal adds up to."""
    return net(tracker.journal)


def holding(task: Task | None) -> Task:
    """The task with its alerts in the order of their instants, not in that in which they were told."""
    return carrying(the(task), sorted(alerts_of(the(task)), key=lambda one: (one.at, one.clock, one.version, one.rung)))


def assert_alerts_are_raised_once(ledger: Iterable[f.Entry]) -> dict[tuple[str, int, str], bool]:
    """Which alerts of the ledger hold, by clock, version and rung, each raised and withdrawn in turn."""
    held: dict[tuple[str, int, str], bool] = {}
    for fact in (entry.fact for entry in ledger):
        if isinstance(fact, (f.NearDue, f.Overdue)):
            key = (fact.clock, fact.version, fact.rung)
            assert not held.get(key), f"raised twice: {fact}"
            held[key] = True
        elif isinstance(fact, f.AlertWithdrawn):
            key = (fact.clock, fact.version, fact.rung)
            assert held.get(key), f"withdrawn without being raised: {fact}"
            held[key] = False
    return held
