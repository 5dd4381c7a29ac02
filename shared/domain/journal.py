"""The journal: what each batch changes in the steps of tasks, with the instant at which it became known. Figures are its sums."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from shared.domain.task import Task
from shared.domain.timeline import Account, Step, timeline


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


def journal_lines(before: Task | None, after: Task | None, zone: tzinfo) -> list[Line]:
    """What changes in the journal when a task changes: its former steps are taken back, its new ones put in their place."""
    return list(changed_steps(timeline(before), timeline(after), zone))


def changed_steps(were: Iterable[Step], are: Iterable[Step], zone: tzinfo) -> Iterator[Line]:
    """The lines that lead from some steps to others, the earliest first."""
    counted: dict[Step, int] = {}
    for step in were:
        counted[step] = counted.get(step, 0) - 1
    for step in are:
        counted[step] = counted.get(step, 0) + 1
    merged: dict[tuple[datetime, datetime, Account, int], list[tuple[int, int]]] = {}
    for step, times in counted.items():
        if times:
            plus, minus = (step.plus, step.minus) if times > 0 else (step.minus, step.plus)
            pairs = merged.setdefault((step.at, step.received_at, step.account, step.minutes), [])
            pairs.extend([(plus, minus)] * abs(times))
    for (at, received_at, account, minutes), pairs in merged.items():
        received_on = received_at.astimezone(zone).date()
        for plus, minus in _netted(pairs):
            yield Line(at, received_on, account, plus, minus, minutes)


def _netted(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same changes in fewer lines: one that goes and one that comes at the same instant mostly differ in little."""
    plus, minus = 0, 0
    for more, less in pairs:
        if plus & more or minus & less:
            yield more, less
            continue
        plus, minus = plus | more, minus | less
    both = plus & minus
    if plus ^ both or minus ^ both:
        yield plus ^ both, minus ^ both
