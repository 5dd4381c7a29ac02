"""What the page of an inbox shows: a document becomes groups and lines of text."""

from dataclasses import dataclass
from typing import Final

from contracts.notice_list import NoticeLine, NoticeList, NoticeTask, NoticeWay
from services.web import wording
from services.web.people import People
from services.web.view import unit_name
from shared.notices.wording import CLOCKS, DROPPED, KINDS, left, urged_by

PATH: Final = "/inbox"
DATA_PATH: Final = "/api/v1/notices"
SAID: Final = {
    "taken": "已记录：知悉。",
    "unknown": "已经提交，但 10 秒内没有收到回执；请稍后刷新本页查看结果。",
}
"""What became of what was said on the page before, by the word for it in the address."""
_SENT: Final = {"sending": "发送中", "delivered": "已送达", "failed": "未送达", "dropped": "已取消"}
_WAYS: Final = {
    "mail": "邮件",
    "email": "邮件",
    "sms": "短信",
    "robot": "群机器人",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
}
"""Names that offices give to channels, as people call them; a Chinese name stays as it is."""
_WHY: Final = {str(why): words for why, words in DROPPED.items()}
_LAMPS: Final = {"red": "bad", None: "bad", "yellow": "near", "green": "calm", "grey": "calm", "done": "calm"}
"""The class of each lamp's colour; no lamp is an alarm of our own."""
_OURSELVES: Final = "督办系统"


@dataclass(frozen=True)
class Line:
    """One notice."""

    what: str
    bad: bool
    at: str
    at_iso: str
    reason: str
    went: tuple[str, ...]
    noted: str
    """Who took note; empty where nobody has."""
    dropped: str
    """Why the person was not told."""


@dataclass(frozen=True)
class Group:
    """The notices of one task."""

    lamp: str
    lamp_class: str
    heading: str
    count: str
    of_number: str
    """The number of the matter; empty for what is of ourselves."""
    owner: str
    number: str
    unit: str
    unregistered: bool
    due: str
    left: str
    href: str
    to_acknowledge: bool
    seen: str
    """When the newest of the alerts was raised that are shown, as the form says it."""
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class InboxView:
    """Everything on the page, as text."""

    name: str
    total: str
    groups: tuple[Group, ...]
    dropped: tuple[Group, ...]
    dropped_total: int
    message: str
    message_class: str
    checked: str
    before: str
    """Where the tasks before these are; empty on the first page."""
    after: str
    offset: int
    data: str


def inbox_view(told: NoticeList, dropped: NoticeList, people: People, said: str) -> InboxView:
    """The page of a part of an inbox; `said` is a word of SAID, or none."""
    last = told.offset + len(told.tasks)

    def path(offset: int) -> str:
        return f"{PATH}?offset={offset}" if offset else PATH

    return InboxView(
        name=people.name(told.person),
        total=f"{told.total:,} 件",
        groups=tuple(group_of(task, told, people) for task in told.tasks),
        dropped=tuple(group_of(task, dropped, people) for task in dropped.tasks),
        dropped_total=dropped.total,
        message=SAID.get(said, ""),
        message_class="done" if said == "taken" else "",
        checked=wording.instant(told.as_of, people.calendar.zone),
        before=path(max(told.offset - told.limit, 0)) if told.offset else "",
        after=path(last) if told.tasks and last < told.total else "",
        offset=told.offset,
        data=f"{DATA_PATH}?offset={told.offset}" if told.offset else DATA_PATH,
    )


def group_of(task: NoticeTask, listed: NoticeList, people: People) -> Group:
    """The notices of one task in words."""
    unit, unregistered = unit_name(task.unit, people.units) if task.unit else ("", False)
    due, time_left = "", ""
    if task.due is not None and task.clock is not None:
        due = f"{CLOCKS[task.clock]}期限 {wording.deadline(task.due, people.calendar.zone)}"
        time_left = left(task.due, listed.as_of, people.calendar)
    return Group(
        lamp=task.lamp_said,
        lamp_class=_LAMPS[task.lamp],
        heading=task.title or _OURSELVES,
        count=f"{len(task.notices)} 条{'' if task.state is None else '关于'}",
        of_number="" if task.state is None else task.number,
        owner=task.source,
        number=task.number,
        unit=unit,
        unregistered=unregistered,
        due=due,
        left=time_left,
        href=task.href,
        to_acknowledge=task.to_acknowledge,
        seen=max(one.at for one in task.notices).isoformat(),
        lines=tuple(_line(one, people) for one in task.notices),
    )


def _line(one: NoticeLine, people: People) -> Line:
    zone = people.calendar.zone
    noted = ""
    if one.acknowledged_at is not None and one.acknowledged_by is not None:
        noted = f"{people.name(one.acknowledged_by)} {wording.instant(one.acknowledged_at, zone)} 知悉"
    return Line(
        what=_what(one, people),
        bad=one.kind in ("overdue", "alarm"),
        at=wording.instant(one.settled_at, zone),
        at_iso=one.settled_at.isoformat(),
        reason=one.reason,
        went=("站内", *(_way(way, people) for way in one.ways)),
        noted=noted,
        dropped=_WHY.get(one.why, one.why),
    )


def _what(one: NoticeLine, people: People) -> str:
    if one.kind == "alarm":
        return f"{KINDS[one.kind]}：{one.rung}"
    if one.word is not None:
        return f"{KINDS[one.kind]} · {urged_by(one.word.source, one.word.letter, one.word.text)}"
    if one.due is None:
        return KINDS[one.kind]
    return f"{KINDS[one.kind]} · {CLOCKS[one.topic]}期限 {wording.deadline(one.due, people.calendar.zone)}"


def _way(way: NoticeWay, people: People) -> str:
    said = f"{_WAYS.get(way.channel, way.channel)} {_SENT[way.state]}"
    if way.tried_at is not None:
        said += f" {way.tried_at.astimezone(people.calendar.zone):%m-%d %H:%M}"
    return said if way.state == "delivered" or not way.answer else f"{said}（{way.answer}）"
