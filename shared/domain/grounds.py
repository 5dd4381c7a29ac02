"""Grounds on which a person need not be told any more of what they were to be told."""

from collections.abc import Iterable

from shared.domain.notice import Acknowledged, Dropped, Notice, Occasion
from shared.domain.person import Role, Roster
from shared.domain.task import Archived, Closed, Ended, Suspended, Task


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
