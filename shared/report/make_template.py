"""Makes the Word template that ships with the program: `python -m shared.report.make_template`.

An office edits its own copy in WPS or Word; this one is made from code so that its every style can be read here.
"""

from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from shared.report.word import TEMPLATE

_BODY: Final = ("仿宋", 16)
_STYLES: Final = {"Title": ("方正小标宋简体", 22), "Heading 1": ("黑体", 16), "Caption": ("楷体", 14)}
_CELL_POINTS: Final = 9


def make(file: Path = TEMPLATE) -> None:
    """Write the template: A4, the margins and typefaces of GB/T 9704 (党政机关公文格式)."""
    document = Document()
    _page(document)
    _styles(document)
    _text(document)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", "督办工作情况", ""
    document.save(str(file))


def _page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _typeface(normal, *_BODY)
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    for name, (font, points) in _STYLES.items():
        style = document.styles[name]
        _typeface(style, font, points)
        style.font.bold, style.font.italic, style.font.color.rgb = False, False, None
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(6)
    _without_border(document.styles["Title"])
    document.styles["Title"].paragraph_format.line_spacing = Pt(36)


def _typeface(style: Any, font: str, points: float) -> None:
    style.font.name, style.font.size = font, Pt(points)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)


def _without_border(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _text(document: Any) -> None:
    document.add_paragraph("{{ title }}", style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("（{{ as_of }}）", style="Caption").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("{%p for section in sections %}")
    document.add_paragraph("{{ section.heading }}", style="Heading 1")
    document.add_paragraph("{%p for paragraph in section.paragraphs %}")
    document.add_paragraph("{{ paragraph }}").paragraph_format.first_line_indent = Pt(32)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p for table in section.tables %}")
    document.add_paragraph("{{ table.title }}", style="Caption").alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(document)
    document.add_paragraph("{%p if table.note %}")
    document.add_paragraph("注：{{ table.note }}", style="Caption")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")


def _table(document: Any) -> None:
    """One table for all: its columns and rows are those of the content."""
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _as_wide_as_the_page(table)
    rows = (
        ("{%tc for column in table.columns %}", "{{ column }}", "{%tc endfor %}"),
        ("{%tr for row in table.rows %}", "", ""),
        ("{%tc for cell in row %}", "{{ cell.text }}", "{%tc endfor %}"),
        ("{%tr endfor %}", "", ""),
    )
    for nth, said in enumerate(rows):
        for place, one in enumerate(said):
            paragraph = table.cell(nth, place).paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(16)
            run = paragraph.add_run(one)
            run.font.size, run.font.bold = Pt(_CELL_POINTS), nth == 0
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(header.makeelement(qn("w:tblHeader"), {}))


def _as_wide_as_the_page(table: Any) -> None:
    """The columns share the width by what they hold: how many there are is not known here."""
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")
    for cell in table._cells:
        its = cell._tc.get_or_add_tcPr().get_or_add_tcW()
        its.set(qn("w:type"), "auto")
        its.set(qn("w:w"), "0")


if __name__ == "__main__":
    make()
