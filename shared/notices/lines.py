"""What is said of one thing that people are told of, in a line, as it stands at an instant."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.domain.calendar import Calendar
from shared.domain.notice import Dropped, Notice, Occasion
from shared.domain.task import Task
from shared.notices.wording import CLOCKS, DROPPED, KINDS, left, occasion_of, urged_by

_DAY: Final = timedelta(days=1)
_ORDER: Final = list(KINDS)


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """What is worst first, then what is due first."""
    return sorted(notices, key=lambda one: (_ORDER.index(one.occasion.kind), one.occasion.due or one.occasion.at))


def line_of(
    one: Occasion, task: Task | None, calendar: Calendar, units: Mapping[str, str], now: datetime, over: Dropped | None = None
) -> str:
    """What, whose, until when, and how much time is left now; where it is over, why it is."""
    if one.kind == "alarm":
        return f"{KINDS[one.kind]}：{one.rung}"
    if task is None:
        return f"{KINDS[one.kind]} {one.number} {occasion_of(one)}"
    unit = f" {units.get(task.unit, task.unit)}" if task.unit else ""
    head = f"{KINDS[one.kind]} {task.title}（{one.number}）{unit}"
    if one.due is None:
        word = "" if one.word is None else f"。{urged_by(one.word.source, one.word.letter, one.word.text)}"
        return f"{head}，{'请尽快办理' if over is None else DROPPED[over]}{word}"
    local = one.due.astimezone(calendar.zone)
    when = f"{local - _DAY:%m-%d} 24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%m-%d %H:%M}"
    stands = left(one.due, now, calendar) if over is None else DROPPED[over]
    return f"{head}，{CLOCKS[one.topic]}期限 {when}，{stands}"
