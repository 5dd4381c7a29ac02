"""Writes what every count and every rate means, from the registry itself: python -m shared.formulas [--check].

The page is contracts/figures.md, in Chinese and English; a field of the figures has the id of its formula as its name.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from shared.domain.formula import FORMULAS, Formula
from shared.domain.measure import MEANINGS, Measure

FILE: Final = Path(__file__).parents[1] / "contracts" / "figures.md"

_RULES: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "截断",
        "truncation",
        "比率截断到小数点后四位，不四舍五入：只要还有一件未办结，就不会显示100%。",
        "A rate is cut off after four decimals, never rounded up: it does not read 100 % while something is open.",
    ),
    (
        "零分母",
        "zero denominator",
        "分母为零时比率为空（显示“—”），既不是0也不是100%。",
        "Without a denominator a rate is null (shown as —), which is neither 0 nor 100 %.",
    ),
    (
        "小样本",
        "small n",
        "每个比率并列分子、分母、件数 n 和95%威尔逊区间（1927）；n 少于本单位设定的最低件数时 few 为真，只展示、不比较。",
        "Every rate stands beside its numerator, its denominator, the number n of tasks below the line and the 95 % interval of "
        "Wilson (1927). Where n is less than the office's minimum, few is true: to be shown, not to be compared.",
    ),
    (
        "口径",
        "basis",
        "snapshot：某一时段收到的件，在截止时刻的状态；matured：其中期限已到的件；flow：时段内的进出，不论何时收到。"
        "flow 恒等式：期初在办＋新收＋转入－转出－撤回－不予受理－合并－核减＝办结＋期末在办。",
        "snapshot: what was received in a period, as it stands at the as-of instant. matured: those of it whose due has passed. "
        "flow: what came and went in a period, whenever it was received; opening + given + moved in − moved out − withdrawn − "
        "not accepted − merged − excluded = closed + open.",
    ),
    (
        "截止时刻与知晓时刻",
        "as-of and knowledge instants",
        "as_of：截至该时刻（含）发生的事计入；known_at：只用截至该时刻已知的事实，空为按目前所知。"
        "是否超期按期限本身判断，与何时发现无关；恰在期限时刻办结为按期。",
        "as_of: what happened until then counts, that instant included. known_at: by what was known then; null is as known now. "
        "Lateness is judged by the due itself, not by when it was noticed; what is done at the due itself is on time.",
    ),
    (
        "期限",
        "dues",
        "现行期限含批准的延期和中止后的顺延；原期限是首次给出的期限，延期不顺延。无期限的件不进入按期、超期各项。",
        "The due in force has extensions granted and time stood still in it; the original due is the first one given. What has "
        "no due is neither on time nor late.",
    ),
    (
        "承办单位",
        "units",
        "计入该时刻负责的单位（主办）；按规则要求时，协办单位各计一次（co_units），合计仍只计一次。上级单位含其下级。",
        "A task counts for the unit that has it at the instant (the lead). Where the rule says so (co_units) it counts for each "
        "of its co-units, too; in a total it counts once. A unit holds those below it.",
    ),
    (
        "权重",
        "weights",
        "同一事项由几家分担时按权重计（如4.5件，计到小数点后六位）；件数 n 仍按整件计。",
        "A matter that is shared among several counts by its weight (4.5 件), to six decimals; n counts tasks whole.",
    ),
    (
        "多值类别",
        "multi-valued categories",
        "有几个类别或企业的件在每一个中都计入，各类占比之和可以超过100%；合计只计一次。",
        "A task counts in each of its categories and enterprises, so that shares may add up to more than 100 %; in a total it "
        "counts once.",
    ),
    (
        "子任务",
        "parts",
        "拆分出的子任务不计；被拆分的件按交办时计一次。",
        "The parts of a task that was split do not count: it counts once, as it was given.",
    ),
    (
        "反弹",
        "episodes",
        "反弹后重新交办为新的一轮，另计一次；前一轮的结论不变。",
        "A relapse begins another episode, which counts once more; the former one keeps its verdict.",
    ),
    (
        "核减",
        "exclusions",
        "核减的件只留在收到、流转和核减数中，不进入其他任何分子、分母。撤回、不予受理、合并的件不再在办，也不算办结。",
        "What is excluded is left in received, in the flow and in excluded only: in no other numerator or denominator. What was "
        "withdrawn, not accepted or merged is open no more, and not closed.",
    ),
    (
        "不排名",
        "no ranking",
        "不对个人计数；单位按法定顺序排列，不按比率排序。",
        "No person is counted; units stand in their official order, never by a rate.",
    ),
)


def page() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def basis(formula: Formula) -> str:
    """Whether a rate is of all that was received, or only of what is due."""
    return "matured" if Measure.DUE in formula.denominator else "snapshot"


def _lines() -> Iterator[str]:
    yield "# 指标口径 · What the figures mean"
    yield ""
    yield "由 `python -m shared.formulas` 按登记的公式写成，计算所用即此表；编号的含义永不改变，另有含义则另设编号。"
    yield ""
    yield "Written by `python -m shared.formulas` from the registry that the figures are computed with"
    yield "(`shared/domain/measure.py`, `shared/domain/formula.py`). An id never changes its meaning; another meaning is"
    yield "another id."
    yield from ("", "## 通则 · Common rules", "")
    for zh, en, zh_rule, en_rule in _RULES:
        yield f"- **{zh} · {en}**"
        yield f"  - {zh_rule}"
        yield f"  - {en_rule}"
    yield from ("", "## 计数 · Measures", "", "每轮每件至多计一次。 Each is one or nothing for each episode of a task.", "")
    yield "| id | 名称 | name | 定义 | definition |"
    yield "|---|---|---|---|---|"
    for measure in Measure:
        said = MEANINGS[measure]
        yield f"| `{measure.word}` | {said.zh} | {said.en} | {said.zh_meaning} | {said.en_meaning} |"
    yield from ("", "## 比率 · Rates")
    for formula in FORMULAS.values():
        yield from _rate(formula)


def _rate(one: Formula) -> Iterator[str]:
    yield from ("", f"### `{one.id}` {one.zh} · {one.en}", "")
    yield f"- 定义 · definition: {one.zh_meaning} {one.en_meaning}"
    yield f"- 分子 · numerator: {_sum(one.numerator)}"
    yield f"- 分母 · denominator: {_sum(one.denominator)}"
    yield f"- 剔除 · taken from below the line: {_sum(one.less)}"
    yield f"- 口径 · basis: {basis(one)}"
    yield f"- 来源 · source: {one.source or '—'}"


def _sum(some: Sequence[Measure]) -> str:
    return " + ".join(f"{MEANINGS[one].zh} `{one.word}`" for one in some) or "—"


def main() -> None:
    """Write the file, or with --check exit 1 when it is not what would be written."""
    if "--check" not in sys.argv:
        FILE.write_text(page(), encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != page():
        sys.exit(f"{FILE.name} is out of date: make contracts")


if __name__ == "__main__":
    main()
