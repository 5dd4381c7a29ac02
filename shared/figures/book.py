"""Workbooks whose text stays text and whose bytes are the same for the same content."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from shared.figures.table import Cell

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST: Final = 32_767
"""Characters that a cell can hold."""
_FORMATS: Final = {
    "count": "#,##0",
    "fraction": "#,##0.0###",
    "change": "+#,##0.####;-#,##0.####;0",
    "percent": "0.00%",
    "bar": "0.00%",
    "points": '+0.00"个百分点";-0.00"个百分点";0.00"个百分点"',
}
_FONT: Final = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_KEEP_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def harmless(said: str) -> str:
    """Text that no program takes for a formula: an apostrophe before what could begin one."""
    said = said[: _LONGEST - 1]
    return f"'{said}" if said.startswith(_DANGEROUS) else said


class Book:
    """A workbook in the making; rows are written in order and leave memory at once."""

    def __init__(self, title: str, created: datetime) -> None:
        import xlsxwriter  # a third of a second, which commands that write no workbook need not wait

        self._out = BytesIO()
        self.workbook = xlsxwriter.Workbook(self._out, {"constant_memory": True, **_KEEP_TEXT})
        at = created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        self.workbook.set_properties({"title": title, "created": at})
        self._formats = {form: self._format({"num_format": shown}) for form, shown in _FORMATS.items()}
        self._formats |= {
            "text": self._format({"text_wrap": True}),
            "line": self._format({}),
            "nothing": self._format({"align": "right"}),
            "title": self._format({"bold": True, "font_size": 14, "font_name": "黑体"}),
            "header": self._format({"bold": True, "text_wrap": True, "align": "center", "bg_color": "#D9E2F3", "border": 1}),
        }

    def _format(self, more: dict[str, Any]) -> Any:
        return self.workbook.add_format(_FONT | more)

    def sheet(self, name: str, widths: Sequence[float]) -> "Sheet":
        """A new sheet with the widths of its columns in characters."""
        return Sheet(self.workbook.add_worksheet(name), self._formats, widths)

    def bytes(self) -> bytes:
        """The finished file; nothing can be written after it."""
        self.workbook.close()
        return self._out.getvalue()


class Sheet:
    """A sheet that is written row by row."""

    def __init__(self, sheet: Any, formats: dict[str, Any], widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.row = 0
        """The row that is written next, from 0."""
        self._formats = formats
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)

    def title(self, said: str) -> None:
        """A row with a title."""
        self.sheet.write_string(self.row, 0, harmless(said), self._formats["title"])
        self.row += 1

    def said(self, name: str, said: str) -> None:
        """A row that says one thing, as long as it is."""
        self.sheet.write_string(self.row, 0, harmless(name), self._formats["text"])
        self.sheet.write_string(self.row, 1, harmless(said), self._formats["line"])
        self.row += 1

    def header(self, columns: Sequence[str]) -> None:
        """A row with the names of the columns."""
        for place, name in enumerate(columns):
            self.sheet.write_string(self.row, place, harmless(name), self._formats["header"])
        self.row += 1

    def write(self, cells: Sequence[Cell | None]) -> None:
        """A row of cells; None leaves one empty."""
        for place, cell in enumerate(cells):
            if cell is not None:
                self._write(place, cell)
        self.row += 1

    def _write(self, place: int, cell: Cell) -> None:
        if cell.form == "text" or cell.number is None:
            form = self._formats["text" if cell.form == "text" else "nothing"]
            self.sheet.write_string(self.row, place, harmless(cell.text), form)
            return
        whole = cell.form != "count" or cell.number == int(cell.number)
        self.sheet.write_number(self.row, place, cell.number, self._formats[cell.form if whole else "fraction"])

    def filtered(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]], frozen_columns: int = 1) -> None:
        """A whole table with a filter, its header in sight however far one goes down."""
        top = self.row
        self.header(columns)
        self.sheet.freeze_panes(self.row, frozen_columns)
        for row in rows:
            self.write(row)
        if columns:
            self.sheet.autofilter(top, 0, max(self.row - 1, top), len(columns) - 1)
