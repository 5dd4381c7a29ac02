"""The tables of a report."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from contracts.figures import Counts, Figures, Group, Number, Rate, Rates
from shared.domain.measure import Measure
from shared.figures.document import UNNAMED
from shared.figures.period import chinese_instant
from shared.figures.table import NOTHING, Cell, Table, bar, change, count, percent, points, text
from shared.report.content import Material
from shared.report.tasks import Counted

_COUNTED = ("收到", "办结", "其中阶段性办结", "在办", "逾期在办", "办结率", "办结率图示", "按期办结率")
_COMPARED = (("收到", "received"), ("办结", "closed"), ("在办", "open"), ("逾期在办", "overdue_open"))
_RATES = (("办结率", "closure"), ("按期办结率", "on_time_closure"))
_NEVER: Cell = Cell(NOTHING)


def counted(name: str, title: str, first: str, rows: Iterable[tuple[str, Counts, Rates]], note: str = "") -> Table:
    """A table with the main counts and rates of some groups, and the parts of both rates beside them."""
    cells = [(text(who), *_main(counts, rates)) for who, counts, rates in rows]
    return Table(name, title, (first, *_COUNTED, "按期办结（分子/分母）"), tuple(cells), note)


def _main(counts: Counts, rates: Rates) -> tuple[Cell, ...]:
    on_time = rates.on_time_closure
    return (
        count(counts.received),
        count(counts.closed),
        count(counts.closed - counts.closed_full),
        count(counts.open),
        count(counts.overdue_open),
        percent(rates.closure),
        bar(rates.closure),
        percent(on_time),
        text(f"{count(on_time.numerator).text}/{count(on_time.denominator).text}"),
    )


def of_groups(groups: Sequence[Group], names: dict[str, str] | None = None) -> list[tuple[str, Counts, Rates]]:
    """The rows of published groups, in their order; a unit below another is indented."""
    named = names or {}
    return [(f"{'　' if one.within else ''}{named.get(one.key, one.name)}", one.counts, one.rates) for one in groups]


def overdue(material: Material) -> Table:
    """What is open past its due at the instant of judgement, the longest overdue first."""
    zone = ZoneInfo(material.figures.timezone)
    late = [one for one in material.tasks if one.has(Measure.OVERDUE_OPEN)]
    late.sort(key=lambda one: (one.due or material.as_of, one.task.owner, one.task.number))
    rows = []
    for one in late:
        due = NOTHING if one.due is None else chinese_instant(one.due.astimezone(zone))
        unit = material.office.units.get(one.unit, one.unit) or UNNAMED
        days = one.days_late(material.as_of)
        said = (text(material.settings.name_of(one.task.owner)), text(one.task.number), text(one.task.title), text(unit))
        rows.append((*said, text(one.received_on), text(due), count(days)))
    note = "超期天数：自期限届满至截至时刻，不足一日按一日计。"
    return Table(
        "逾期事项", "逾期未办结事项", ("来源", "编号", "事项", "责任单位", "收到日期", "办理期限", "超期天数"), tuple(rows), note
    )


def compared(now: Figures, before: Figures) -> Table:
    """This period beside the same of the year before; a dash for all of a year that has nothing."""
    then = {group.key: group for group in before.families}
    rows = _compared("合计", now.counts, now.rates, before.counts, before.rates)
    for group in now.families:
        other = then.get(group.key)
        rows += _compared(group.name, group.counts, group.rates, other.counts if other else None, other.rates if other else None)
    note = "上年同期按上年同一截至日计；上年同期没有数据的以“—”表示。"
    return Table("同比", "与上年同期比较", ("类型", "指标", "本期", "上年同期", "增减"), tuple(rows), note)


def _compared(who: str, now: Counts, rates: Rates, before: Counts | None, rates_before: Rates | None) -> list[tuple[Cell, ...]]:
    there = before if before is not None and before.received else None
    rows = [
        _of_count(who, name, getattr(now, field), None if there is None else getattr(there, field)) for name, field in _COMPARED
    ]
    for name, field in _RATES:
        other = None if there is None else getattr(rates_before, field)
        rows.append((text(who), text(name), *_of_rate(getattr(rates, field), other)))
    return rows


def _of_rate(now: Rate, before: Rate | None) -> tuple[Cell, ...]:
    if before is None:
        return percent(now), _NEVER, _NEVER
    if now.value is None or before.value is None:
        return percent(now), percent(before), _NEVER
    return percent(now), percent(before), points(now.value, before.value)


def _of_count(who: str, name: str, now: Number, before: Number | None) -> tuple[Cell, ...]:
    last = (_NEVER, _NEVER) if before is None else (count(before), change(now - before))
    return (text(who), text(name), count(now), *last)


def indicators(material: Material) -> Table:
    """What others measured, with its source and days."""
    rows = [
        (
            text(one.name),
            text(one.days.name),
            text(one.shown),
            text(one.place),
            text(one.source),
            text(one.recorded_on),
            text(one.note or None),
        )
        for one in material.indicators
    ]
    columns = ("指标", "时段", "数值", "位次", "数据来源", "登记日期", "备注")
    return Table("外部指标", "外部指标", columns, tuple(rows), "外部指标由来源单位提供，不参与本报告任何比率的计算。")


def names_of(tasks: Iterable[Counted]) -> set[str]:
    """The enterprises that some tasks are about."""
    return {name for one in tasks for name in one.task.enterprise}
