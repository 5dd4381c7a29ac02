"""The lamp of a task: how it stands with a due, by its alerts. Lateness is not erased: red becomes yellow, never green."""

from typing import Final, Literal, NamedTuple

from shared.domain.alert import alerts_of
from shared.domain.clock import ClockName
from shared.domain.task import Ended, Suspended, Task

Lamp = Literal["green", "yellow", "red", "grey", "done"]


class Face(NamedTuple):
    """What a lamp shows beside its colour, which not everybody sees."""

    shape: str
    word: str


FACES: Final[dict[Lamp, Face]] = {
    "green": Face("●", "正常"),
    "yellow": Face("▲", "临期"),
    "red": Face("■", "逾期"),
    "grey": Face("◇", "暂停"),
    "done": Face("✓", "已办结"),
}


def lamp(task: Task, clock: ClockName = ClockName.FINISH) -> Lamp:
    """How a task stands with one of its clocks: red while it is overdue in its present due-version, yellow when that is near, or
    when it was overdue before (a due that moved, a clock that began anew, a former episode).
    """
    found = task.clock(clock)
    if isinstance(task.state, Suspended) and clock in task.state.stopped:
        return "grey"
    if not task.is_open if found is None else found.stopped_at is not None:
        return "done"
    if task.is_overdue(clock):
        return "red"
    near = found is not None and task.raised(found)
    return "yellow" if near or _was_overdue(task, clock) else "green"


def remark(task: Task, clock: ClockName = ClockName.FINISH) -> str:
    """What a lamp does not say: that it was done late, was late before, or ended without being done; else empty."""
    if isinstance(task.state, Ended):
        return "另行了结"
    shown = lamp(task, clock)
    if shown == "done" and task.is_overdue(clock):
        return "逾期办结" if clock is ClockName.FINISH else "逾期完成"
    return "曾逾期" if shown != "red" and _was_overdue(task, clock) else ""


def spoken(task: Task, clock: ClockName = ClockName.FINISH) -> str:
    """Shape, word and remark, such as `✓ 已办结（逾期办结）`."""
    if isinstance(task.state, Ended):
        return f"— {remark(task)}"
    face, beside = FACES[lamp(task, clock)], remark(task, clock)
    return f"{face.shape} {face.word}" + (f"（{beside}）" if beside else "")


def _was_overdue(task: Task, clock: ClockName) -> bool:
    return any(alert.clock is clock and alert.kind == "overdue" for alert in alerts_of(task))
