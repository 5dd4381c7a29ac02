"""What the page of a list shows: the tasks behind a count become rows of text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from contracts.task_list import TaskLine, TaskList
from services.web import wording
from services.web.asking import WrongParameter
from services.web.view import FAMILIES, unit_name
from shared.domain.measure import MEANINGS, Measure
from shared.figures.document import TASKS_PATH, UNNAMED, Office
from shared.ports import NotStored

STATES: Final = {
    "pending": "◇ 待签收",
    "handling": "● 办理中",
    "suspended": "◇ 中止",
    "in_review": "● 待审核",
    "closed": "✓ 已办结",
    "archived": "✓ 已归档",
    "ended": "— 另行了结",
}
_OPEN: Final = frozenset({"pending", "handling", "suspended", "in_review"})
_EXPECTED: Final = {
    "family": "directive（市区指令）、complaint（信访投诉）或 rectification（督察整改）",
    "from": "日期，如 2023-01-01",
    "to": "日期，如 2023-07-01（不含当日）",
    "as_of": "时刻，如 2023-06-19 或 2023-06-19T09:00",
    "known_at": "时刻，如 2023-06-19 或 2023-06-19T09:00",
    "co_units": "1 或 0",
    "measure": "指标的名称，如 received、open、closed、overdue_open",
    "limit": "1 至 1000 的整数",
    "offset": "不小于 0 的整数",
}


@dataclass(frozen=True)
class Row:
    """One task."""

    number: str
    title: str
    family: str
    source: str
    unit: str
    unregistered: bool
    received_iso: str
    received: str
    due: str
    closed: str
    state: str
    late: bool
    href: str


@dataclass(frozen=True)
class TasksView:
    """Everything on the page, as text."""

    heading: str
    meaning: str
    total: str
    asked: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    range: str
    before: str
    """Where the lines before these are; empty on the first page."""
    after: str
    data: str
    """The same list as JSON."""


def tasks_view(listed: TaskList, office: Office, parameters: Sequence[tuple[str, str]]) -> TasksView:
    """The page of a part of a list; `parameters` are those of its address."""
    meaning = MEANINGS[Measure[listed.measure.upper()]]
    first, last = listed.offset + 1, listed.offset + len(listed.tasks)

    def path(start: str, offset: int) -> str:
        kept = [(name, said) for name, said in parameters if name != "offset"]
        return f"{start}?{urlencode([*kept, ('offset', offset)] if offset else kept)}"

    weighted = "" if listed.weight == listed.total else f"（按权重计 {listed.weight:,} 件）"
    return TasksView(
        heading=meaning.zh,
        meaning=meaning.zh_meaning,
        total=f"{listed.total:,} 件{weighted}",
        asked=tuple(_asked(listed, office)),
        rows=tuple(_row(one, listed, office) for one in listed.tasks),
        range=f"第 {first:,} 至 {last:,} 件" if listed.tasks else "",
        before=path("/tasks", max(listed.offset - listed.limit, 0)) if listed.offset else "",
        after=path("/tasks", last) if listed.tasks and last < listed.total else "",
        data=path(TASKS_PATH, listed.offset),
    )


def _asked(listed: TaskList, office: Office) -> Iterator[tuple[str, str]]:
    """What the list is of, in words."""
    asked = listed.asked
    if asked.family is not None:
        yield "类别", FAMILIES.get(asked.family, asked.family)
    if asked.source is not None:
        yield "来源", asked.source
    if asked.unit is not None:
        yield "单位", unit_name(asked.unit, office.units)[0] + ("（含协办）" if asked.co_units else "")
    if asked.category is not None:
        yield "事项分类", asked.category or UNNAMED
    if asked.enterprise is not None:
        yield "企业", asked.enterprise or UNNAMED
    if asked.received_from is not None or asked.received_to is not None:
        last = asked.received_to and asked.received_to - timedelta(days=1)
        yield "收到日期", f"{asked.received_from or '…'} 至 {last or '…'}"
    yield "统计时点", wording.instant(listed.as_of, office.zone)
    if listed.known_at is not None:
        yield "知情时点", wording.instant(listed.known_at, office.zone)


def _row(one: TaskLine, listed: TaskList, office: Office) -> Row:
    unit, unregistered = unit_name(one.unit, office.units)
    late = one.state in _OPEN and one.due is not None and one.due < listed.as_of
    return Row(
        number=one.number if one.episode == 1 else f"{one.number}（第 {one.episode} 次）",
        title=one.title,
        family=FAMILIES.get(one.family, one.family),
        source=one.source,
        unit=unit,
        unregistered=unregistered,
        received_iso=one.received_at.isoformat(),
        received=wording.instant(one.received_at, office.zone),
        due=wording.NOTHING if one.due is None else wording.deadline(one.due, office.zone),
        closed=wording.NOTHING if one.closed_at is None else wording.instant(one.closed_at, office.zone),
        state=f"■ 逾期 · {STATES[one.state][2:]}" if late else STATES[one.state],
        late=late,
        href=one.href,
    )


def trouble_of(error: WrongParameter | NotStored) -> str:
    """Why there is no list, as an office reads it."""
    if isinstance(error, NotStored):
        return "暂时读不到数据，请稍后重新载入。"
    expected = _EXPECTED.get(error.name, "")
    return f"地址中的参数 {error.name} 有误：{error.given[:100] or '未给出'}。{f'应为{expected}。' if expected else ''}"
