"""A report as a Word document: the office's own template, or the one that ships with the program, filled in."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.report.content import Report

TEMPLATE: Final = Path(__file__).with_name("report.docx")
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What no XML document can hold."""
_LONGEST_TITLE: Final = 255
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


class BadTemplate(Exception):
    """The Word template of the office cannot be used; the message names the file and the reason."""


def word(report: Report, template: Path = TEMPLATE) -> bytes:
    """The report as a .docx file; the same bytes for the same report and template. Raises BadTemplate.

    A template may name `title`, `as_of`, `sections`, and `figures` and `families` as in contracts/figures.py. It is run in a
    sandbox, where it can reach nothing else.
    """
    from docx.opc.exceptions import PackageNotFoundError  # a quarter of a second, which other commands need not wait
    from docxtpl import DocxTemplate

    from shared.report.widths import set_widths

    try:
        document = DocxTemplate(str(template))
        document.render(_names(report), ImmutableSandboxedEnvironment(undefined=StrictUndefined), autoescape=True)
    except (TemplateError, TypeError, ArithmeticError, SyntaxError) as error:
        raise BadTemplate(f"{template}: {error}") from None
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadTemplate(f"{template}: is no Word document: {error}") from None
    set_widths(document)
    document.core_properties.title = _clean(report.title)[:_LONGEST_TITLE]
    document.core_properties.created = document.core_properties.modified = _naive(report.figures.as_of)
    out = BytesIO()
    document.save(out)
    return _dated(out.getvalue())


def _names(report: Report) -> dict[str, Any]:
    sections = [
        {
            "heading": _clean(section.heading),
            "paragraphs": [_clean(one) for one in section.paragraphs],
            "tables": [
                {
                    "title": _clean(table.title),
                    "columns": [_clean(one) for one in table.columns],
                    "rows": [[{"text": _clean(cell.text), "number": cell.number} for cell in row] for row in table.rows],
                    "note": _clean(table.note),
                }
                for table in section.tables
            ],
        }
        for section in report.sections
    ]
    figures = report.figures.model_dump(mode="json")
    families = {one["key"]: one for one in figures["families"]}
    return {
        "title": _clean(report.title),
        "as_of": _clean(report.as_of),
        "sections": sections,
        "figures": figures,
        "families": families,
    }


def _clean(said: str) -> str:
    return _NO_XML.sub("", said)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _dated(body: bytes) -> bytes:
    """The same archive with the same date on every part, so that it does not tell when it was written."""
    out = BytesIO()
    with ZipFile(BytesIO(body)) as archive, ZipFile(out, "w", ZIP_DEFLATED) as dated:
        for part in archive.infolist():
            info = ZipInfo(part.filename, _ZIP_TIME)
            info.compress_type = ZIP_DEFLATED
            dated.writestr(info, archive.read(part))
    return out.getvalue()
