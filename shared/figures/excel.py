"""Figures as a workbook: what they are true for first, then charts, then a sheet for each way to split them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from contracts.figures import Figures, Group
from shared.domain.formula import FORMULAS
from shared.domain.measure import MEANINGS, Measure
from shared.figures.book import Book, Sheet
from shared.figures.charts import add_charts
from shared.figures.table import Cell, Table, count, left_out, named_counts, percent, text

_Of = TypeVar("_Of")
_More = TypeVar("_More", str, None)
SUMMARY: Final = "汇总"
_BASIS: Final = "snapshot：期间收到的事项，在截至时刻的状态"
_ALWAYS: Final = (Measure.RECEIVED, Measure.CLOSED, Measure.OPEN)
_ALWAYS_RATES: Final = ("closure", "on_time_closure")
_ASKED: Final = {
    "family": "类型",
    "source": "来源",
    "unit": "单位（含下级）",
    "category": "类别",
    "enterprise": "企业",
    "received_from": "收到日期（起，含）",
    "received_to": "收到日期（止，不含）",
}


def figures_workbook(figures: Figures) -> bytes:
    """The figures as an .xlsx file; the same bytes for the same figures. Instants are in their own time zone."""
    book = Book("督办数据", figures.as_of)
    _summary(book.sheet(SUMMARY, (30, 14, 14, 14, 28, 72)), figures)
    add_charts(book, figures)
    for name, groups in _splits(figures):
        table = split_table(name, groups, figures)
        sheet = book.sheet(name, _widths(table))
        sheet.filtered(table.columns, table.rows)
    return book.bytes()


def facts_of(figures: Figures) -> list[tuple[str, str]]:
    """What the figures are true for, in words: instants, basis, positions, what was asked for and what is left out."""
    zone = ZoneInfo(figures.timezone)
    asked = [(name, getattr(figures.asked, field)) for field, name in _ASKED.items()]
    return [
        ("截至时刻", _instant(figures.as_of, zone)),
        ("知悉时刻", "按生成时所知" if figures.known_at is None else _instant(figures.known_at, zone)),
        ("口径", _BASIS),
        ("时区", figures.timezone),
        ("台账位置", "，".join(f"分区{partition}：{position}" for partition, position in figures.positions.items()) or "无"),
        ("未计入办结率分母", left_out(figures.counts)),
        *((name, str(said)) for name, said in asked if said is not None),
        ("协办单位", "一并计数" if figures.asked.co_units else "不计数"),
    ]


def counts_table(figures: Figures) -> Table:
    """Every count with what it means."""
    rows = [
        (text(MEANINGS[measure].zh), count(number), text(measure.word), text(MEANINGS[measure].zh_meaning))
        for measure, number in named_counts(figures.counts)
    ]
    return Table("件数", "件数", ("件数", "数值", "标识", "含义"), tuple(rows))


def rates_table(figures: Figures) -> Table:
    """Every rate with its parts, its formula and what it means."""
    rows = []
    for id, formula in FORMULAS.items():
        rate = getattr(figures.rates, id)
        few = "件数少，不宜比较。" if rate.few and rate.denominator else ""
        parts = (count(rate.numerator), count(rate.denominator), percent(rate))
        rows.append((text(formula.zh), *parts, text(id), text(few + formula.zh_meaning)))
    return Table("比率", "比率", ("比率", "分子", "分母", "值", "公式编号", "含义"), tuple(rows))


def split_table(name: str, groups: tuple[Group, ...], figures: Figures) -> Table:
    """One row for each group, with the counts and rates that there is something of in the whole."""
    measures = [one for one, number in named_counts(figures.counts) if number or one in _ALWAYS]
    rates = [id for id in FORMULAS if getattr(figures.rates, id).denominator or id in _ALWAYS_RATES]
    names = {group.key: group.name for group in groups}
    nested = any(group.within for group in groups)
    columns = ["名称", "编码", *(["上级单位"] if nested else []), *(MEANINGS[one].zh for one in measures)]
    for id in rates:
        columns += [f"{FORMULAS[id].zh}分子", f"{FORMULAS[id].zh}分母", FORMULAS[id].zh]
    rows = []
    for group in groups:
        cells = [text(group.name), text(group.key or None)]
        cells += [text(names.get(group.within or "", group.within))] if nested else []
        cells += [count(getattr(group.counts, one.word)) for one in measures]
        cells += [cell for id in rates for cell in _parts(group, id)]
        rows.append(tuple(cells))
    return Table(name, name, tuple(columns), tuple(rows))


def _parts(group: Group, id: str) -> tuple[Cell, Cell, Cell]:
    rate = getattr(group.rates, id)
    return count(rate.numerator), count(rate.denominator), percent(rate)


def _splits(figures: Figures) -> list[tuple[str, tuple[Group, ...]]]:
    return [
        ("按类型", figures.families),
        ("按单位", figures.units),
        ("按来源", figures.sources),
        ("按类别", figures.categories),
        ("按企业", figures.enterprises),
        ("按月", figures.periods),
    ]


def _summary(sheet: Sheet, figures: Figures) -> None:
    sheet.title("督办数据")
    for name, said in facts_of(figures):
        sheet.said(name, said)
    if figures.unregistered_units:
        sheet.said("未登记单位", "、".join(figures.unregistered_units))
    for table in (rates_table(figures), counts_table(figures)):
        sheet.row += 1
        sheet.title(table.title)
        sheet.header(_spread(table.columns, ""))
        for row in table.rows:
            sheet.write(_spread(row, None))


def _spread(row: Sequence[_Of], nothing: _More) -> tuple[_Of | _More, ...]:
    """A row of four cells in the columns of one of six, what they mean below what those mean."""
    return tuple(row) if len(row) == 6 else (*row[:2], nothing, nothing, *row[2:])


def _widths(table: Table) -> list[float]:
    return [24, 18, *(12 for _ in table.columns[2:])]


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S%z")
