"""`decide(task, command, rulebook) -> facts | refusal`: what a command makes happen, or why it may not."""

from datetime import tzinfo
from typing import Final

from shared.domain import command as c
from shared.domain import fact as f
from shared.domain.alert import crossings, unfounded
from shared.domain.calendar import Calendar
from shared.domain.evolve import evolve
from shared.domain.guard import guard, instant_of
from shared.domain.matter import DUBAN
from shared.domain.outcome import approved, closed_by_parts, outcome, registered
from shared.domain.policy import DEFAULT_POLICY, Policy, Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.transition import DUBAN_ONLY, OWNER_ONLY, may_become_open, moves, place_of, transition

_WITH_DUE: Final = (c.RegisterTask, c.AmendTask, c.NoteOnTask, c.RelapseTask)
_MAY_SET_A_DUE: Final = frozenset({c.AmendTask, c.NoteOnTask, c.RelapseTask})
_MAY_CLOSE_BY_PARTS: Final = frozenset({c.TellOfPart, c.ResumeTask})


def decide(task: Task | None, command: c.Command, rulebook: Rulebook) -> f.Entries | Refusal:
    """The facts of a command in order: clocks that ran out before it, the command's own fact, alerts that it proves unfounded."""
    policy = _policy(task, command, rulebook)
    if isinstance(policy, Refusal):
        return policy
    refusal = refused(task, command, policy, rulebook.calendar) or _parts_without_rules(task, command, rulebook)
    if refusal is not None:
        return refusal
    at = command.cause.at
    if task is None:
        assert isinstance(command, c.RegisterTask)
        fact = registered(command, policy, rulebook.calendar)
        entry = f.Entry(command.matter, command.cause, fact)
        if all(not clock.rungs or clock.rungs[0].at >= at for clock in fact.clocks):
            return (entry,)
        return (entry, *crossings(evolve(None, entry), at))
    before = crossings(task, at)
    for crossing in before:
        task = evolve(task, crossing)
    entry = f.Entry(command.matter, command.cause, outcome(task, command, policy, rulebook.calendar))
    by_parts = bool(task.parts) and type(command) in _MAY_CLOSE_BY_PARTS
    if not task.alerts and not by_parts and type(command) not in _MAY_SET_A_DUE:
        return (*before, entry)  # nothing to withdraw, and no due that could lie in the past
    after = evolve(task, entry)
    if by_parts and (grade := closed_by_parts(after, policy)) is not None:
        closing = f.Entry(command.matter, None, approved(after, grade, command, policy, rulebook.calendar))
        after = evolve(after, closing)
        return (*before, entry, closing, *unfounded(task, after, at))
    # A due that lay in the past when it was set is the sender's word: overdue at once.
    return (*before, entry, *unfounded(task, after, at), *crossings(after, at))


def is_overdue_at_once(command: c.Command, zone: tzinfo) -> bool:
    """Whether the command sets a due that lies before its own instant."""
    if not isinstance(command, _WITH_DUE) or command.due is None:
        return False
    due = instant_of(command.due, zone)
    return due is not None and due < command.cause.at


def _policy(task: Task | None, command: c.Command, rulebook: Rulebook) -> Policy | Refusal:
    if task is not None:
        return rulebook.policy_of(task) or unloaded(task)
    if not isinstance(command, c.RegisterTask):
        return Refusal("$.subject", f"no matter {command.matter.number} of {command.matter.owner} is known", early=True)
    named = command.policy or DEFAULT_POLICY
    policy = rulebook.policy_on(named, command.cause.at)
    if policy is None and named in rulebook.policies:
        earliest = (rulebook.policies[named], *rulebook.policies[named].earlier)[-1]
        return Refusal("$.data.policy", f"the policy {named} applies from {earliest.applies_from} only", early=False)
    if policy is None:
        known = ", ".join(sorted(rulebook.policies))
        return Refusal("$.data.policy", f"no policy {named!r}; there are: {known}", early=False)
    if command.family not in policy.finish:
        why = f"the policy {policy.id} is not for a {command.family}; it is for: {', '.join(policy.finish)}"
        return Refusal("$.data.policy", why, early=False)
    return policy


def _parts_without_rules(task: Task | None, command: c.Command, rulebook: Rulebook) -> Refusal | None:
    """A part that could not be registered must not be made."""
    if task is None or not isinstance(command, c.SplitTask):
        return None
    for named in sorted(command.policies):
        policy = rulebook.policy_on(named, command.cause.at)
        if policy is None or task.family not in policy.finish:
            return Refusal("$.data.parts", f"there is no policy {named!r} for a {task.family}, which a part names", early=False)
    return None


def unloaded(task: Task) -> Refusal:
    """Why nothing can be decided on a task whose policy, or its rule for the task's family, is gone; it may come back."""
    return Refusal("$.subject", f"the policy {task.policy} of this task is not loaded", early=True)


def refused(task: Task | None, command: c.Command, policy: Policy, calendar: Calendar) -> Refusal | None:
    """Why a command may not happen under a policy; None when it may."""
    source = command.cause.source
    if command.action in OWNER_ONLY and source not in {command.matter.owner, DUBAN}:
        why = f"only {command.matter.owner}, whose matter it is, may {command.action} it"
        return Refusal("$.owner", why, early=False)
    if source != DUBAN and (command.action in DUBAN_ONLY or (isinstance(command, c.RegisterTask) and command.part_of)):
        return Refusal("$.source", "only duban itself makes the parts of a task and tells what became of them", early=False)
    if isinstance(command, c.RegisterTask) and command.part_of and not command.matter.number.startswith(f"{command.part_of}/"):
        return Refusal("$.data.part_of", f"{command.matter.number} is no part of {command.part_of}", early=False)
    place = place_of(task)
    if transition(policy.flow, place, command.action) is not None:
        return None if task is None else guard(task, command, policy, calendar)
    allowed = ", ".join(moves(policy.flow, place)) or "nothing"
    why = f"{command.action} is not open while the task is {place} under policy {policy.id}; what may come next: {allowed}"
    return Refusal("$.type", why, early=may_become_open(policy.flow, place, command.action))
