"""A matter's history: its events in the order of their own times, whatever order they arrived in.

Any order of arrival ends in the same task: an event that comes last in the matter's order is decided at once; one that was told
late, or that lets a parked one become legal, makes the history be folded again from its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shared.domain import fact as f
from shared.domain.alert import alerts_of, carrying, corrections
from shared.domain.command import AcknowledgeAlerts, Command, SplitTask, UrgeTask
from shared.domain.decide import decide, unloaded
from shared.domain.evolve import evolve_all
from shared.domain.matter import Order
from shared.domain.policy import Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.value import value

Step = tuple[Command, f.Entries]
"""A command that was applied, with its facts."""

_ONLY_SAID: Final = (AcknowledgeAlerts, UrgeTask)
"""What changes nothing of a task and is acted on elsewhere: told late, too, it is on record by its own fact."""


@dataclass
class Folded:
    """A task with the commands that made it, and those that wait to become legal with the refusal each got in its place."""

    task: Task | None
    steps: list[Step] = field(default_factory=list)
    waiting: list[Command] = field(default_factory=list)
    refusals: dict[Command, Refusal] = field(default_factory=dict)

    def take(self, command: Command, rulebook: Rulebook) -> None:
        """Apply a command that comes after all others, then whatever waited for it."""
        if not self._apply(command, rulebook):
            self.waiting.append(command)
            return
        retry = True
        while retry:
            retry = any(self._retried(early, rulebook) for early in sorted(self.waiting, key=_order))

    def _retried(self, command: Command, rulebook: Rulebook) -> bool:
        if not self._apply(command, rulebook):
            return False
        self.waiting.remove(command)
        del self.refusals[command]
        return True

    def _apply(self, command: Command, rulebook: Rulebook) -> bool:
        decided = decide(self.task, command, rulebook)
        if isinstance(decided, Refusal):
            # The refusal that counts is that of its own place in the order, not that of a later try.
            self.refusals.setdefault(command, decided)
            return False
        self.task = evolve_all(self.task, decided)
        self.steps.append((command, decided))
        return True


def fold(commands: Sequence[Command], rulebook: Rulebook) -> Folded:
    """The history of one matter from its start, in the order of its events' times."""
    folded = Folded(None)
    for command in sorted(commands, key=_order):
        folded.take(command, rulebook)
    return folded


@value
class Absorbed:
    """What a command changes: facts by the command that caused them, and its refusal if it was not applied."""

    task: Task | None
    steps: tuple[Step, ...]
    refusal: Refusal | None


def comes_last(task: Task | None, command: Command, waiting: Sequence[Command]) -> bool:
    """Whether the command can be decided on the task as it stands, without folding the history again."""
    if task is not None and (task.displaced or command.cause.order < task.last):
        return False
    return all(early.cause.order < command.cause.order for early in waiting)


def absorb(task: Task | None, command: Command, waiting: Sequence[Command], rulebook: Rulebook) -> Absorbed:
    """Take a command that comes last in its matter's order."""
    if not waiting:  # nearly always; the rest is ten times as slow
        decided = decide(task, command, rulebook)
        if isinstance(decided, Refusal):
            return Absorbed(task, (), decided)
        return Absorbed(evolve_all(task, decided), ((command, decided),), None)
    folded = Folded(task, waiting=list(waiting))
    folded.refusals = {early: Refusal("", "", early=True) for early in waiting}
    folded.take(command, rulebook)
    return Absorbed(folded.task, tuple(folded.steps), folded.refusals.get(command))


def refold(
    task: Task | None, command: Command, told: Sequence[Command], waiting: Sequence[Command], rulebook: Rulebook
) -> Absorbed:
    """Take a command that was told late: fold all that was told again, and say by facts what that changes."""
    if task is not None and task.policy not in rulebook.policies:
        return Absorbed(task, (), unloaded(task))
    before = fold((*told, *waiting), rulebook)
    after = fold((*told, *waiting, command), rulebook)
    refusal = after.refusals.get(command)
    kept, applied = [done for done, _ in before.steps], [done for done, _ in after.steps]
    added = applied[len(kept) :]
    # An event has one row in the ledger: one that was told, displaced and comes into force again is told by the whole task.
    if applied[: len(kept)] == kept and not any(done in told for done in added):
        return _continued(task, added, refusal, rulebook)
    freed = [step for step in after.steps if step[0] in waiting]
    others = [done for done in applied if done != command]
    if isinstance(command, _ONLY_SAID) and others == kept and after.task == before.task and not freed:
        said = tuple([_own(step) for step in after.steps if step[0] == command])
        return Absorbed(evolve_all(task, said), ((command, said),), None)
    assert task is not None, "what was told before made a task"
    assert after.task is not None, "a history that changed has a task"
    now = replace(after.task, displaced=any(done not in applied for done in told))
    steps = _corrected(task, command, now, freed)
    return Absorbed(evolve_all(task, [entry for _, entries in steps for entry in entries]), steps, refusal)


def _continued(task: Task | None, commands: Sequence[Command], refusal: Refusal | None, rulebook: Rulebook) -> Absorbed:
    steps: list[Step] = []
    for command in commands:
        decided = decide(task, command, rulebook)
        assert not isinstance(decided, Refusal), "the fold has just applied it"
        task = evolve_all(task, decided)
        steps.append((command, decided))
    return Absorbed(task, tuple(steps), refusal)


def _corrected(task: Task, command: Command, after: Task, freed: Sequence[Step]) -> tuple[Step, ...]:
    """One fact with the whole task, caused by the late event; parked events that it made legal are put on record beside it."""
    at = command.cause.at
    entry = f.Entry(command.matter, command.cause, f.Corrected(at, carrying(after, alerts_of(task))))
    alerts = corrections(task, after, at)
    whole = evolve_all(task, (entry, *alerts))
    assert whole is not None
    return ((command, (entry, *alerts)), *((step[0], (_freed(step, whole),)) for step in freed))


def _freed(step: Step, whole: Task) -> f.Entry:
    command, _ = step
    if isinstance(command, _ONLY_SAID):
        return _own(step)
    # What follows from a split for other tasks is read from its fact: it says all that a split does.
    fact: f.AnyFact = f.Recorded(command.cause.at, command.cause.word)
    if isinstance(command, SplitTask):
        fact = f.Corrected(command.cause.at, whole)
    return f.Entry(command.matter, command.cause, fact)


def _own(step: Step) -> f.Entry:
    """The fact that the command itself is, without the alerts around it."""
    command, entries = step
    return next(entry for entry in entries if entry.cause == command.cause)


def _order(command: Command) -> Order:
    return command.cause.order
