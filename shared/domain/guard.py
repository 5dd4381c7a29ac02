"""What a policy demands of an action beyond its being open in the state: grounds, limits, who may grant.

What only an event told late could still make right is refused for good here: it would have to be a different history.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from shared.domain import command as c
from shared.domain.budget import Budget, DuePeriod
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName
from shared.domain.period import CIVIL_CODE, due
from shared.domain.policy import Extensions, Policy
from shared.domain.refusal import Refusal
from shared.domain.shift import later
from shared.domain.task import Pending, Task

LONGEST_NUMBER: Final = 200
"""Of a matter, in characters: the contracts take no longer one."""
_AT_A_UNIT: Final = frozenset({"sign", "accept", "request-return", "not-accept"})


def guard(task: Task, command: c.Command, policy: Policy, calendar: Calendar) -> Refusal | None:
    """Why the policy does not allow the command, with what it would allow; None when it does."""
    if task.unit is None and command.action in _AT_A_UNIT and _is_returned(task):
        return Refusal("$.type", "it was returned and no unit has it until its owner transfers it", early=True)
    guarded = _GUARDS.get(type(command))
    return None if guarded is None else guarded(task, command, policy, calendar)


def _transfer(task: Task, command: c.TransferTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    if not _is_returned(task) or command.cause.source == command.matter.owner:
        return None
    why = f"it was returned: only {command.matter.owner}, whose matter it is, may transfer it"
    return Refusal("$.owner", why, early=False)


def _merge(task: Task, command: c.MergeTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    if command.into != command.matter:
        return None
    return Refusal("$.data.into_number", "a matter cannot be merged into itself", early=False)


def _suspend(task: Task, command: c.SuspendTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    return _on_ground(command.ground, policy.suspended_on, f"suspended under policy {policy.id}")


def _not_accept(task: Task, command: c.NotAcceptTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    return _on_ground(command.ground, policy.not_accepted_on, f"refused under policy {policy.id}")


def _is_returned(task: Task) -> bool:
    """Whether a return was approved and no transfer followed: nothing else stops a sign clock while the task is pending."""
    sign = task.clock(ClockName.SIGN)
    return task.unit is None and isinstance(task.state, Pending) and sign is not None and sign.stopped_at is not None


def instant_of(due: c.Due | None, zone: tzinfo) -> datetime | None:
    """The instant that a sender's due means."""
    return due.due(zone) if isinstance(due, DuePeriod) else due


def _submit(task: Task, command: c.SubmitTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    place = task.state.place
    others = set(task.co_units) - {task.unit, *(one.unit for one in task.done)}
    if place == "handling" or command.unit in others:
        return None
    why = f"submit is not open while the task is {place}, but to a co-unit whose share is not done yet"
    return Refusal("$.type", why, early=True)


def _approve(task: Task, command: c.ApproveTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    closed = task.closed
    if closed is None or (closed.grade, command.grade) == ("stage", "full"):
        return None
    why = f"approve is not open while the task is closed ({closed.grade}); what is closed for the stage may be closed in full"
    return Refusal("$.type", why, early=True)


def _archive(task: Task, command: c.ArchiveTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    if task.closed is not None and task.closed.grade == "full":
        return None
    return Refusal("$.type", "it was closed for the stage only; what is closed in full may be archived", early=True)


def _split(task: Task, command: c.SplitTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    if len(command.numbers[-1]) > LONGEST_NUMBER:
        why = f"the numbers of its parts would be longer than {LONGEST_NUMBER} characters"
        return Refusal("$.subject", why, early=False)
    given = [part.number for episode in task.episodes for part in episode.parts]
    again = next((number for number in command.numbers if number in given), None)
    if again is None:
        return None
    why = f"{again} is a part of it already; say where the numbers go on: first = {len(given) + 1}"
    return Refusal("$.data.first", why, early=False)


def _tell_of_part(task: Task, command: c.TellOfPart, policy: Policy, calendar: Calendar) -> Refusal | None:
    if any(part.number == command.number for episode in task.episodes for part in episode.parts):
        return None
    return Refusal("$.data.number", f"{command.number} is no part of it", early=True)


def _note(task: Task, command: c.NoteOnTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    is_owner = command.cause.source == command.matter.owner
    if command.priority is not None and task.starred and not is_owner:
        why = f"it is starred: only {command.matter.owner}, whose matter it is, may change its priority"
        return Refusal("$.data.priority", why, early=False)
    if command.due is None:
        return None
    if task.state.place not in {"pending", "handling", "in_review"}:
        return Refusal("$.data.due", f"no due can be set while the task is {task.state.place}", early=True)
    finish, due = task.clock(ClockName.FINISH), instant_of(command.due, calendar.zone)
    if is_owner or (due is not None and (finish is None or finish.due is None or due <= finish.due)):
        return None
    ends = "the end" if finish is None or finish.due is None else finish.due.astimezone(calendar.zone).isoformat()
    why = f"a due of the unit's own lies no later than that of {command.matter.owner}: {ends}"
    return Refusal("$.data.due", why, early=False)


def _evaluate(task: Task, command: c.EvaluateTask, policy: Policy, calendar: Calendar) -> Refusal | None:
    at, closed, limits = command.cause.at, task.closed, policy.evaluations
    if limits is None:
        return None
    since, until = (closed.at, limits.within) if closed is not None else (task.received_at, limits.unanswered_until)
    opens = None if closed is not None else limits.unanswered_from
    if until is None or (opens is not None and at < _end(opens, since, calendar)):
        return Refusal("$.type", f"nothing is answered yet that could be evaluated ({limits.citation})", early=True)
    if at <= _end(until, since, calendar):
        return None
    latest = _end(until, since, calendar).astimezone(calendar.zone).isoformat()
    # A closing told late would begin a time of its own.
    return Refusal("$.time", f"evaluated after {latest} ({limits.citation})", early=closed is None)


def _end(budget: Budget, since: datetime, calendar: Calendar) -> datetime:
    end = due(budget, CIVIL_CODE, since, calendar).at
    assert end is not None, "a limit ends"
    return end


def _asked_already(task: Task) -> Refusal:
    what = "an extension" if task.extension is not None else "a return"
    return Refusal("$.type", f"{what} is asked for already and waits for its answer", early=True)


def _on_ground(ground: str, grounds: tuple[str, ...], what: str) -> Refusal | None:
    if ground in grounds:
        return None
    if not grounds:
        return Refusal("$.type", f"no task may be {what}", early=False)
    return Refusal("$.data.ground", f"{ground!r} is no ground on which a task may be {what}: {'、'.join(grounds)}", early=False)


def _return(
    task: Task, command: c.RequestReturn | c.ApproveReturn | c.RefuseReturn, policy: Policy, calendar: Calendar
) -> Refusal | None:
    limits, sign = policy.returns, task.clock(ClockName.SIGN)
    if limits is None or sign is None:
        return Refusal("$.type", f"under the policy {policy.id} a task may not be returned", early=False)
    if not isinstance(command, c.RequestReturn):
        if command.cause.source != command.matter.owner:
            why = f"only {command.matter.owner}, whose matter it is, may decide on a return ({limits.citation})"
            return Refusal("$.owner", why, early=False)
        return None if task.return_asked_at else Refusal("$.type", "no return is asked for", early=True)
    if task.return_asked_at is not None or task.extension is not None:
        return _asked_already(task)
    latest = due(limits.within, CIVIL_CODE, sign.anchor, calendar).at
    if latest is not None and command.cause.at > latest:
        why = f"asked for after the {limits.within} in which it may be returned ({latest.astimezone(calendar.zone).isoformat()})"
        return Refusal("$.time", f"{why}; {limits.citation}", early=False)
    return None


def _extension(
    task: Task, command: c.RequestExtension | c.GrantExtension | c.RefuseExtension, policy: Policy, calendar: Calendar
) -> Refusal | None:
    limits = policy.extensions
    finish = task.clock(ClockName.FINISH)
    if limits is None:
        return Refusal("$.type", f"the policy {policy.id} knows no extension", early=False)
    if finish is None or finish.due is None:
        return Refusal("$.type", "there is no due date to extend", early=False)
    if isinstance(command, c.RequestExtension):
        return _request(task, command, finish, limits, calendar)
    if task.extension is None:
        return Refusal("$.type", "no extension is asked for", early=True)
    if limits.granted_by == "owner" and command.cause.source != command.matter.owner:
        why = f"only {command.matter.owner}, whose matter it is, may decide on an extension ({limits.citation})"
        return Refusal("$.owner", why, early=False)
    return _until(command.until, finish, limits, calendar) if isinstance(command, c.GrantExtension) else None


def _request(task: Task, command: c.RequestExtension, finish: Clock, limits: Extensions, calendar: Calendar) -> Refusal | None:
    assert finish.due is not None
    if task.return_asked_at is not None or task.extension is not None:
        return _asked_already(task)
    if command.cause.at > finish.due:
        passed = finish.due.astimezone(calendar.zone).isoformat()
        return Refusal("$.time", f"asked for after the due had passed ({passed}); {limits.citation}", early=False)
    if task.extensions >= limits.times:
        why = f"extended {task.extensions} times already, {limits.times} are allowed; {limits.citation}"
        return Refusal("$.type", why, early=False)
    return _until(command.until, finish, limits, calendar)


def _until(until: c.Due, finish: Clock, limits: Extensions, calendar: Calendar) -> Refusal | None:
    assert finish.due is not None
    asked, latest = instant_of(until, calendar.zone), later(finish.due, limits.longest, calendar)
    if asked is not None and finish.due < asked <= latest:
        return None
    first, last = (one.astimezone(calendar.zone).isoformat() for one in (finish.due, latest))
    return Refusal("$.data.until", f"must lie after {first} and no later than {last}; {limits.citation}", early=False)


_GUARDS: Final[dict[type[c.Command], Callable[..., Refusal | None]]] = {
    c.SubmitTask: _submit,
    c.ApproveTask: _approve,
    c.ArchiveTask: _archive,
    c.SplitTask: _split,
    c.TellOfPart: _tell_of_part,
    c.NoteOnTask: _note,
    c.EvaluateTask: _evaluate,
    c.TransferTask: _transfer,
    c.MergeTask: _merge,
    c.SuspendTask: _suspend,
    c.NotAcceptTask: _not_accept,
    c.RequestReturn: _return,
    c.ApproveReturn: _return,
    c.RefuseReturn: _return,
    c.RequestExtension: _extension,
    c.GrantExtension: _extension,
    c.RefuseExtension: _extension,
}
