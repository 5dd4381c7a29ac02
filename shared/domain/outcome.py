"""What each command that is allowed makes of a task: its own fact, and what follows from it at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from shared.domain import command as c
from shared.domain import fact as f
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, ClockName
from shared.domain.guard import instant_of
from shared.domain.policy import Policy
from shared.domain.rule import Rule
from shared.domain.setting import answered_early, asked, changed, following, look_back, opening, own_due, rule_of
from shared.domain.task import Closed, Grade, Suspended, Task
from shared.domain.value import replace

_MINUTE: Final = timedelta(minutes=1)
_NOT_CLOSING: Final = frozenset(ClockName) - {ClockName.LOOK_BACK}


def registered(command: c.RegisterTask, policy: Policy, calendar: Calendar) -> f.Registered:
    """The fact that makes a matter a task."""
    at = command.cause.at
    return f.Registered(
        at=at,
        family=command.family,
        title=command.title,
        policy=policy.id,
        policy_version=policy.version,
        unit=command.unit,
        co_units=command.co_units,
        category=command.category,
        clocks=opening(policy, command.family, at, command.received_at or at, command.due, calendar),
        signs=policy.flow == "standard",
        priority=command.priority,
        starred=command.starred,
        batch=command.batch,
        weight=command.weight,
        enterprise=command.enterprise,
        closing=command.closing or policy.closing,
        part_of=command.part_of,
        repeat_of=command.repeat_of,
    )


def outcome(task: Task, command: c.Command, policy: Policy, calendar: Calendar) -> f.AnyFact:
    """The fact that an allowed command is."""
    return _FACT_OF[type(command)](task, command, policy, calendar)


def closed_by_parts(task: Task, policy: Policy) -> Grade | None:
    """In which grade a task that was split is closed by what became of its parts; None while the policy waits for more."""
    over = [part.over for part in task.parts if part.over is not None]
    done = [grade for grade in over if grade != "ended"]
    if isinstance(task.state, Suspended) or not done:
        return None
    if policy.parts is None or (policy.parts == "all" and len(over) < len(task.parts)):
        return None
    grade: Grade = "stage" if "stage" in done else "full"
    closed_further = isinstance(task.state, Closed) and (task.state.grade, grade) == ("stage", "full")
    return grade if task.is_open or closed_further else None


def open_parts(task: Task) -> tuple[str, ...]:
    """The numbers of the parts that are not over yet."""
    return tuple([part.number for part in task.parts if part.over is None])


def approved(task: Task, grade: Grade, command: c.Command, policy: Policy, calendar: Calendar) -> f.Approved:
    """The closing of a task."""
    at = command.cause.at
    clocks = look_back(task, policy, at, calendar) if grade == "full" else ()
    minutes = calendar.working_time(task.received_at, at) // _MINUTE
    return f.Approved(at, grade, _running(task, *_NOT_CLOSING), clocks, minutes)


def _amend(task: Task, command: c.AmendTask, policy: Policy, calendar: Calendar) -> f.Amended:
    clocks: tuple[Clock, ...] = ()
    if command.due is not None:
        clocks = _given(task, command.due, command, policy, calendar)
    return f.Amended(command.cause.at, command.title, command.unit, command.co_units, command.category, command.priority, clocks)


def _given(task: Task, due: c.Due, command: c.Command, policy: Policy, calendar: Calendar) -> tuple[Clock, ...]:
    """The clocks after the owner gave another due."""
    finish, at = task.clock(ClockName.FINISH), command.cause.at
    if finish is not None:
        return changed(task, finish.renewed(policy.finish[task.family], due, at, calendar), policy, at, calendar)
    return tuple(
        clock
        for clock in opening(policy, task.family, at, at, due, calendar, task)
        if clock.name in {ClockName.FINISH, ClockName.INTERNAL}
    )


def _sign(task: Task, command: c.SignTask, policy: Policy, calendar: Calendar) -> f.Signed:
    at = command.cause.at
    return f.Signed(at, _running(task, ClockName.SIGN), following(task, policy, "sign", at, calendar))


def _accept(task: Task, command: c.AcceptTask, policy: Policy, calendar: Calendar) -> f.Accepted:
    at = command.cause.at
    clocks = (*answered_early(task, policy, at, calendar), *following(task, policy, "accept", at, calendar))
    return f.Accepted(at, _running(task, ClockName.RESPOND), clocks)


def _respond(task: Task, command: c.RespondToTask, policy: Policy, calendar: Calendar) -> f.Responded:
    at = command.cause.at
    return f.Responded(at, _running(task, ClockName.RESPOND), answered_early(task, policy, at, calendar))


def _record(task: Task, command: c.RecordOnTask, policy: Policy, calendar: Calendar) -> f.Recorded:
    return f.Recorded(command.cause.at, command.what)


def _note(task: Task, command: c.NoteOnTask, policy: Policy, calendar: Calendar) -> f.Noted:
    clocks: tuple[Clock, ...] = ()
    if command.due is not None and command.cause.source == task.owner:
        clocks = _given(task, command.due, command, policy, calendar)
    elif command.due is not None:
        clocks = (own_due(task, command.due, policy, command.cause.at, calendar),)
    return f.Noted(command.cause.at, command.priority, clocks)


def _acknowledge(task: Task, command: c.AcknowledgeAlerts, policy: Policy, calendar: Calendar) -> f.Acknowledged:
    return f.Acknowledged(command.cause.at, command.person, command.clock, command.version, command.seen)


def _urge(task: Task, command: c.UrgeTask, policy: Policy, calendar: Calendar) -> f.Urged:
    return f.Urged(command.cause.at, command.form, command.document_number)


def _assign(task: Task, command: c.AssignTask, policy: Policy, calendar: Calendar) -> f.Assigned:
    return f.Assigned(command.cause.at, command.to)


def _submit(task: Task, command: c.SubmitTask, policy: Policy, calendar: Calendar) -> f.Submitted | f.UnitSubmitted:
    at, unit = command.cause.at, command.unit or task.unit
    if unit is not None and task.co_units and _awaits_others(task, unit):
        return f.UnitSubmitted(at, unit)
    # Who submits has responded, and does not ask for its return any more.
    answered = (ClockName.RESPOND, ClockName.ANSWER) if task.return_asked_at is not None else (ClockName.RESPOND,)
    return f.Submitted(at, unit, _running(task, *answered))


def _awaits_others(task: Task, unit: str) -> bool:
    if task.state.place != "handling":
        return True  # asked for already: this one comes after
    if task.closing == "lead":
        return unit in task.co_units if task.unit is None else unit != task.unit
    done = {unit, *(one.unit for one in task.done)}
    return task.closing == "all" and not done.issuperset({task.unit or unit, *task.co_units})


def _send_back(task: Task, command: c.SendBackTask, policy: Policy, calendar: Calendar) -> f.SentBack:
    return f.SentBack(command.cause.at)


def _approve(task: Task, command: c.ApproveTask, policy: Policy, calendar: Calendar) -> f.Approved:
    return approved(task, command.grade, command, policy, calendar)


def _withdraw(task: Task, command: c.WithdrawTask, policy: Policy, calendar: Calendar) -> f.Withdrawn:
    return f.Withdrawn(command.cause.at, _running(task, *ClockName), open_parts(task))


def _running(task: Task, *names: ClockName) -> tuple[ClockName, ...]:
    return tuple([clock.name for clock in task.clocks if clock.name in names and clock.stopped_at is None])


def _transfer(task: Task, command: c.TransferTask, policy: Policy, calendar: Calendar) -> f.Transferred:
    at, sign, answer = command.cause.at, task.clock(ClockName.SIGN), task.clock(ClockName.ANSWER)
    clocks = () if sign is None or policy.sign is None else (sign.restarted(policy.sign, at, calendar),)
    if task.return_asked_at is not None and answer is not None:
        clocks = (*clocks, answer.stopped(at))
    return f.Transferred(at, command.to_unit, clocks)


def _request_return(task: Task, command: c.RequestReturn, policy: Policy, calendar: Calendar) -> f.ReturnRequested:
    rule = policy.returns.answer if policy.returns is not None else None
    return f.ReturnRequested(command.cause.at, asked(task, rule, command.cause.at, calendar, policy.version))


def _refuse_return(task: Task, command: c.RefuseReturn, policy: Policy, calendar: Calendar) -> f.ReturnRefused:
    return f.ReturnRefused(command.cause.at, _running(task, ClockName.ANSWER))


def _approve_return(task: Task, command: c.ApproveReturn, policy: Policy, calendar: Calendar) -> f.ReturnApproved:
    return f.ReturnApproved(command.cause.at, _running(task, ClockName.SIGN, ClockName.ANSWER))


def _not_accept(task: Task, command: c.NotAcceptTask, policy: Policy, calendar: Calendar) -> f.NotAccepted:
    return f.NotAccepted(command.cause.at, command.ground, _running(task, *ClockName), open_parts(task))


def _merge(task: Task, command: c.MergeTask, policy: Policy, calendar: Calendar) -> f.Merged:
    return f.Merged(command.cause.at, *command.into, _running(task, *ClockName), open_parts(task))


def _exclude(task: Task, command: c.ExcludeTask, policy: Policy, calendar: Calendar) -> f.Excluded:
    return f.Excluded(command.cause.at, _running(task, *ClockName), open_parts(task))


def _suspend(task: Task, command: c.SuspendTask, policy: Policy, calendar: Calendar) -> f.Suspended:
    return f.Suspended(command.cause.at, command.ground, _running(task, *ClockName))


def _resume(task: Task, command: c.ResumeTask, policy: Policy, calendar: Calendar) -> f.Resumed:
    assert isinstance(task.state, Suspended)
    at = max(command.cause.at, task.state.since)
    clocks: tuple[Clock, ...] = ()
    follows = policy.internal is not None and ClockName.FINISH in task.state.stopped
    for clock in task.clocks:
        rule = rule_of(task, clock.name, policy)
        if clock.name not in task.state.stopped or rule is None or (clock.name is ClockName.INTERNAL and follows):
            continue
        resumed = clock.resumed(rule, at, calendar)
        if clock.name is ClockName.FINISH:
            clocks = (*clocks, *changed(task, resumed, policy, at, calendar))
        else:
            clocks = (*clocks, resumed.stopped(at) if _answered(task, clock, rule) else resumed)
    return f.Resumed(command.cause.at, clocks)


def _answered(task: Task, clock: Clock, rule: Rule) -> bool:
    """Whether the response came while its clock stood still: before, no more was told than the acceptance that may start it."""
    said = sum(mark.what == "responded" for mark in task.marks)
    return clock.name is ClockName.RESPOND and said > (rule.starts == "accept")


def _request_extension(task: Task, command: c.RequestExtension, policy: Policy, calendar: Calendar) -> f.ExtensionRequested:
    until, at, limits = instant_of(command.until, calendar.zone), command.cause.at, policy.extensions
    assert until is not None, "guarded"
    assert limits is not None, "guarded"
    return f.ExtensionRequested(at, until, asked(task, limits.answer, at, calendar, policy.version))


def _grant_extension(task: Task, command: c.GrantExtension, policy: Policy, calendar: Calendar) -> f.ExtensionGranted:
    finish, limits, answer = task.clock(ClockName.FINISH), policy.extensions, task.clock(ClockName.ANSWER)
    assert finish is not None, "guarded"
    assert limits is not None, "guarded"
    at = command.cause.at
    renewed = finish.renewed(policy.finish[task.family], command.until, at, calendar)
    extended = replace(renewed, rule=f"{policy.id}.extension@{policy.version}", citation=limits.citation)
    clocks = changed(task, extended, policy, at, calendar)
    return f.ExtensionGranted(at, clocks if answer is None else (*clocks, answer.stopped(at)))


def _refuse_extension(task: Task, command: c.RefuseExtension, policy: Policy, calendar: Calendar) -> f.ExtensionRefused:
    return f.ExtensionRefused(command.cause.at, _running(task, ClockName.ANSWER))


def _split(task: Task, command: c.SplitTask, policy: Policy, calendar: Calendar) -> f.Split:
    finish = task.clock(ClockName.FINISH)
    return f.Split(command.cause.at, command.numbers, task.policy, task.unit, finish.due if finish is not None else None)


def _tell_of_part(task: Task, command: c.TellOfPart, policy: Policy, calendar: Calendar) -> f.PartTold:
    return f.PartTold(command.cause.at, command.number, command.over, command.position)


def _evaluate(task: Task, command: c.EvaluateTask, policy: Policy, calendar: Calendar) -> f.Evaluation:
    return f.Evaluation(command.cause.at, command.of, command.level)


def _look_back(task: Task, command: c.LookBack, policy: Policy, calendar: Calendar) -> f.LookedBack:
    return f.LookedBack(command.cause.at, _running(task, ClockName.LOOK_BACK))


def _archive(task: Task, command: c.ArchiveTask, policy: Policy, calendar: Calendar) -> f.Archived:
    return f.Archived(command.cause.at, _running(task, *ClockName))


def _relapse(task: Task, command: c.RelapseTask, policy: Policy, calendar: Calendar) -> f.Relapsed:
    at = command.cause.at
    return f.Relapsed(at, opening(policy, task.family, at, at, command.due, calendar, task), signs=policy.flow == "standard")


_FACT_OF: Final[dict[type[c.Command], Callable[..., f.AnyFact]]] = {
    c.AmendTask: _amend,
    c.SignTask: _sign,
    c.AcceptTask: _accept,
    c.RespondToTask: _respond,
    c.RecordOnTask: _record,
    c.NoteOnTask: _note,
    c.AcknowledgeAlerts: _acknowledge,
    c.UrgeTask: _urge,
    c.AssignTask: _assign,
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
    c.SplitTask: _split,
    c.TellOfPart: _tell_of_part,
    c.EvaluateTask: _evaluate,
    c.LookBack: _look_back,
    c.ArchiveTask: _archive,
    c.RelapseTask: _relapse,
}
