"""What a policy demands of an action beyond its being open in the state: grounds, limits, who may grant.

What only an event told late could still make right is refused for good here: it would have to be a different history.
"""

from datetime import datetime, tzinfo
from typing import Final

from shared.domain import command as c
from shared.domain.budget import DuePeriod
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName
from shared.domain.period import CIVIL_CODE, due
from shared.domain.policy import Extensions, Policy
from shared.domain.refusal import Refusal
from shared.domain.shift import later
from shared.domain.task import Pending, Task

_AT_A_UNIT: Final = frozenset({"sign", "request-return", "not-accept"})


def guard(task: Task, command: c.Command, policy: Policy, calendar: Calendar) -> Refusal | None:
    """Why the policy does not allow the command, with what it would allow; None when it does."""
    if _is_returned(task) and command.action in _AT_A_UNIT:
        return Refusal("$.type", "it was returned and no unit has it until its owner transfers it", early=True)
    if isinstance(command, c.TransferTask) and _is_returned(task) and command.cause.source != command.matter.owner:
        return Refusal(
            "$.owner", f"it was returned: only {command.matter.owner}, whose matter it is, may transfer it", early=False
        )
    if isinstance(command, c.MergeTask) and command.into == command.matter:
        return Refusal("$.data.into_number", "a matter cannot be merged into itself", early=False)
    if isinstance(command, c.SuspendTask):
        return _on_ground(command.ground, policy.suspended_on, f"suspended under policy {policy.id}")
    if isinstance(command, c.NotAcceptTask):
        return _on_ground(command.ground, policy.not_accepted_on, f"refused under policy {policy.id}")
    if isinstance(command, c.RequestReturn | c.ApproveReturn | c.RefuseReturn):
        return _return(task, command, policy, calendar)
    if isinstance(command, c.RequestExtension | c.GrantExtension | c.RefuseExtension):
        return _extension(task, command, policy, calendar)
    return None


def _is_returned(task: Task) -> bool:
    """Whether a return was approved and no transfer followed: nothing else stops a sign clock while the task is pending."""
    sign = task.clock(ClockName.SIGN)
    return task.unit is None and isinstance(task.state, Pending) and sign is not None and sign.stopped_at is not None


def instant_of(due: c.Due | None, zone: tzinfo) -> datetime | None:
    """The instant that a sender's due means."""
    return due.due(zone) if isinstance(due, DuePeriod) else due


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
    if task.return_asked_at is not None:
        return Refusal("$.type", "a return is asked for already and waits for its answer", early=True)
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
    if task.extension is not None:
        return Refusal("$.type", "an extension is asked for already and waits for its answer", early=True)
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
