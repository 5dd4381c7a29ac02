"""What stands in .xlsx, .docx and .md files, read without the libraries that wrote them where that is easy."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree import ElementTree
from zipfile import ZipFile

from docx import Document

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Value = str | float


@dataclass
class Read:
    """One sheet: the values by row and column from 0, the number formats beside them, and the formulas that it has."""

    values: dict[tuple[int, int], Value] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: list[str] = field(default_factory=list)
    xml: str = ""

    @property
    def rows(self) -> list[list[Value]]:
        """The rows that have something, with nothing between filled by empty text."""
        found = []
        for row in sorted({row for row, _ in self.values}):
            width = 1 + max(column for at, column in self.values if at == row)
            found.append([self.values.get((row, column), "") for column in range(width)])
        return found


def read_xlsx(body: bytes) -> dict[str, Read]:
    """The sheets of a workbook by name, in their order; every part of it is well-formed XML."""
    with ZipFile(BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        assert ElementTree.fromstring(part) is not None, name
    formats = _formats(parts["xl/styles.xml"])
    relations = {one.get("Id"): one.get("Target") for one in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])}
    sheets = ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    return {str(one.get("name")): _sheet(parts[f"xl/{relations[one.get(_RELATION)]}"], formats) for one in sheets}


def _formats(styles: bytes) -> list[str]:
    tree = ElementTree.fromstring(styles)
    named = {one.get("numFmtId"): str(one.get("formatCode")) for one in tree.iter(f"{_MAIN}numFmt")}
    cells = tree.find(f"{_MAIN}cellXfs")
    assert cells is not None
    return [named.get(one.get("numFmtId"), str(one.get("numFmtId"))) for one in cells]


def _sheet(part: bytes, formats: list[str]) -> Read:
    read = Read(xml=part.decode())
    for cell in ElementTree.fromstring(part).iter(f"{_MAIN}c"):
        place = _place(str(cell.get("r")))
        read.formats[place] = formats[int(cell.get("s", "0"))]
        read.formulas += [formula.text or "" for formula in cell.findall(f"{_MAIN}f")]
        if cell.get("t") == "inlineStr":
            read.values[place] = "".join(one.text or "" for one in cell.iter(f"{_MAIN}t"))
        elif (number := cell.find(f"{_MAIN}v")) is not None:
            assert cell.get("t") is None, "a number or text in its place, nothing shared"
            read.values[place] = float(number.text or "")
    return read


def _place(reference: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits) - 1, column - 1


@dataclass
class Written:
    """A document of text: its paragraphs, and its tables with their rows."""

    paragraphs: list[str]
    tables: list[list[list[str]]]


def read_docx(body: bytes) -> Written:
    """A Word document; every part of it is well-formed XML."""
    with ZipFile(BytesIO(body)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                assert ElementTree.fromstring(archive.read(name)) is not None, name
    document = Document(BytesIO(body))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return Written([one.text for one in document.paragraphs], tables)


def read_markdown(said: str) -> Written:
    """A Markdown document as it is shown."""
    paragraphs: list[str] = []
    tables: list[list[list[str]]] = []
    before = ""
    for line in said.splitlines():
        if line.startswith("| "):
            if not before.startswith("| "):
                tables.append([])
            tables[-1].append([_shown(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif line:
            paragraphs.append(_shown(line.lstrip("# ").strip("*")))
        before = line
    return Written(paragraphs, [[table[0], *table[2:]] for table in tables])


def _shown(said: str) -> str:
    return re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", said)
