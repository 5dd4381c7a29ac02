"""Measures: what a task adds to the counts at an instant. Each is one or nothing for each episode of a task."""

from enum import IntEnum
from typing import Final, NamedTuple


class Measure(IntEnum):
    """One count; the number is its bit in a change of the counts."""

    RECEIVED = 0
    GIVEN = 1
    MOVED_IN = 2
    MOVED_OUT = 3
    OPEN = 4
    CLOSED = 5
    CLOSED_FULL = 6
    WITHDRAWN = 7
    NOT_ACCEPTED = 8
    MERGED = 9
    EXCLUDED = 10
    CLOSED_ON_TIME = 11
    CLOSED_LATE = 12
    OVERDUE_OPEN = 13
    CLOSED_BY_ORIGINAL = 14
    CLOSED_PAST_ORIGINAL = 15
    PAST_ORIGINAL_OPEN = 16
    DUE = 17
    DUE_CLOSED = 18
    DUE_CLOSED_ON_TIME = 19
    SIGNED_ON_TIME = 20
    SIGNED_LATE = 21
    SIGN_OVERDUE = 22
    RESPONDED_ON_TIME = 23
    RESPONDED_LATE = 24
    RESPONSE_OVERDUE = 25
    SUBMITTED = 26
    SENT_BACK = 27
    RETURNED = 28
    EXTENDED = 29
    REPEATED = 30
    RELAPSED = 31
    EVALUATED = 32
    SATISFIED = 33
    OFFICE_EVALUATED = 34
    OFFICE_SATISFIED = 35
    SUSPENDED = 36

    @property
    def word(self) -> str:
        """Its name in events, files and commands."""
        return self.name.lower()

    @property
    def bit(self) -> int:
        """Its bit in a set of measures."""
        return 1 << self


def measures(bits: int) -> tuple[Measure, ...]:
    """The measures of a set."""
    return tuple([measure for measure in Measure if bits & measure.bit])


class Meaning(NamedTuple):
    """What a measure counts, in both languages."""

    zh: str
    en: str
    zh_meaning: str
    en_meaning: str


MEANINGS: Final[dict[Measure, Meaning]] = {
    Measure.RECEIVED: Meaning(
        "收到",
        "received",
        "截至该时刻由该单位负责的件数；反弹另计一次；拆分出的子任务不计。",
        "Tasks that are the unit's at the instant. A relapse counts once more; the parts of a task that was split do not count.",
    ),
    Measure.GIVEN: Meaning(
        "新收",
        "given",
        "首次交到该单位的件数。",
        "Tasks that were given to the unit first.",
    ),
    Measure.MOVED_IN: Meaning(
        "转入",
        "moved in",
        "由其他单位转来的件数。",
        "Tasks that came from another unit.",
    ),
    Measure.MOVED_OUT: Meaning(
        "转出",
        "moved out",
        "转给其他单位的件数。",
        "Tasks that went to another unit.",
    ),
    Measure.OPEN: Meaning(
        "在办",
        "open",
        "尚未办结也未另行了结。",
        "Neither closed nor ended in another way.",
    ),
    Measure.CLOSED: Meaning(
        "办结",
        "closed",
        "已办结，含阶段性办结。",
        "Closed, for the stage or in full.",
    ),
    Measure.CLOSED_FULL: Meaning(
        "全部办结", "closed in full", "已办结，不含阶段性办结。", "Closed in full, not for the stage only."
    ),
    Measure.WITHDRAWN: Meaning(
        "撤回",
        "withdrawn",
        "交办方撤回。",
        "Taken back by the sender.",
    ),
    Measure.NOT_ACCEPTED: Meaning(
        "不予受理",
        "not accepted",
        "不予受理。",
        "Not taken up.",
    ),
    Measure.MERGED: Meaning(
        "合并",
        "merged",
        "并入其他事项。",
        "Went on as part of another matter.",
    ),
    Measure.EXCLUDED: Meaning(
        "核减",
        "excluded",
        "经交办方核减，不计入分母。",
        "Taken out of the count by the matter's owner.",
    ),
    Measure.CLOSED_ON_TIME: Meaning(
        "按期办结", "closed on time", "首次办结不晚于当时有效的期限。", "First closed no later than the due in force then."
    ),
    Measure.CLOSED_LATE: Meaning(
        "超期办结", "closed late", "首次办结晚于当时有效的期限。", "First closed after the due in force then."
    ),
    Measure.OVERDUE_OPEN: Meaning(
        "逾期在办",
        "overdue, open",
        "在办且已过现行期限。",
        "Open, and past the due in force.",
    ),
    Measure.CLOSED_BY_ORIGINAL: Meaning(
        "原期限内办结",
        "closed by the original due",
        "首次办结不晚于最初期限。",
        "First closed no later than the first due given.",
    ),
    Measure.CLOSED_PAST_ORIGINAL: Meaning(
        "超原期限办结", "closed past the original due", "首次办结晚于最初期限。", "First closed after the first due given."
    ),
    Measure.PAST_ORIGINAL_OPEN: Meaning(
        "超原期限在办", "open past the original due", "在办且已过最初期限。", "Open, and past the first due given."
    ),
    Measure.DUE: Meaning(
        "应办结",
        "due",
        "现行期限已到，未另行了结。",
        "Past the due in force, and not ended in another way.",
    ),
    Measure.DUE_CLOSED: Meaning(
        "应办结已办结",
        "due and closed",
        "期限已到且已办结。",
        "Due, and closed.",
    ),
    Measure.DUE_CLOSED_ON_TIME: Meaning(
        "应办结按期办结", "due and closed on time", "期限已到且按期办结。", "Due, and closed on time."
    ),
    Measure.SIGNED_ON_TIME: Meaning(
        "按时签收", "signed on time", "在签收期限内签收。", "Signed for within the time for signing."
    ),
    Measure.SIGNED_LATE: Meaning(
        "超时签收",
        "signed late",
        "超过签收期限签收。",
        "Signed for after the time for signing.",
    ),
    Measure.SIGN_OVERDUE: Meaning(
        "逾期未签收", "unsigned, overdue", "过签收期限仍未签收。", "Not signed for, and past the time for it."
    ),
    Measure.RESPONDED_ON_TIME: Meaning(
        "按时响应", "responded on time", "在响应期限内响应。", "Responded to within the time for it."
    ),
    Measure.RESPONDED_LATE: Meaning(
        "超时响应",
        "responded late",
        "超过响应期限响应。",
        "Responded to after the time for it.",
    ),
    Measure.RESPONSE_OVERDUE: Meaning(
        "逾期未响应", "unanswered, overdue", "过响应期限仍未响应。", "Not responded to, and past the time for it."
    ),
    Measure.SUBMITTED: Meaning(
        "已报完成", "submitted", "承办单位至少一次报告完成，或已办结。", "Said to be done at least once, or closed."
    ),
    Measure.SENT_BACK: Meaning(
        "退回重办",
        "sent back",
        "至少一次被审核退回；退回时间早于报完成时间的，自报完成时起计。",
        "Sent back by the reviewer at least once; no sooner than it was said to be done, whatever the reviewer's clock says.",
    ),
    Measure.RETURNED: Meaning(
        "退件",
        "returned",
        "至少一次经同意退回。",
        "Returned as not the unit's affair at least once.",
    ),
    Measure.EXTENDED: Meaning(
        "延期",
        "extended",
        "至少一次批准延期。",
        "Granted an extension at least once.",
    ),
    Measure.REPEATED: Meaning(
        "重复件", "repeated", "同一人同一事项的重复投诉。", "The same person's complaint of the same matter again."
    ),
    Measure.RELAPSED: Meaning(
        "反弹",
        "relapsed",
        "办结后反弹，重新交办。",
        "Open again after its closing.",
    ),
    Measure.EVALUATED: Meaning(
        "有效评价",
        "evaluated",
        "对责任单位作出评价。",
        "The handling unit was evaluated.",
    ),
    Measure.SATISFIED: Meaning(
        "满意", "satisfied", "最近一次评价为满意或基本满意。", "The latest evaluation is satisfied or mostly so."
    ),
    Measure.OFFICE_EVALUATED: Meaning(
        "对受理部门评价", "office evaluated", "对受理部门作出评价。", "The receiving office was evaluated."
    ),
    Measure.OFFICE_SATISFIED: Meaning(
        "对受理部门满意",
        "satisfied with the office",
        "对受理部门最近一次评价为满意或基本满意。",
        "The latest evaluation of the receiving office is satisfied or mostly so.",
    ),
    Measure.SUSPENDED: Meaning(
        "中止",
        "suspended",
        "在办且期限中止。",
        "Open, with its clocks standing still.",
    ),
}
