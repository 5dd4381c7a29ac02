"""Which clocks a policy sets for a task, and when: at registration, signing, acceptance, and with a change of the finish due."""

from datetime import datetime

from shared.domain.budget import DuePeriod
from shared.domain.calendar import Calendar
from shared.domain.clock import SENDER, Clock, ClockName, started, started_with_due
from shared.domain.matter import Family
from shared.domain.policy import Policy
from shared.domain.rule import AT_ONCE, Rule, Starts
from shared.domain.shift import ahead
from shared.domain.task import Task
from shared.domain.value import replace


def rule_of(task: Task, name: ClockName, policy: Policy) -> Rule | None:
    """The rule of the policy under which a clock of the task runs."""
    match name:
        case ClockName.SIGN:
            return policy.sign
        case ClockName.FINISH:
            return policy.finish.get(task.family)
        case ClockName.ANSWER:
            asked = policy.extensions if task.extension is not None else policy.returns
            return asked.answer if asked is not None else None
        case ClockName.RESPOND:
            return policy.respond
        case ClockName.INTERNAL:
            # Where the policy sets none a leader of the unit may: it warns as the finish clock does.
            return policy.internal or policy.finish.get(task.family)
        case ClockName.LOOK_BACK:
            return policy.look_back


def opening(
    policy: Policy,
    family: Family,
    at: datetime,
    received_at: datetime,
    due: datetime | DuePeriod | None,
    calendar: Calendar,
    former: Task | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a task that begins at `at`: registered, or in a new episode after `former`. `due` is the sender's own."""

    def begun(name: ClockName, rule: Rule) -> Clock:
        anchor = received_at if rule.starts == "receipt" else at
        return started(name, rule, anchor, calendar, policy_version=policy.version, version=_version(former, name))

    clocks: tuple[Clock, ...] = () if policy.sign is None else (begun(ClockName.SIGN, policy.sign),)
    if policy.respond is not None and policy.respond.starts in AT_ONCE:
        clocks = (*clocks, begun(ClockName.RESPOND, policy.respond))
    finish = policy.finish[family]
    if due is not None:
        version = _version(former, ClockName.FINISH)
        clocks = (*clocks, started_with_due(ClockName.FINISH, finish, at, due, calendar, version=version))
    elif finish.starts in AT_ONCE:
        clocks = (*clocks, begun(ClockName.FINISH, finish))
    return _with_first_internal(clocks, policy, at, calendar, _version(former, ClockName.INTERNAL))


def answered_early(task: Task, policy: Policy, at: datetime, calendar: Calendar) -> tuple[Clock, ...]:
    """The clock of a response that came before what would have started it: it stops as it starts."""
    rule = policy.respond
    if rule is None or rule.starts in AT_ONCE or task.clock(ClockName.RESPOND) is not None:
        return ()
    version = _version(task, ClockName.RESPOND)
    clock = started(ClockName.RESPOND, rule, at, calendar, policy_version=policy.version, version=version)
    return (clock.stopped(at),)


def following(task: Task, policy: Policy, starts: Starts, at: datetime, calendar: Calendar) -> tuple[Clock, ...]:
    """The clocks that start with signing or acceptance, where they do not run yet."""
    clocks: tuple[Clock, ...] = ()
    for name, rule in ((ClockName.RESPOND, policy.respond), (ClockName.FINISH, policy.finish[task.family])):
        if rule is not None and rule.starts == starts and task.clock(name) is None:
            version = _version(task, name)
            clocks = (*clocks, started(name, rule, at, calendar, policy_version=policy.version, version=version))
    return _with_first_internal(clocks, policy, at, calendar, _version(task, ClockName.INTERNAL))


def changed(task: Task, finish: Clock, policy: Policy, at: datetime, calendar: Calendar) -> tuple[Clock, ...]:
    """The finish clock as it was changed, and with it the unit's own, earlier due."""
    running = task.clock(ClockName.INTERNAL)
    if running is not None and policy.internal is None and running.due and finish.due and running.due > finish.due:
        return (finish, own_due(task, finish.due, policy, at, calendar))  # never after the owner's
    if running is None or policy.internal is None:
        return (finish,)
    due = _earlier(finish, policy.internal, max(at, running.since), calendar)
    return (finish, _internal(running.renewed(policy.internal, due, at, calendar), policy.internal, policy))


def followed(internal: Clock, finish: Clock, policy: Policy, at: datetime, calendar: Calendar) -> Clock:
    """The unit's own due after the finish due was counted anew. What a leader of the unit set stays; what ran out stays so."""
    if policy.internal is None or internal.rule == SENDER:
        return internal
    # Where there was no room for an earlier due there may be now; where there was, one that ran out since then is no reason.
    due = _earlier(finish, policy.internal, internal.since if internal.due is None else internal.anchor, calendar)
    if due == internal.due:
        return internal
    return _internal(internal.renewed(policy.internal, due, at, calendar), policy.internal, policy)


def own_due(task: Task, due: datetime | DuePeriod | None, policy: Policy, at: datetime, calendar: Calendar) -> Clock:
    """The internal clock with the due that the unit's leader set."""
    running = task.clock(ClockName.INTERNAL)
    rule = rule_of(task, ClockName.INTERNAL, policy)
    assert rule is not None, "a policy has a finish rule for the families that it is for"
    if running is not None:
        return running.renewed(rule, due, at, calendar)
    return started_with_due(ClockName.INTERNAL, rule, at, due, calendar, version=_version(task, ClockName.INTERNAL))


def _with_first_internal(
    clocks: tuple[Clock, ...], policy: Policy, at: datetime, calendar: Calendar, version: int
) -> tuple[Clock, ...]:
    rule, finish = policy.internal, next((clock for clock in clocks if clock.name is ClockName.FINISH), None)
    if rule is None or finish is None:
        return clocks
    due = _earlier(finish, rule, at, calendar)
    return (*clocks, _internal(started_with_due(ClockName.INTERNAL, rule, at, due, calendar, version=version), rule, policy))


def _earlier(finish: Clock, rule: Rule, at: datetime, calendar: Calendar) -> datetime | None:
    due = None if finish.due is None else ahead(finish.due, rule.budget, calendar)
    return None if due is None or due <= at else due


def _internal(clock: Clock, rule: Rule, policy: Policy) -> Clock:
    return replace(clock, rule=f"{rule.id}@{policy.version}", citation=rule.citation)


def asked(task: Task, rule: Rule | None, at: datetime, calendar: Calendar, policy_version: int) -> tuple[Clock, ...]:
    """The clock of the answer to a request, where the policy sets one."""
    if rule is None:
        return ()
    version = _version(task, ClockName.ANSWER)
    return (started(ClockName.ANSWER, rule, at, calendar, policy_version=policy_version, version=version),)


def look_back(task: Task, policy: Policy, at: datetime, calendar: Calendar) -> tuple[Clock, ...]:
    """The clock of the look-back after a closing in full, where the policy sets one."""
    if policy.look_back is None:
        return ()
    version = _version(task, ClockName.LOOK_BACK)
    return (started(ClockName.LOOK_BACK, policy.look_back, at, calendar, policy_version=policy.version, version=version),)


def _version(former: Task | None, name: ClockName) -> int:
    """Due-versions of a name are counted through all episodes: an alert is identified by them."""
    if former is None:
        return 1
    return max((clock.version for task in former.episodes for clock in task.clocks if clock.name is name), default=0) + 1
