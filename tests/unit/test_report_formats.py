"""Word, Excel and Markdown of a report say the same, whatever stands in it."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from docx import Document

from shared.domain.matter import Family
from shared.report.compose import compose
from shared.report.content import Report
from shared.report.make_template import make
from shared.report.markdown import markdown
from shared.report.office import OfficeReport
from shared.report.word import TEMPLATE, BadTemplate, word
from shared.report.workbook import workbook
from tests.support.office_files import read_docx, read_markdown, read_xlsx
from tests.support.report_sample import counts, group, material

NASTY: Final = "=1+1 | <b>&amp;</b> {{ title }} {% for %} \\_*`[x](y)~#\x0b"


def sample(name: str = NASTY) -> Report:
    units = (group("water", name, counts(20, 19)), group("bureau", "分局", counts(50, 40), within="water"))
    families = {Family.DIRECTIVE: counts(20, 19), Family.COMPLAINT: counts(50, 40)}
    before = {Family.COMPLAINT: counts(48, 40)}
    return compose(material(families, before, units=units, settings=OfficeReport(office=name)))


def expected(report: Report) -> list[list[list[str]]]:
    """The tables as text, header first."""
    tables = [table for section in report.sections for table in section.tables]
    return [[list(one.columns), *([cell.text for cell in row] for row in one.rows)] for one in tables]


def shown(tables: list[list[list[str]]]) -> list[list[list[str]]]:
    """Without what a document of text cannot hold or does not show."""
    return [[[" ".join(cell.replace("\x0b", "").split()) for cell in row] for row in table] for table in tables]


def test_word_has_every_paragraph_and_every_cell() -> None:
    report = sample()
    read = read_docx(word(report))
    assert shown(read.tables) == shown(expected(report))
    for section in report.sections:
        assert {section.heading, *section.paragraphs} <= set(read.paragraphs)
    assert read.paragraphs[0] == report.title.replace("\x0b", "")
    assert read.paragraphs[1] == f"（{report.as_of}）"


def test_markdown_has_every_paragraph_and_every_cell() -> None:
    report = sample()
    read = read_markdown(markdown(report))
    assert shown(read.tables) == shown(expected(report))
    for section in report.sections:
        assert {section.heading, *section.paragraphs} <= set(read.paragraphs)


def test_excel_has_a_sheet_for_every_table_with_the_numbers_themselves() -> None:
    report = sample()
    sheets = read_xlsx(workbook(report))
    tables = [table for section in report.sections for table in section.tables]
    assert list(sheets) == ["报告", "图表", *(table.name for table in tables)]
    for table in tables:
        for nth, row in enumerate(table.rows, start=1):
            numbers = [cell.number for cell in row if cell.number is not None and cell.form != "bar"]
            assert [value for value in sheets[table.name].rows[nth] if isinstance(value, float)] == numbers
    assert not any(sheet.formulas for sheet in sheets.values())


def test_the_same_report_is_the_same_bytes() -> None:
    assert word(sample()) == word(sample())
    assert workbook(sample()) == workbook(sample())


def test_the_template_that_ships_is_what_the_code_makes(tmp_path: Path) -> None:
    make(tmp_path / "report.docx")
    with zipfile.ZipFile(tmp_path / "report.docx") as made, zipfile.ZipFile(TEMPLATE) as ships:
        assert made.namelist() == ships.namelist()
        assert {name: made.read(name) for name in made.namelist()} == {name: ships.read(name) for name in ships.namelist()}


def test_the_page_is_a4_in_the_typefaces_of_official_documents() -> None:
    document = Document(BytesIO(word(sample())))
    page = document.sections[0]
    assert (page.page_width.mm, page.page_height.mm) == (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))  # type: ignore[union-attr]
    fonts = {name: document.styles[name].font.name for name in ("Normal", "Heading 1")}
    assert fonts == {"Normal": "仿宋", "Heading 1": "黑体"}


def template(folder: Path, said: str) -> Path:
    document = Document()
    document.add_paragraph(said)
    document.save(str(folder / "own.docx"))
    return folder / "own.docx"


def test_an_office_may_write_its_own_sentences_with_the_figures(tmp_path: Path) -> None:
    own = template(
        tmp_path, "{{ title }}：信访{{ families.complaint.counts.received }}起，{{ figures.rates.closure.numerator }}件"
    )
    assert read_docx(word(sample("某局"), own)).paragraphs == ["某局2023年上半年督办工作情况：信访50起，59件"]


@pytest.mark.parametrize(
    "said",
    [
        "{{ figures.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% set _ = sections.append(1) %}",
        "{{ no_such_name }}",
        "{{ title",
        "{% for x in range(10000000) %}{% endfor %}",
        "{{ 1 // 0 }}",
        "{{ 'x' * title }}",
    ],
)
def test_a_template_that_reaches_further_or_is_wrong_is_refused_in_one_line(tmp_path: Path, said: str) -> None:
    own = template(tmp_path, said)
    with pytest.raises(BadTemplate, match=r"own\.docx: ."):
        word(sample(), own)


def test_what_is_no_word_document_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    own.write_bytes(b"PK not a document")
    with pytest.raises(BadTemplate, match="no Word document"):
        word(sample(), own)
