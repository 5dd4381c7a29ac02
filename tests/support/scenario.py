"""`given(commands).when(command).then(facts)`: the sentence in which the tests of the core are written."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain import fact as f
from shared.domain.alert import crossings
from shared.domain.clock import Clock, ClockName
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.policy import Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from tests.support.sample import RULEBOOK


def the(task: Task | None) -> Task:
    """The task, which must exist."""
    assert task is not None
    return task


def finish_of(task: Task | None) -> Clock:
    """The finish clock, which every task has."""
    clock = the(task).clock(ClockName.FINISH)
    assert clock is not None
    return clock


def sign_of(task: Task | None) -> Clock:
    """The sign clock of a task of the standard flow."""
    clock = the(task).clock(ClockName.SIGN)
    assert clock is not None
    return clock


@dataclass(frozen=True)
class Outcome:
    """What a command led to: entries and the task after them, or a refusal."""

    decided: f.Entries | Refusal
    task: Task | None

    @property
    def entries(self) -> f.Entries:
        assert not isinstance(self.decided, Refusal), self.decided
        return self.decided

    @property
    def kinds(self) -> list[str]:
        """The kinds of the facts in order."""
        return [entry.fact.kind for entry in self.entries]

    def then(self, *kinds: str) -> "Outcome":
        assert self.kinds == list(kinds)
        return self

    def leads_to(self, place: str) -> "Outcome":
        assert the(self.task).state.place == place
        return self

    def refused(self, path: str, *, early: bool, saying: str) -> None:
        assert isinstance(self.decided, Refusal), self.decided
        assert (self.decided.path, self.decided.early) == (path, early)
        assert saying in self.decided.message


@dataclass(frozen=True)
class Given:
    """A task as its history left it."""

    task: Task | None
    rulebook: Rulebook

    def swept(self, before: datetime) -> "Given":
        """The same after the clocks were driven up to an instant."""
        task = the(self.task)
        return Given(evolve_all(task, crossings(task, before)), self.rulebook)

    def when(self, command: Command) -> Outcome:
        decided = decide(self.task, command, self.rulebook)
        if isinstance(decided, Refusal):
            return Outcome(decided, self.task)
        return Outcome(decided, evolve_all(self.task, decided))


def given(*commands: Command, rulebook: Rulebook = RULEBOOK) -> Given:
    """The task that these commands make; each must be legal in its turn."""
    now = Given(None, rulebook)
    for command in commands:
        outcome = now.when(command)
        assert outcome.entries
        now = Given(outcome.task, rulebook)
    return now
