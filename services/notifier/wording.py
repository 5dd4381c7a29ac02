"""What a message says: one line for each occasion, in office Chinese."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.notifier.desk import Desk
from shared.domain.matter import Matter
from shared.domain.notice import Notice, Occasion
from shared.domain.task import Task
from shared.notices.wording import CLOCKS, KINDS, left, urged_by

_DAY: Final = timedelta(days=1)


def title_of(notices: Sequence[Notice]) -> str:
    """The subject of a message: how many of what, each thing once however many are told of it."""
    counted = Counter(occasion.kind for occasion in {notice.occasion for notice in notices})
    said = "，".join(f"{word.split()[-1]} {counted[kind]} 件" for kind, word in KINDS.items() if counted[kind])
    return f"【督办提醒】{said}"


def lines_of(
    notices: Sequence[Notice], tasks: Mapping[Matter, Task], desk: Desk, now: datetime, *, named: bool
) -> tuple[str, ...]:
    """A line for each occasion, what is worst first; `named` adds who is told, where many read the same message."""
    order = list(KINDS)
    told: dict[tuple[str, str, str, int, str], list[Notice]] = {}
    for notice in sorted(notices, key=lambda one: (order.index(one.occasion.kind), one.occasion.due or one.occasion.at)):
        one = notice.occasion
        told.setdefault((one.owner, one.number, one.topic, one.version, one.rung), []).append(notice)
    return tuple(_line(group[0].occasion, tasks, desk, now) + (_names(group, desk) if named else "") for group in told.values())


def _line(one: Occasion, tasks: Mapping[Matter, Task], desk: Desk, now: datetime) -> str:
    task, calendar = tasks.get(one.matter), desk.office.calendar
    if one.kind == "alarm" or task is None:
        return f"{KINDS[one.kind]}：{one.rung}"
    unit = f" {desk.units.get(task.unit, task.unit)}" if task.unit else ""
    head = f"{KINDS[one.kind]} {task.title}（{one.number}）{unit}"
    if one.due is None:
        said = "" if one.word is None else f"。{urged_by(one.word.source, one.word.letter, one.word.text)}"
        return f"{head}，请尽快办理{said}"
    local = one.due.astimezone(calendar.zone)
    when = f"{local - _DAY:%m-%d} 24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%m-%d %H:%M}"
    return f"{head}，{CLOCKS[one.topic]}期限 {when}，{left(one.due, now, calendar)}"


def _names(notices: Sequence[Notice], desk: Desk) -> str:
    people = desk.office.roster.people
    return " → " + "、".join(people[one.person].name if one.person in people else one.person for one in notices)
