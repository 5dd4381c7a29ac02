"""The journal: what each batch changes in the steps of tasks, with the instant at which it became known. Figures are its sums."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.domain.timeline import Account, Step, timeline
from shared.domain.value import replace


class Line(NamedTuple):
    """From `at` on an account has one more of each measure in `plus` and one less of each in `minus`."""

    at: datetime
    received_on: date
    """The local day on which the task was received: its cohort."""
    account: Account
    plus: int
    minus: int
    minutes: int
    """Working minutes from receipt to closing, where it is closed or no longer closed; else 0."""


Journal = Sequence[Line]


class Timelines:
    """The timelines of the tasks that were looked at last: what a task is after one batch it is before the next."""

    def __init__(self, most: int = 4000) -> None:
        self._most = most
        self._kept: OrderedDict[Matter, tuple[Task, list[Step]]] = OrderedDict()

    def lines(self, before: Task | None, after: Task | None, zone: tzinfo) -> list[Line]:
        """As `journal_lines`."""
        if before is not None and after is not None and replace(before, alerts=after.alerts) == after:
            return []  # its clocks say when it becomes overdue, whether or not that was told yet
        were, are = self._of(before), timeline(after)
        if after is not None:
            self._kept[after.matter] = (after, are)
            self._kept.move_to_end(after.matter)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return list(changed_steps(were, are, zone))

    def _of(self, task: Task | None) -> list[Step]:
        if task is None:
            return []
        kept = self._kept.get(task.matter)
        return kept[1] if kept is not None and kept[0] is task else timeline(task)


def journal_lines(before: Task | None, after: Task | None, zone: tzinfo) -> list[Line]:
    """What changes in the journal when a task changes: its former steps are taken back, its new ones put in their place."""
    return list(changed_steps(timeline(before), timeline(after), zone))


def changed_steps(were: Sequence[Step], are: Sequence[Step], zone: tzinfo) -> Iterator[Line]:
    """The lines that lead from some steps to others."""
    gone, come = list(were), list[Step]()
    for step in are:
        if step in gone:
            gone.remove(step)
        else:
            come.append(step)
    merged: list[Line] = []
    for step in gone:
        _enter(merged, step, step.minus, step.plus, zone)
    for step in come:
        _enter(merged, step, step.plus, step.minus, zone)
    return (line for line in merged if line.plus or line.minus)


def _enter(lines: list[Line], step: Step, plus: int, minus: int, zone: tzinfo) -> None:
    """Add a change to the lines: what goes and what comes at the same instant mostly differ in little, and are one line."""
    received_on = step.received_at.astimezone(zone).date()
    for nth, line in enumerate(lines):
        same = line.at == step.at and line.received_on == received_on and line.minutes == step.minutes
        if same and line.account == step.account and not (line.plus & plus or line.minus & minus):
            more, less = line.plus | plus, line.minus | minus
            both = more & less
            lines[nth] = line._replace(plus=more ^ both, minus=less ^ both)
            return
    lines.append(Line(step.at, received_on, step.account, plus, minus, step.minutes))
