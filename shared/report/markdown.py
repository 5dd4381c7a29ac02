"""A report as Markdown."""

from typing import Final

from shared.figures.table import Table
from shared.report.content import Report

_ESCAPED: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"})


def markdown(report: Report) -> str:
    """The report as Markdown, with tables as GitHub writes them."""
    lines = [f"# {escaped(report.title)}", "", escaped(report.as_of), ""]
    for section in report.sections:
        lines += [f"## {escaped(section.heading)}", ""]
        for paragraph in section.paragraphs:
            lines += [escaped(paragraph), ""]
        for table in section.tables:
            lines += _table(table)
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(said: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return " ".join(said.split()).translate(_ESCAPED)


def _table(table: Table) -> list[str]:
    lines = [f"**{escaped(table.title)}**", "", _row([escaped(name) for name in table.columns])]
    right = [
        any(row[place].number is not None and row[place].form != "bar" for row in table.rows)
        for place in range(len(table.columns))
    ]
    lines.append(_row(["---:" if it else "---" for it in right]))
    lines += [_row([escaped(cell.text) for cell in row]) for row in table.rows]
    return [*lines, "", *([escaped(table.note), ""] if table.note else [])]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
