"""The charts of a workbook: rates by unit in the official order, and what came and was closed by month."""

from typing import Any, Final

from contracts.figures import Figures
from shared.figures.book import Book, Sheet
from shared.figures.table import Cell, count, percent, text

SHEET: Final = "图表"
_RATES: Final = ("单位", "办结率", "按期办结率")
_MONTHS: Final = ("收到月份", "收到", "办结")
_COLOURS: Final = ("#2F5597", "#8FAADC")
_ROWS_OF_A_CHART: Final = 20


def add_charts(book: Book, figures: Figures) -> None:
    """A sheet with the charts and, beside them, the numbers they are drawn from; a rate that there is none of leaves a gap."""
    sheet = book.sheet(SHEET, (24, 12, 12))
    units = [
        [text(one.name), _or_gap(percent(one.rates.closure)), _or_gap(percent(one.rates.on_time_closure))]
        for one in figures.units
    ]
    months = [[text(one.name), count(one.counts.received), count(one.counts.closed)] for one in figures.periods]
    _chart(book, sheet, 0, "各单位办结率和按期办结率（按单位序列）", _RATES, units)
    _chart(book, sheet, _ROWS_OF_A_CHART + 2, "按收到月份：收到与办结", _MONTHS, months)


def _or_gap(cell: Cell) -> Cell | None:
    return cell if cell.number is not None else None


def _chart(book: Book, sheet: Sheet, top: int, title: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    sheet.row = max(top, sheet.row + 1) if top else 0
    first = sheet.row
    sheet.header(columns)
    for row in rows:
        sheet.write(row)
    if not rows:
        return
    chart = book.workbook.add_chart({"type": "column"})
    for nth, name in enumerate(columns[1:], start=1):
        chart.add_series(
            {
                "name": name,
                "categories": [SHEET, first + 1, 0, first + len(rows), 0],
                "values": [SHEET, first + 1, nth, first + len(rows), nth],
                "fill": {"color": _COLOURS[nth - 1]},
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    if columns is _RATES:
        chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
    chart.set_size({"width": 900, "height": 380})
    sheet.sheet.insert_chart(first, len(columns) + 1, chart)
