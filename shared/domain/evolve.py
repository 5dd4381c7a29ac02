"""`evolve(task, entry) -> task`: what the task is after a fact."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from shared.domain import fact as f
from shared.domain.clock import Alert, Clock, ClockName, RungKind
from shared.domain.task import (
    Archived,
    Closed,
    Ended,
    Evaluation,
    Extension,
    Given,
    Handling,
    How,
    InReview,
    Mark,
    Marked,
    Part,
    Pending,
    State,
    Suspended,
    Task,
    UnitDone,
)
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
    apply = _APPLY[type(fact)]
    changes = {} if apply is None else apply(task, fact)
    if entry.cause is not None and entry.cause.order > task.last:
        changes["last"] = entry.cause.order
    return replace(task, **changes) if changes else task


def evolve_all(task: Task | None, entries: Iterable[f.Entry]) -> Task | None:
    """The task after several entries."""
    for entry in entries:
        task = evolve(task, entry)
    return task


def _registered(entry: f.Entry, fact: f.Registered) -> Task:
    if entry.cause is None:
        raise BrokenHistory(f"registered {entry.matter} without an event")
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
        state=Pending() if fact.signs else Handling(fact.at),
        clocks=fact.clocks,
        sent_back=0,
        last=entry.cause.order,
        priority=fact.priority,
        starred=fact.starred,
        batch=fact.batch,
        weight=fact.weight,
        enterprise=fact.enterprise,
        closing=fact.closing,
        part_of=fact.part_of,
        repeat_of=fact.repeat_of,
        given=(Given(fact.unit, fact.at),),
    )


Changes = dict[str, Any]
"""Fields of a task that a fact changes."""


def _amended(task: Task, fact: f.Amended) -> Changes:
    said = {"title": fact.title, "unit": fact.unit, "co_units": fact.co_units, "category": fact.category}
    changes: Changes = {field: new for field, new in (said | {"priority": fact.priority}).items() if new is not None}
    if fact.unit is not None and fact.unit != task.unit:
        changes |= {"given": _given(task, fact.unit, fact), "handler": None}
    return changes | {"clocks": _with(task.clocks, fact.clocks)}


def _given(task: Task, unit: str | None, fact: f.Fact) -> tuple[Given, ...]:
    """The units that had it, one more; an event that waited for another is applied after it."""
    return (*task.given, Given(unit, max(fact.at, task.given[-1].at)))


def _marked(task: Task, what: Marked, fact: f.Fact) -> tuple[Mark, ...]:
    """The marks with the first of its kind."""
    if any(mark.what == what for mark in task.marks):
        return task.marks
    return (*task.marks, Mark(what, fact.at))


def _signed(task: Task, fact: f.Signed) -> Changes:
    marks = (*task.marks, Mark("signed", fact.at))
    return {"state": Handling(fact.at), "clocks": _with(_stopped(task, fact), fact.clocks), "marks": marks}


def _accepted(task: Task, fact: f.Accepted | f.Responded) -> Changes:
    return {"clocks": _with(_stopped(task, fact), fact.clocks), "marks": _responded(task, fact)}


def _responded(task: Task, fact: f.Accepted | f.Responded | f.Submitted | f.Approved) -> tuple[Mark, ...]:
    """The marks with a response, where the fact stops the clock of it or the clock starts no more."""
    if ClockName.RESPOND in fact.stopped or isinstance(fact, (f.Accepted, f.Responded)):
        return (*task.marks, Mark("responded", fact.at))
    return task.marks


def _only_stopped(task: Task, fact: f.LookedBack) -> Changes:
    return {"clocks": _stopped(task, fact)}


def _only_changed(task: Task, fact: f.DeadlineMoved) -> Changes:
    return {"clocks": _with(task.clocks, fact.clocks)}


def _noted(task: Task, fact: f.Noted) -> Changes:
    return {"priority": fact.priority or task.priority, "clocks": _with(task.clocks, fact.clocks)}


def _assigned(task: Task, fact: f.Assigned) -> Changes:
    return {"handler": fact.to} if task.is_open else {}


def _unit_submitted(task: Task, fact: f.UnitSubmitted) -> Changes:
    return {"done": _done(task, fact.unit, fact)}


def _done(task: Task, unit: str, fact: f.Fact) -> tuple[UnitDone, ...]:
    """The units whose share is done; what a unit says again goes before what it said."""
    return (*[one for one in task.done if one.unit != unit], UnitDone(unit, fact.at))


def _submitted(task: Task, fact: f.Submitted) -> Changes:
    marks = _responded(task, fact)
    if not any(mark.what == "submitted" for mark in marks):
        marks = (*marks, Mark("submitted", fact.at))
    changes = {"state": InReview(fact.at), "clocks": _stopped(task, fact), "return_asked_at": None, "marks": marks}
    return changes if fact.unit is None or not task.co_units else changes | {"done": _done(task, fact.unit, fact)}


def _sent_back(task: Task, fact: f.SentBack) -> Changes:
    marks = _marked(task, "sent-back", fact)
    return {"state": Handling(fact.at), "sent_back": task.sent_back + 1, "done": (), "marks": marks}


def _approved(task: Task, fact: f.Approved) -> Changes:
    full_at = fact.at if fact.grade == "full" else None
    first = task.closed
    closed = Closed(fact.at if first is None else first.at, full_at)
    changes = _over(task, closed, _with(_stopped(task, fact), fact.clocks)) | {"marks": _responded(task, fact)}
    return changes if first is not None else changes | {"minutes": fact.minutes}


def _archived(task: Task, fact: f.Archived) -> Changes:
    assert isinstance(task.state, Closed), "what is closed is archived"
    return {"state": Archived(fact.at, task.state), "clocks": _stopped(task, fact)}


def _relapsed(task: Task, fact: f.Relapsed) -> Changes:
    """Another episode of the same matter; what it was stays with the former one, whose look-back is over."""
    return {
        "received_at": fact.at,
        "state": Pending() if fact.signs else Handling(fact.at),
        "clocks": fact.clocks,
        "sent_back": 0,
        "alerts": (),
        "extensions": 0,
        "handler": None,
        "done": (),
        "parts": (),
        "evaluations": (),
        "given": (Given(task.unit, fact.at),),
        "marks": (),
        "minutes": 0,
        "episode": task.episode + 1,
        "previous": replace(task, clocks=tuple([clock.stopped(fact.at) for clock in task.clocks])),
    }


def _split(task: Task, fact: f.Split) -> Changes:
    return {"parts": (*task.parts, *(Part(number) for number in fact.numbers))}


def _part_told(task: Task, fact: f.PartTold) -> Changes:
    """The latest word of a part, in the episode that it is a part of."""
    if task.previous is not None and all(part.number != fact.number for part in task.parts):
        return {"previous": replace(task.previous, **_part_told(task.previous, fact))}
    return {"parts": tuple([_latest(part, fact) for part in task.parts])}


def _latest(part: Part, fact: f.PartTold) -> Part:
    if part.number != fact.number or fact.position <= part.position:
        return part
    return Part(part.number, fact.over, fact.position)


def _evaluated(task: Task, fact: f.Evaluation) -> Changes:
    return {"evaluations": (*task.evaluations, Evaluation(fact.of, fact.level, fact.at))}


def _transferred(task: Task, fact: f.Transferred) -> Changes:
    clocks = _with(task.clocks, fact.clocks)
    given = _given(task, fact.to_unit, fact)
    changes = {"state": Pending(), "unit": fact.to_unit, "clocks": clocks, "return_asked_at": None, "given": given}
    return changes | {"handler": None}


def _return_requested(task: Task, fact: f.ReturnRequested) -> Changes:
    return {"return_asked_at": fact.at, "clocks": _with(task.clocks, fact.clocks)}


def _return_refused(task: Task, fact: f.ReturnRefused) -> Changes:
    return {"return_asked_at": None, "clocks": _stopped(task, fact)}


def _return_approved(task: Task, fact: f.ReturnApproved) -> Changes:
    changes = {"state": Pending(), "unit": None, "clocks": _stopped(task, fact), "return_asked_at": None}
    return changes | {"handler": None, "given": _given(task, None, fact), "marks": _marked(task, "returned", fact)}


def _suspended(task: Task, fact: f.Suspended) -> Changes:
    return {"state": Suspended(fact.at, fact.ground, fact.stopped), "clocks": _stopped(task, fact)}


def _resumed(task: Task, fact: f.Resumed) -> Changes:
    return {"state": Handling(fact.at), "clocks": _with(task.clocks, fact.clocks)}


def _extension_requested(task: Task, fact: f.ExtensionRequested) -> Changes:
    return {"extension": Extension(fact.until, fact.at), "clocks": _with(task.clocks, fact.clocks)}


def _extension_granted(task: Task, fact: f.ExtensionGranted) -> Changes:
    marks = _marked(task, "extended", fact)
    return {"extension": None, "extensions": task.extensions + 1, "clocks": _with(task.clocks, fact.clocks), "marks": marks}


def _extension_refused(task: Task, fact: f.ExtensionRefused) -> Changes:
    return {"extension": None, "clocks": _stopped(task, fact)}


def _ended(how: How) -> Callable[[Task, Any], Changes]:
    return lambda task, fact: _over(task, Ended(fact.at, how, task.closed), _stopped(task, fact))


def _over(task: Task, state: State, clocks: tuple[Clock, ...]) -> Changes:
    return {"state": state, "clocks": clocks, "extension": None, "return_asked_at": None}


def _alerted(task: Task, fact: f.NearDue | f.Overdue) -> Changes:
    kind: RungKind = "near" if isinstance(fact, f.NearDue) else "overdue"
    return with_alert(task, Alert(fact.clock, fact.version, fact.rung, kind, fact.at, fact.due))


def with_alert(task: Task, alert: Alert) -> Changes:
    """What changes when an alert is added to one of the task's episodes."""
    former = task.previous
    if former is None or not any(clock.version >= alert.version for clock in _clocks_of_all(former, alert.clock)):
        return {"alerts": (*task.alerts, alert)}
    return {"previous": replace(former, **with_alert(former, alert))}


def _clocks_of_all(task: Task, name: ClockName) -> Iterator[Clock]:
    """The clocks of that name in the task's episodes, some of which may have had none."""
    return (clock for episode in task.episodes if (clock := episode.clock(name)) is not None)


def _alert_withdrawn(task: Task, fact: f.AlertWithdrawn) -> Changes:
    gone = (fact.clock, fact.version, fact.rung)
    left = tuple([alert for alert in task.alerts if (alert.clock, alert.version, alert.rung) != gone])
    if len(left) == len(task.alerts) and task.previous is not None:
        return {"previous": replace(task.previous, **_alert_withdrawn(task.previous, fact))}
    return {"alerts": left}


def _stopped(task: Task, fact: Any) -> tuple[Clock, ...]:
    return tuple([clock.stopped(fact.at) if clock.name in fact.stopped else clock for clock in task.clocks])


def _with(clocks: tuple[Clock, ...], changed: tuple[Clock, ...]) -> tuple[Clock, ...]:
    if not changed:
        return clocks
    by_name = {clock.name: clock for clock in (*clocks, *changed)}
    return tuple([by_name[name] for name in ClockName if name in by_name])


_APPLY: Final[dict[type[f.Fact], Callable[[Task, Any], Changes] | None]] = {
    f.Recorded: None,
    f.Amended: _amended,
    f.Signed: _signed,
    f.Accepted: _accepted,
    f.Responded: _accepted,
    f.Noted: _noted,
    f.Acknowledged: None,
    f.Urged: None,
    f.Assigned: _assigned,
    f.UnitSubmitted: _unit_submitted,
    f.Submitted: _submitted,
    f.SentBack: _sent_back,
    f.Approved: _approved,
    f.Archived: _archived,
    f.LookedBack: _only_stopped,
    f.Relapsed: _relapsed,
    f.Split: _split,
    f.PartTold: _part_told,
    f.Evaluation: _evaluated,
    f.DeadlineMoved: _only_changed,
    f.Transferred: _transferred,
    f.ReturnRequested: _return_requested,
    f.ReturnRefused: _return_refused,
    f.ReturnApproved: _return_approved,
    f.NotAccepted: _ended("not_accepted"),
    f.Merged: _ended("merged"),
    f.Excluded: _ended("excluded"),
    f.Withdrawn: _ended("withdrawn"),
    f.Suspended: _suspended,
    f.Resumed: _resumed,
    f.ExtensionRequested: _extension_requested,
    f.ExtensionGranted: _extension_granted,
    f.ExtensionRefused: _extension_refused,
    f.NearDue: _alerted,
    f.Overdue: _alerted,
    f.AlertWithdrawn: _alert_withdrawn,
}
"""What each fact changes; None for what changes nothing."""
