"""Words for what people are told of, in office Chinese: what it is, how much time is left, why it is they, why they were not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.domain.budget import BadBudget, Budget
from shared.domain.calendar import Calendar
from shared.domain.notice import Dropped, Kind, Occasion, Reason
from shared.domain.person import Roster
from shared.domain.shift import last_day

KINDS: Final[dict[Kind, str]] = {"overdue": "■ 逾期", "near": "▲ 临期", "letter": "督办单", "urge": "催办", "alarm": "系统报警"}
CLOCKS: Final = {
    "sign": "签收",
    "respond": "响应",
    "finish": "办结",
    "internal": "内部办结",
    "answer": "答复申请",
    "look-back": "回头看",
}
DROPPED: Final[dict[Dropped, str]] = {
    "closed": "已办结",
    "archived": "已归档",
    "ended": "已终结（撤销、合并、核减或不予受理）",
    "suspended": "已中止",
    "extended": "期限已变更",
    "answered": "该环节已完成",
    "withdrawn": "提醒已撤回",
    "gone": "该期限已不存在",
    "acknowledged": "已有人知悉",
    "covered": "由更高一级提醒涵盖",
    "passed-on": "已改由现在办理或代理的人接收",
}
_DAY: Final = timedelta(days=1)
_SIDES: Final = {"near": "临期", "late": "逾期"}
_UNITS: Final = {"min": "分钟", "h": "小时", "wh": "个工作小时", "cd": "天", "wd": "个工作日", "mo": "个月"}


def rung_of(rung: str) -> str:
    """A rung of a clock, such as `临期30分钟`, `到期` or `逾期1个工作日`; another word stays as it is."""
    side, _, length = rung.partition("-")
    if rung == "overdue":
        return "到期"
    try:
        budget = Budget.parse(length)
    except BadBudget:
        return rung
    return f"{_SIDES[side]}{budget.number}{_UNITS[budget.unit]}" if side in _SIDES and budget.unit in _UNITS else rung


def occasion_of(one: Occasion) -> str:
    """What there is to tell of: clock and rung, such as `办结 逾期1个工作日`; the words of an urge, a letter or an alarm."""
    if one.kind == "alarm":
        return one.rung
    if one.word is not None:
        return urged_by(one.word.source, one.word.letter, one.word.text)
    return f"{CLOCKS[one.topic]} {rung_of(one.rung)}" if one.topic in CLOCKS else ""


def left(due: datetime, now: datetime, calendar: Calendar) -> str:
    """How much time is left to a due, or has passed since: in working days, on the last day in hours and minutes."""
    late = now > due
    first, last = (due, now) if late else (now, due)
    word = "已逾期" if late else "剩余"
    if last - first < _DAY:
        minutes = int((last - first).total_seconds() // 60)
        if late and not minutes:
            return "刚刚逾期"
        hours = f"{minutes // 60} 小时" if minutes >= 60 else ""
        return f"{word} {hours}{f' {minutes % 60} 分钟' if minutes % 60 or not hours else ''}".replace("  ", " ")
    days = calendar.working_days(last_day(first, calendar), last_day(last, calendar))
    return f"{word} {days} 个工作日" if days else f"{word} {(last - first).days} 天（均为非工作日）"


def urged_by(source: str, letter: str, text: str) -> str:
    """Who urges, by which letter, and in what words, such as `来自 city-command，文号 督〔2026〕1号：限三日内反馈`."""
    return f"来自 {source}{f'，文号 {letter}' if letter else ''}{f'：{text}' if text else ''}"


def reason_of(reason: Reason, roster: Roster, state: Literal["told", "dropped", "waiting"] = "told") -> str:
    """Why a person was told, in one sentence; why it had been planned, of who was not told; of who waits, on what it depends."""
    if reason.waited == "nobody":
        return f"“{reason.route}”各步均无人任职，改为通知{reason.role.zh}"
    said = f"{'原计划' if state == 'dropped' else ''}按“{reason.route}”第 {reason.step + 1} 步，通知{reason.role.zh}"
    if reason.instead_of:
        said += f"；{names_of(reason.instead_of, roster)}外出，由代理人接收"
    if reason.step and state == "told":
        said += "；前一步无人知悉，事项也未办结"
    if reason.step and state == "waiting":
        said += "；到时仍无人知悉、事项也未办结才通知"
    if reason.waited == "hours":
        said += f"；非工作时间产生，{'到' if state == 'told' else '定于'}工作时间汇总发送"
    return said


def part_of(reason: Reason, roster: Roster) -> str:
    """Why a person is told, in a few letters and to their face, such as `您为科室负责人，前一步无人知悉`."""
    away = names_of(reason.instead_of, roster)
    said = f"您代{away}（{reason.role.zh}）接收" if away else f"您为{reason.role.zh}"
    if reason.waited == "nobody":
        return f"{said}，应通知的岗位均无人任职"
    return f"{said}，前一步无人知悉" if reason.step else said


def names_of(ids: Iterable[str], roster: Roster) -> str:
    """The names of people by their ids; who is not in the roster goes by the id."""
    return "、".join(roster.people[id].name if id in roster.people else id for id in ids)
