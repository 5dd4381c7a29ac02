"""A report as an Excel workbook: its paragraphs, the charts, and a sheet for each table."""

from shared.figures.book import Book
from shared.figures.charts import add_charts
from shared.figures.table import Table, text, without
from shared.report.content import Report


def workbook(report: Report) -> bytes:
    """The report as an .xlsx file; the same bytes for the same report."""
    book = Book(report.title, report.figures.as_of)
    sheet = book.sheet("报告", (110,))
    sheet.title(report.title)
    sheet.write((text(report.as_of),))
    for section in report.sections:
        sheet.row += 1
        sheet.title(section.heading)
        for paragraph in section.paragraphs:
            sheet.write((text(paragraph),))
        for table in section.tables:
            sheet.write((text(f"（见工作表“{table.name}”）"),))
    add_charts(book, report.figures)
    for section in report.sections:
        for table in section.tables:
            _add(book, table)
    return book.bytes()


def _add(book: Book, table: Table) -> None:
    shown = without(table, "bar")
    sheet = book.sheet(table.name, _widths(shown))
    sheet.filtered(shown.columns, shown.rows)
    if table.note:
        sheet.row += 1
        sheet.write((text(table.note),))


def _widths(table: Table) -> list[float]:
    """Columns of text as wide as their longest cell, within bounds; a Chinese character is two wide."""
    widths = []
    for place, name in enumerate(table.columns):
        longest = max([len(row[place].text) for row in table.rows] + [len(name)])
        widths.append(float(min(60, max(12, longest * 2))))
    return widths
