"""Which actions are open to somebody now: those that the table knows in the task's state, and why the policy forbids some."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from shared.domain import command as c
from shared.domain.clock import ClockName
from shared.domain.decide import refused, unloaded
from shared.domain.matter import Cause
from shared.domain.policy import Policy, Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.transition import open_actions, place_of
from shared.domain.value import value


@value
class Open:
    """An action of the task's state; `refusal` tells why it is not open to who asks, None when it is."""

    action: str
    refusal: Refusal | None


def actions_open(task: Task, source: str, rulebook: Rulebook, at: datetime) -> tuple[Open, ...]:
    """What `source` may do with the task at an instant, in the order of the table. What depends on more than that (a ground, a
    date) is judged with one that the policy allows.
    """
    policy = rulebook.policy_of(task)
    if policy is None:
        return tuple([Open(action, unloaded(task)) for action in sorted(_CLASSES)])
    found = []
    for action in open_actions(policy.flow, place_of(task)):
        command = _probe(action, task, policy, source, at)
        found.append(Open(action, refused(task, command, policy, rulebook.calendar)))
    return tuple(found)


def _probe(action: str, task: Task, policy: Policy, source: str, at: datetime) -> c.Command:
    kind = _CLASSES[action]
    cause = Cause(source, "", f"duban.task.{action}.v1", at, kind.rank)
    sample = _SAMPLES.get(kind)
    return kind(task.matter, cause, **(sample(task, policy) if sample is not None else {}))


def _until(task: Task, policy: Policy) -> dict[str, Any]:
    finish = task.clock(ClockName.FINISH)
    due = finish.due if finish is not None else None
    asked = task.extension.until if task.extension is not None else None
    return {"until": asked or (due or task.received_at) + timedelta(microseconds=1)}


def _co_unit(task: Task, policy: Policy) -> dict[str, Any]:
    if task.state.place == "handling":
        return {}
    done = {task.unit, *(one.unit for one in task.done)}
    return {"unit": next((unit for unit in task.co_units if unit not in done), None)}


_CLASSES: Final = {kind.action: kind for kind in c.Command.__subclasses__()}
_SAMPLES: Final[dict[type[c.Command], Callable[[Task, Policy], dict[str, Any]]]] = {
    c.AmendTask: lambda task, _: dict.fromkeys(("title", "unit", "co_units", "category", "due")),
    c.RecordOnTask: lambda task, _: {"what": "progressed"},
    c.SubmitTask: _co_unit,
    c.ApproveTask: lambda task, _: {"grade": "full"},
    c.RequestExtension: _until,
    c.GrantExtension: _until,
    c.SuspendTask: lambda _, policy: {"ground": next(iter(policy.suspended_on), "")},
    c.NotAcceptTask: lambda _, policy: {"ground": next(iter(policy.not_accepted_on), "")},
    c.MergeTask: lambda task, _: {"into": type(task.matter)(task.owner, "")},
    c.TransferTask: lambda task, _: {"to_unit": ""},
    c.NoteOnTask: lambda task, _: {"priority": None, "due": None},
    c.AcknowledgeAlerts: lambda task, _: {"person": ""},
    c.AssignTask: lambda task, _: {"to": ""},
    c.SplitTask: lambda task, _: {"parts": 1},
    c.EvaluateTask: lambda task, _: {"of": "handling_unit", "level": "satisfied"},
    c.RelapseTask: lambda task, _: {"due": None},
}
