"""`evolve(task, entry) -> task`: what the task is after a fact."""

from collections.abc import Iterable
from typing import assert_never

from shared.domain import fact as f
from shared.domain.clock import Alert, Clock, RungKind
from shared.domain.task import Closed, Ended, Extension, Handling, How, InReview, Pending, State, Suspended, Task
from shared.domain.value import replace


class BrokenHistory(Exception):
    """A fact about a task that was never registered: the ledger is damaged or was read in part."""


def evolve(task: Task | None, entry: f.Entry) -> Task:
    """The task after the entry; raises BrokenHistory for a fact that needs a task and has none."""
    fact = entry.fact
    if isinstance(fact, f.Corrected):
        return fact.task
    if isinstance(fact, f.Registered):
        return _registered(entry, fact)
    if task is None:
        raise BrokenHistory(f"{fact.kind} of {entry.matter} at {fact.at}: no such task")
    after = _applied(task, fact)
    if entry.cause is None:
        return after
    return replace(after, last=max(task.last, entry.cause.order))


def evolve_all(task: Task | None, entries: Iterable[f.Entry]) -> Task | None:
    """The task after several entries."""
    for entry in entries:
        task = evolve(task, entry)
    return task


def _registered(entry: f.Entry, fact: f.Registered) -> Task:
    if entry.cause is None:
        raise BrokenHistory(f"registered {entry.matter} without an event")
    # A flow without a sign clock is one in which nobody signs: the matter is in hand from the start.
    signs = any(clock.name == "sign" for clock in fact.clocks)
    state: State = Pending() if signs else Handling(fact.at)
    return Task(
        owner=entry.matter.owner,
        number=entry.matter.number,
        family=fact.family,
        title=fact.title,
        policy=fact.policy,
        policy_version=fact.policy_version,
        unit=fact.unit,
        co_units=fact.co_units,
        category=fact.category,
        received_at=fact.at,
        state=state,
        clocks=fact.clocks,
        sent_back=0,
        last=entry.cause.order,
    )


def _applied(task: Task, fact: f.AnyFact) -> Task:  # noqa: C901 - one short case for each fact; assert_never keeps it whole
    match fact:
        case f.Recorded():
            return task
        case f.Amended():
            return _amended(task, fact)
        case f.Signed():
            return replace(task, state=Handling(fact.at), clocks=_stopped(task, fact))
        case f.Submitted():
            return replace(task, state=InReview(fact.at))
        case f.SentBack():
            return replace(task, state=Handling(fact.at), sent_back=task.sent_back + 1)
        case f.Approved():
            closed = Closed(fact.at, fact.grade)
            return replace(task, state=closed, clocks=_stopped(task, fact), extension=None, return_asked_at=None)
        case f.Withdrawn():
            return _ended(task, fact, "withdrawn")
        case f.Transferred():
            clocks = _with(task.clocks, fact.clocks)
            return replace(task, state=Pending(), unit=fact.to_unit, clocks=clocks, return_asked_at=None)
        case f.ReturnRequested():
            return replace(task, return_asked_at=fact.at)
        case f.ReturnRefused():
            return replace(task, return_asked_at=None)
        case f.ReturnApproved():
            return replace(task, state=Pending(), unit=None, clocks=_stopped(task, fact), return_asked_at=None)
        case f.NotAccepted():
            return _ended(task, fact, "not_accepted")
        case f.Merged():
            return _ended(task, fact, "merged")
        case f.Excluded():
            return _ended(task, fact, "excluded")
        case f.Suspended():
            return replace(task, state=Suspended(fact.at, fact.ground, fact.stopped), clocks=_stopped(task, fact))
        case f.Resumed():
            return replace(task, state=Handling(fact.at), clocks=_with(task.clocks, fact.clocks))
        case f.ExtensionRequested():
            return replace(task, extension=Extension(fact.until, fact.at))
        case f.ExtensionGranted():
            clocks = _with(task.clocks, fact.clocks)
            return replace(task, extension=None, extensions=task.extensions + 1, clocks=clocks)
        case f.ExtensionRefused():
            return replace(task, extension=None)
        case f.NearDue() | f.Overdue():
            return replace(task, alerts=(*task.alerts, _alert(fact)))
        case f.AlertWithdrawn():
            return replace(task, alerts=_without(task.alerts, fact))
        case f.Registered() | f.Corrected():
            raise AssertionError("handled by evolve")
        case _:
            assert_never(fact)


def _amended(task: Task, fact: f.Amended) -> Task:
    return replace(
        task,
        title=task.title if fact.title is None else fact.title,
        unit=task.unit if fact.unit is None else fact.unit,
        co_units=task.co_units if fact.co_units is None else fact.co_units,
        category=task.category if fact.category is None else fact.category,
        clocks=_with(task.clocks, fact.clocks),
    )


_Stopping = f.Signed | f.ReturnApproved | f.Approved | f.Suspended | f.Withdrawn | f.NotAccepted | f.Merged | f.Excluded


def _ended(task: Task, fact: f.Withdrawn | f.NotAccepted | f.Merged | f.Excluded, how: How) -> Task:
    return replace(task, state=Ended(fact.at, how), clocks=_stopped(task, fact), extension=None, return_asked_at=None)


def _stopped(task: Task, fact: _Stopping) -> tuple[Clock, ...]:
    return tuple([clock.stopped(fact.at) if clock.name in fact.stopped else clock for clock in task.clocks])


def _with(clocks: tuple[Clock, ...], changed: tuple[Clock, ...]) -> tuple[Clock, ...]:
    by_name = {clock.name: clock for clock in changed}
    return tuple(by_name.get(clock.name, clock) for clock in clocks)


def _alert(fact: f.NearDue | f.Overdue) -> Alert:
    kind: RungKind = "near" if isinstance(fact, f.NearDue) else "overdue"
    return Alert(fact.clock, fact.version, fact.rung, kind, fact.at, fact.due)


def _without(alerts: tuple[Alert, ...], fact: f.AlertWithdrawn) -> tuple[Alert, ...]:
    gone = (fact.clock, fact.version, fact.rung)
    return tuple(alert for alert in alerts if (alert.clock, alert.version, alert.rung) != gone)
