"""Grounds on which a person need not be told any more of what they were to be told, or others are in their place."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.notice import Acknowledged, Dropped, Notice, Occasion, Office, notices, those_there
from shared.domain.person import Role, Roster
from shared.domain.task import Archived, Closed, Ended, Suspended, Task
from shared.domain.value import replace


def still_holds(notice: Notice, task: Task | None, acknowledged: Iterable[Acknowledged] = ()) -> Dropped | None:
    """Why a person need not be told any more; None where the notice holds. Anybody's taking note stops the later steps, one's own
    what one was yet to be told.
    """
    if any(one.covers(notice.occasion) and (notice.reason.step or one.person == notice.person) for one in acknowledged):
        return "acknowledged"
    if notice.occasion.topic == "alarm":
        return None
    if task is None:
        return "gone"
    if notice.occasion.topic == "urge":
        return None if task.is_open else _over(task)
    return _alert_over(notice.occasion, task)


def _alert_over(occasion: Occasion, task: Task) -> Dropped | None:
    clock = next((one for one in task.clocks if one.name == occasion.topic), None)
    if clock is None:
        return "gone"
    if clock.version == occasion.version:
        if clock.stopped_at is not None:
            stands = isinstance(task.state, Suspended) and clock.name in task.state.stopped
            return "suspended" if stands else _over(task) or "answered"
        held = any((a.clock, a.version, a.rung) == (clock.name, clock.version, occasion.rung) for a in task.alerts)
        return None if held else "withdrawn"
    return _over(task) or ("extended" if clock.version > occasion.version else "withdrawn")


def _over(task: Task) -> Dropped | None:
    match task.state:
        case Closed():
            return "closed"
        case Archived():
            return "archived"
        case Ended():
            return "ended"
        case _:
            return None


def is_theirs(notice: Notice, task: Task | None, roster: Roster) -> bool:
    """Whether the person, or who is away in whose place they are told, still has the post for which they were to be told."""
    role = notice.reason.role
    if task is None or role is Role.DUTY or notice.occasion.topic == "alarm":
        return True
    whose = notice.reason.instead_of[0] if notice.reason.instead_of else notice.person
    if role is Role.HANDLER and task.handler in roster.people:
        return whose == task.handler
    return any(whose == person.id for person in roster.posted(role, task.unit, task.owner))


def instead(notice: Notice, task: Task | None, office: Office, now: datetime) -> tuple[Notice, ...] | None:
    """The same notice for those who have the post now and are there, where the person has it no more or is away; else None.
    Where nobody has it any more, the occasion is planned as if it were heard of now.
    """
    if task is None or notice.occasion.topic == "alarm":
        return None
    there = those_there(notice.reason.role, task, now, office)
    if any(one.person.id == notice.person for one in there):
        return None
    if not there:
        return notices(notice.occasion, task, office, now)
    return tuple(replace(notice, person=one.person.id, reason=replace(notice.reason, instead_of=one.instead_of)) for one in there)
