"""Formulas: every rate by its id, with what is counted above and below the line. Nothing reads 100 % while something is open."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from math import sqrt
from typing import Final, NamedTuple, TypeVar

from shared.domain.measure import Measure
from shared.domain.value import value

Number = int | Decimal
"""A number of tasks; a fraction where a matter is shared among several (4.5 件)."""
_N = TypeVar("_N", int, Number)
_FOUR_DECIMALS: Final = Decimal("0.0001")
_SIX_DECIMALS: Final = Decimal("0.000001")
Z: Final = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


def exact_weight(weight: float) -> Decimal:
    """By how much a task counts: its weight to six decimals, so that sums and differences of any number of tasks are exact."""
    return Decimal(repr(weight)).quantize(_SIX_DECIMALS)


@value
class Counts:
    """How many tasks have each measure: `tasks` as they are, `weighted` by their weights, both in the order of the measures."""

    tasks: tuple[int, ...] = (0,) * len(Measure)
    weighted: tuple[Number, ...] = (0,) * len(Measure)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(_added(self.tasks, other.tasks), _added(self.weighted, other.weighted))

    def __getitem__(self, measure: Measure) -> Number:
        """By weight; a whole number where it is one."""
        number = self.weighted[measure]
        return int(number) if number == int(number) else number

    def number(self, plus: Iterable[Measure], less: Iterable[Measure] = ()) -> Number:
        """The sum of some measures less others, by weight."""
        total = sum((self.weighted[one] for one in plus), Decimal(0)) - sum((self.weighted[one] for one in less), Decimal(0))
        return int(total) if total == int(total) else total

    def tasks_of(self, plus: Iterable[Measure], less: Iterable[Measure] = ()) -> int:
        """The same in tasks, each counted whole."""
        return sum(self.tasks[one] for one in plus) - sum(self.tasks[one] for one in less)


def _added(one: tuple[_N, ...], other: tuple[_N, ...]) -> tuple[_N, ...]:
    return tuple([a + b for a, b in zip(one, other, strict=True)])


def counts_of(numbers: Mapping[Measure, int]) -> Counts:
    """Counts of whole tasks; measures that are not named are zero."""
    tasks = tuple([numbers.get(measure, 0) for measure in Measure])
    return Counts(tasks, tasks)


@value
class Rate:
    """A rate with what it was made of; `n` is the number of tasks below the line, each counted whole."""

    numerator: Number
    denominator: Number
    n: int

    @property
    def value(self) -> float | None:
        """The quotient truncated to four decimals; None when the denominator is zero, which is neither 0 nor 100 %."""
        if self.denominator == 0:
            return None
        quotient = Decimal(self.numerator) / Decimal(self.denominator)
        return float(quotient.quantize(_FOUR_DECIMALS, rounding=ROUND_DOWN))

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of Wilson (1927), outward to four decimals: how far so few tasks can be trusted. None without any."""
        if self.n == 0 or self.denominator == 0:
            return None
        share, n = float(Decimal(self.numerator) / Decimal(self.denominator)), self.n
        middle, scale = share + Z * Z / (2 * n), 1 + Z * Z / n
        spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        low, high = (middle - spread) / scale, (middle + spread) / scale
        return max(0.0, int(low * 10_000) / 10_000), min(1.0, -(-int(high * 1_000_000) // 100) / 10_000)


class Formula(NamedTuple):
    """One rate: the measures above the line, those below it, and those taken from below it."""

    id: str
    zh: str
    en: str
    numerator: tuple[Measure, ...]
    denominator: tuple[Measure, ...]
    less: tuple[Measure, ...]
    zh_meaning: str
    en_meaning: str
    source: str
    """Where the definition is from."""

    def rate(self, counts: Counts) -> Rate:
        """The rate of these counts."""
        n = counts.tasks_of(self.denominator, self.less)
        return Rate(counts.number(self.numerator), counts.number(self.denominator, self.less), n)


_TO_CLOSE: Final = (Measure.CLOSED, Measure.OPEN)
_WITH_DUE: Final = (Measure.CLOSED_ON_TIME, Measure.CLOSED_LATE, Measure.OVERDUE_OPEN)
_COUNTED: Final = ((Measure.RECEIVED,), (Measure.EXCLUDED,))

FORMULAS: Final[dict[str, Formula]] = {
    one.id: one
    for one in (
        Formula(
            "closure",
            "办结率（含阶段性办结）",
            "closure rate",
            (Measure.CLOSED,),
            _TO_CLOSE,
            (),
            "办结 ÷（办结＋在办）。阶段性办结计入办结；撤回、不予受理、合并、核减的不计入分母。",
            "Closed, for the stage or in full, out of closed and open. What ended without closing is in neither.",
            "海南、内蒙古边督边改公开数据的口径",
        ),
        Formula(
            "closure_full",
            "办结率（不含阶段性办结）",
            "closure rate, in full",
            (Measure.CLOSED_FULL,),
            _TO_CLOSE,
            (),
            "全部办结 ÷（办结＋在办）。阶段性办结不计入分子。",
            "Closed in full out of closed and open.",
            "",
        ),
        Formula(
            "on_time_closure",
            "按期办结率（现行期限）",
            "on-time closure rate, by the due in force",
            (Measure.CLOSED_ON_TIME,),
            _WITH_DUE,
            (),
            "按期办结 ÷（有期限的办结＋逾期在办）。期限为批准延期后的期限；期限未到的在办件不计。",
            "Closed by the due in force, extensions granted, out of all that were closed with a due or are open past it.",
            "连云港市12345通报“应办结工单”的口径",
        ),
        Formula(
            "on_time_closure_original",
            "按期办结率（原期限）",
            "on-time closure rate, by the original due",
            (Measure.CLOSED_BY_ORIGINAL,),
            (Measure.CLOSED_BY_ORIGINAL, Measure.CLOSED_PAST_ORIGINAL, Measure.PAST_ORIGINAL_OPEN),
            (),
            "按最初期限计，延期不顺延。",
            "The same by the first due that was given: an extension does not help.",
            "",
        ),
        Formula(
            "matured_closure",
            "应办结件办结率",
            "closure rate of what is due",
            (Measure.DUE_CLOSED,),
            (Measure.DUE,),
            (),
            "期限已到的件中已办结的比例。",
            "Closed out of all whose due has passed.",
            "生态环境部2018年5月通报3月受理件办结情况的口径",
        ),
        Formula(
            "matured_on_time",
            "应办结件按期办结率",
            "on-time closure rate of what is due",
            (Measure.DUE_CLOSED_ON_TIME,),
            (Measure.DUE,),
            (),
            "期限已到的件中按期办结的比例。",
            "Closed on time out of all whose due has passed.",
            "",
        ),
        Formula(
            "overdue",
            "超期率",
            "overdue rate",
            (Measure.CLOSED_LATE, Measure.OVERDUE_OPEN),
            _WITH_DUE,
            (),
            "（超期办结＋逾期在办）÷（有期限的办结＋逾期在办）。",
            "Closed late or open past the due, out of all that were closed with a due or are open past it.",
            "",
        ),
        Formula(
            "sign_on_time",
            "及时签收率",
            "timely sign-off rate",
            (Measure.SIGNED_ON_TIME,),
            (Measure.SIGNED_ON_TIME, Measure.SIGNED_LATE, Measure.SIGN_OVERDUE),
            (),
            "按时签收 ÷（已签收＋逾期未签收）。",
            "Signed for in time out of all that were signed for or should have been.",
            "连云港市12345通报",
        ),
        Formula(
            "response_on_time",
            "及时响应率",
            "timely response rate",
            (Measure.RESPONDED_ON_TIME,),
            (Measure.RESPONDED_ON_TIME, Measure.RESPONDED_LATE, Measure.RESPONSE_OVERDUE),
            (),
            "按时响应 ÷（已响应＋逾期未响应）。",
            "Responded to in time out of all that were responded to or should have been.",
            "",
        ),
        Formula(
            "acceptance",
            "验收率",
            "acceptance rate",
            (Measure.CLOSED_FULL,),
            (Measure.SUBMITTED,),
            (),
            "验收销号（全部办结）÷ 已报完成。",
            "Closed in full out of all that were said to be done.",
            "",
        ),
        Formula(
            "satisfaction",
            "满意率",
            "satisfaction rate",
            (Measure.SATISFIED,),
            (Measure.EVALUATED,),
            (),
            "满意和基本满意 ÷ 有效评价，只计对责任单位的最近一次评价；须与参评率并列。",
            "Satisfied or mostly so out of those who evaluated the handling unit, by their latest word.",
            "",
        ),
        Formula(
            "participation",
            "参评率",
            "participation rate",
            (Measure.EVALUATED,),
            *_COUNTED,
            "有效评价 ÷（收到－核减）。",
            "Those that were evaluated out of all received, less the excluded.",
            "",
        ),
        Formula(
            "office_satisfaction",
            "对受理部门满意率",
            "satisfaction rate, receiving office",
            (Measure.OFFICE_SATISFIED,),
            (Measure.OFFICE_EVALUATED,),
            (),
            "对受理部门的满意和基本满意 ÷ 有效评价。",
            "The same of the office that took the matter in.",
            "",
        ),
        Formula(
            "returned",
            "退件率",
            "return rate",
            (Measure.RETURNED,),
            *_COUNTED,
            "经同意退回的件 ÷（收到－核减）。",
            "Returned as not the unit's affair, and agreed to, out of all received, less the excluded.",
            "",
        ),
        Formula(
            "rework",
            "返工率",
            "rework rate",
            (Measure.SENT_BACK,),
            (Measure.SUBMITTED,),
            (),
            "被审核退回重办的件 ÷ 已报完成的件。",
            "Sent back by the reviewer out of all that were said to be done.",
            "",
        ),
        Formula(
            "extension",
            "延期率",
            "extension rate",
            (Measure.EXTENDED,),
            *_COUNTED,
            "批准延期的件 ÷（收到－核减）。",
            "Granted an extension out of all received, less the excluded.",
            "",
        ),
        Formula(
            "repeat",
            "重复投诉率",
            "repeat rate",
            (Measure.REPEATED,),
            *_COUNTED,
            "重复件 ÷（收到－核减）。",
            "The same person's complaint of the same matter again, out of all received, less the excluded.",
            "",
        ),
        Formula(
            "relapse",
            "反弹率",
            "relapse rate",
            (Measure.RELAPSED,),
            *_COUNTED,
            "反弹后重新交办的件 ÷（收到－核减）。",
            "Open again after a closing, out of all received, less the excluded.",
            "",
        ),
    )
}
"""Every formula by its id. An id never changes its meaning; another meaning is another id."""
