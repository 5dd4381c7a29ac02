"""`decide(task, command, rulebook) -> facts | refusal`: what a command makes happen, or why it may not."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from shared.domain import command as c
from shared.domain import fact as f
from shared.domain.alert import crossings, unfounded
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName, started, started_with_due
from shared.domain.evolve import evolve
from shared.domain.explain import rule_of
from shared.domain.guard import guard, instant_of
from shared.domain.policy import DEFAULT_POLICY, Policies, Policy, Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Suspended, Task
from shared.domain.transition import (
    OWNER_ONLY,
    may_become_open,
    open_actions,
    place_of,
    transition,
)
from shared.domain.value import replace


def decide(task: Task | None, command: c.Command, rulebook: Rulebook) -> f.Entries | Refusal:
    """The facts of a command in order: clocks that ran out before it, the command's own fact, alerts that it proves unfounded."""
    policy = _policy(task, command, rulebook.policies)
    if isinstance(policy, Refusal):
        return policy
    refusal = _refused(task, command, policy, rulebook.calendar)
    if refusal is not None:
        return refusal
    at = command.cause.at
    if task is None:
        assert isinstance(command, c.RegisterTask)
        entry = f.Entry(command.matter, command.cause, _registered(command, policy, rulebook.calendar))
        return (entry, *crossings(evolve(None, entry), at))
    before = crossings(task, at)
    for crossing in before:
        task = evolve(task, crossing)
    entry = f.Entry(command.matter, command.cause, _FACT_OF[type(command)](task, command, policy, rulebook.calendar))
    if not task.alerts and not isinstance(command, c.AmendTask):
        return (*before, entry)  # nothing to withdraw, and no due that could lie in the past
    after = evolve(task, entry)
    # A due that lay in the past when it was set is the sender's word: overdue at once.
    return (*before, entry, *unfounded(task, after, at), *crossings(after, at))


def is_overdue_at_once(command: c.Command, zone: tzinfo) -> bool:
    """Whether the command sets a due that lies before its own instant."""
    due = instant_of(command.due, zone) if isinstance(command, c.RegisterTask | c.AmendTask) else None
    return due is not None and due < command.cause.at


def _policy(task: Task | None, command: c.Command, policies: Policies) -> Policy | Refusal:
    if task is not None:
        policy = policies.get(task.policy)
        return policy if policy is not None and task.family in policy.finish else unloaded(task)
    if not isinstance(command, c.RegisterTask):
        return Refusal("$.subject", f"no matter {command.matter.number} of {command.matter.owner} is known", early=True)
    policy = policies.get(command.policy or DEFAULT_POLICY)
    if policy is None:
        known = ", ".join(sorted(policies))
        return Refusal("$.data.policy", f"no policy {command.policy!r}; there are: {known}", early=False)
    if command.family not in policy.finish:
        why = f"the policy {policy.id} is not for a {command.family}; it is for: {', '.join(policy.finish)}"
        return Refusal("$.data.policy", why, early=False)
    return policy


def unloaded(task: Task) -> Refusal:
    """Why nothing can be decided on a task whose policy, or its rule for the task's family, is gone; it may come back."""
    return Refusal("$.subject", f"the policy {task.policy} of this task is not loaded", early=True)


def _refused(task: Task | None, command: c.Command, policy: Policy, calendar: Calendar) -> Refusal | None:
    if command.action in OWNER_ONLY and command.cause.source != command.matter.owner:
        why = f"only {command.matter.owner}, whose matter it is, may {command.action} it"
        return Refusal("$.owner", why, early=False)
    place = place_of(task)
    if transition(policy.flow, place, command.action) is not None:
        return None if task is None else guard(task, command, policy, calendar)
    allowed = ", ".join(open_actions(policy.flow, place)) or "nothing"
    why = f"{command.action} is not open while the task is {place} under policy {policy.id}; open: {allowed}"
    return Refusal("$.type", why, early=may_become_open(policy.flow, place, command.action))


def _registered(command: c.RegisterTask, policy: Policy, calendar: Calendar) -> f.Registered:
    at = command.cause.at
    rule = policy.finish[command.family]
    if command.due is None:
        finish = started(ClockName.FINISH, rule, at, calendar, policy_version=policy.version)
    else:
        finish = started_with_due(ClockName.FINISH, rule, at, instant_of(command.due, calendar.zone), calendar)
    sign = () if policy.sign is None else (started(ClockName.SIGN, policy.sign, at, calendar, policy_version=policy.version),)
    return f.Registered(
        at=at,
        family=command.family,
        title=command.title,
        policy=policy.id,
        policy_version=policy.version,
        unit=command.unit,
        co_units=command.co_units,
        category=command.category,
        clocks=(*sign, finish),
    )


def _amend(task: Task, command: c.AmendTask, policy: Policy, calendar: Calendar) -> f.Amended:
    clocks: tuple[Clock, ...] = ()
    finish = task.clock(ClockName.FINISH)
    if command.due is not None and finish is not None:
        clocks = (finish.renewed(policy.finish[task.family], instant_of(command.due, calendar.zone), command.cause.at, calendar),)
    return f.Amended(command.cause.at, command.title, command.unit, command.co_units, command.category, clocks)


def _sign(task: Task, command: c.SignTask, policy: Policy, calendar: Calendar) -> f.Signed:
    return f.Signed(command.cause.at, _running(task, ClockName.SIGN))


def _record(task: Task, command: c.RecordOnTask, policy: Policy, calendar: Calendar) -> f.Recorded:
    return f.Recorded(command.cause.at, command.what)


def _submit(task: Task, command: c.SubmitTask, policy: Policy, calendar: Calendar) -> f.Submitted:
    return f.Submitted(command.cause.at)


def _send_back(task: Task, command: c.SendBackTask, policy: Policy, calendar: Calendar) -> f.SentBack:
    return f.SentBack(command.cause.at)


def _approve(task: Task, command: c.ApproveTask, policy: Policy, calendar: Calendar) -> f.Approved:
    return f.Approved(command.cause.at, command.grade, _running(task, *ClockName))


def _withdraw(task: Task, command: c.WithdrawTask, policy: Policy, calendar: Calendar) -> f.Withdrawn:
    return f.Withdrawn(command.cause.at, _running(task, *ClockName))


def _running(task: Task, *names: ClockName) -> tuple[ClockName, ...]:
    return tuple([clock.name for clock in task.clocks if clock.name in names and clock.stopped_at is None])


def _transfer(task: Task, command: c.TransferTask, policy: Policy, calendar: Calendar) -> f.Transferred:
    sign = task.clock(ClockName.SIGN)
    again = () if sign is None or policy.sign is None else (sign.restarted(policy.sign, command.cause.at, calendar),)
    return f.Transferred(command.cause.at, command.to_unit, again)


def _request_return(task: Task, command: c.RequestReturn, policy: Policy, calendar: Calendar) -> f.ReturnRequested:
    return f.ReturnRequested(command.cause.at)


def _refuse_return(task: Task, command: c.RefuseReturn, policy: Policy, calendar: Calendar) -> f.ReturnRefused:
    return f.ReturnRefused(command.cause.at)


def _approve_return(task: Task, command: c.ApproveReturn, policy: Policy, calendar: Calendar) -> f.ReturnApproved:
    return f.ReturnApproved(command.cause.at, _running(task, ClockName.SIGN))


def _not_accept(task: Task, command: c.NotAcceptTask, policy: Policy, calendar: Calendar) -> f.NotAccepted:
    return f.NotAccepted(command.cause.at, command.ground, _running(task, *ClockName))


def _merge(task: Task, command: c.MergeTask, policy: Policy, calendar: Calendar) -> f.Merged:
    return f.Merged(command.cause.at, *command.into, _running(task, *ClockName))


def _exclude(task: Task, command: c.ExcludeTask, policy: Policy, calendar: Calendar) -> f.Excluded:
    return f.Excluded(command.cause.at, _running(task, *ClockName))


def _suspend(task: Task, command: c.SuspendTask, policy: Policy, calendar: Calendar) -> f.Suspended:
    return f.Suspended(command.cause.at, command.ground, _running(task, *ClockName))


def _resume(task: Task, command: c.ResumeTask, policy: Policy, calendar: Calendar) -> f.Resumed:
    assert isinstance(task.state, Suspended)
    stood = [clock for clock in task.clocks if clock.name in task.state.stopped]
    at = max(command.cause.at, task.state.since)
    rules = [rule_of(task, clock.name, policy) for clock in stood]
    resumed = [clock.resumed(rule, at, calendar) for clock, rule in zip(stood, rules, strict=True) if rule is not None]
    return f.Resumed(command.cause.at, tuple(resumed))


def _request_extension(task: Task, command: c.RequestExtension, policy: Policy, calendar: Calendar) -> f.ExtensionRequested:
    until = instant_of(command.until, calendar.zone)
    assert until is not None, "guarded"
    return f.ExtensionRequested(command.cause.at, until)


def _grant_extension(task: Task, command: c.GrantExtension, policy: Policy, calendar: Calendar) -> f.ExtensionGranted:
    finish, limits = task.clock(ClockName.FINISH), policy.extensions
    assert finish is not None, "guarded"
    assert limits is not None, "guarded"
    due = instant_of(command.until, calendar.zone)
    renewed = finish.renewed(policy.finish[task.family], due, command.cause.at, calendar)
    extended = replace(renewed, rule=f"{policy.id}.extension@{policy.version}", citation=limits.citation)
    return f.ExtensionGranted(command.cause.at, (extended,))


def _refuse_extension(task: Task, command: c.RefuseExtension, policy: Policy, calendar: Calendar) -> f.ExtensionRefused:
    return f.ExtensionRefused(command.cause.at)


_FACT_OF: Final[dict[type[c.Command], Callable[..., f.AnyFact]]] = {
    c.AmendTask: _amend,
    c.SignTask: _sign,
    c.RecordOnTask: _record,
    c.SubmitTask: _submit,
    c.SendBackTask: _send_back,
    c.ApproveTask: _approve,
    c.WithdrawTask: _withdraw,
    c.TransferTask: _transfer,
    c.RequestReturn: _request_return,
    c.RefuseReturn: _refuse_return,
    c.ApproveReturn: _approve_return,
    c.NotAcceptTask: _not_accept,
    c.MergeTask: _merge,
    c.ExcludeTask: _exclude,
    c.SuspendTask: _suspend,
    c.ResumeTask: _resume,
    c.RequestExtension: _request_extension,
    c.GrantExtension: _grant_extension,
    c.RefuseExtension: _refuse_extension,
}
