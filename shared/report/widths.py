"""Columns of Word tables as wide as what they hold: programs differ in what they make of columns without a width."""

from typing import Any, Final
from unicodedata import east_asian_width

from docx.oxml.ns import qn

_LEAST: Final = 4
_MOST: Final = 17
_MARGINS: Final = 3
"""Of a cell, in the width of a Latin letter."""
_TWIPS_PER_EMU: Final = 635


def set_widths(document: Any) -> None:
    """Share the page's width among the columns of every table whose cells have none; a template's own widths stay."""
    page = document.sections[0]
    room = (page.page_width - page.left_margin - page.right_margin) // _TWIPS_PER_EMU
    for table in document.tables:
        rows = [list(row._tr.tc_lst) for row in table.rows]
        if rows and all(_is_open(cell) for row in rows for cell in row):
            _share(table, rows, room)


def _is_open(cell: Any) -> bool:
    width = cell.get_or_add_tcPr().find(qn("w:tcW"))
    return width is None or width.get(qn("w:type")) == "auto"


def _share(table: Any, rows: list[list[Any]], room: int) -> None:
    number = max(len(row) for row in rows)
    wants = [
        min(max(max(_length(row[nth]) for row in rows if nth < len(row)), _LEAST), _MOST) + _MARGINS for nth in range(number)
    ]
    widths = [room * want // sum(wants) for want in wants]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=False):
        column.set(qn("w:w"), str(width))
    for row in rows:
        for cell, width in zip(row, widths, strict=False):
            its = cell.get_or_add_tcPr().get_or_add_tcW()
            its.set(qn("w:type"), "dxa")
            its.set(qn("w:w"), str(width))


def _length(cell: Any) -> int:
    """The longest piece of a cell's text that should not be broken, a Chinese character as two; the header may be."""
    text = "".join(one.text or "" for one in cell.iter(qn("w:t")))
    length = sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
    header = cell.getparent().find(qn("w:trPr"))
    return length if header is None else -(-length // 3)
