"""What a message says: one line for each occasion, in office Chinese."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.notifier.desk import Desk
from shared.domain.matter import Matter
from shared.domain.notice import Notice, Occasion
from shared.domain.person import Roster
from shared.domain.task import Task
from shared.notices.lines import in_order, line_of
from shared.notices.wording import KINDS, names_of, part_of

HEAD: Final = "【督办提醒】"
"""What every subject begins with."""
MOST_NAMED: Final = 60
"""Letters of a matter's name in a subject; the whole of it stands in the message."""


def title_of(notices: Sequence[Notice], tasks: Mapping[Matter, Task]) -> str:
    """The subject of a message: the matter where there is one only, else how many of what, each thing once however many are told
    of it.
    """
    occasions = {notice.occasion for notice in notices}
    counted = Counter(occasion.kind for occasion in occasions)
    matters = {occasion.matter for occasion in occasions}
    kinds = {word.split()[-1]: counted[kind] for kind, word in KINDS.items() if counted[kind]}
    if len(matters) == 1 and (name := _name(next(iter(occasions)), tasks)):
        return f"{HEAD}{'、'.join(kinds)}：{name if len(name) <= MOST_NAMED else f'{name[: MOST_NAMED - 1]}…'}"
    return HEAD + "，".join(f"{word} {count} 件" for word, count in kinds.items())


def _name(one: Occasion, tasks: Mapping[Matter, Task]) -> str:
    """What a matter is called; of an alarm, what it says."""
    if one.kind == "alarm":
        return one.rung
    task = tasks.get(one.matter)
    return "" if task is None else task.title


def lines_of(
    notices: Sequence[Notice], tasks: Mapping[Matter, Task], desk: Desk, now: datetime, *, named: bool
) -> tuple[str, ...]:
    """A line for each occasion, what is worst first. It ends with who is told, where many read the same message (`named`), else
    with why it is the reader.
    """
    told: dict[tuple[str, str, str, int, str], list[Notice]] = {}
    for notice in in_order(notices):
        one = notice.occasion
        told.setdefault((one.owner, one.number, one.topic, one.version, one.rung), []).append(notice)
    return tuple(
        _line(group[0].occasion, tasks, desk, now)
        + (_names(group, desk) if named else f" · {part_of(group[0].reason, desk.office.roster)}")
        for group in told.values()
    )


def _line(one: Occasion, tasks: Mapping[Matter, Task], desk: Desk, now: datetime) -> str:
    return line_of(one, tasks.get(one.matter), desk.office.calendar, desk.units, now)


def _names(notices: Sequence[Notice], desk: Desk) -> str:
    return " → " + "、".join(_named(notice, desk.office.roster) for notice in notices)


def _named(notice: Notice, roster: Roster) -> str:
    away = notice.reason.instead_of
    return names_of([notice.person], roster) + (f"（代{names_of(away, roster)}）" if away else "")
