"""Figures as a CSV file for spreadsheets: UTF-8 with a byte order mark, Chinese headers, a row for each group and a total."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from contracts.figures import Counts, Figures, Rates
from shared.domain.formula import FORMULAS
from shared.domain.measure import MEANINGS
from shared.figures.by import By

TOTAL: Final = "合计"
NUMERATOR, DENOMINATOR = "分子", "分母"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would calculate or skip instead of showing it."""
_BOM: Final = "\ufeff"

Cell = str | int | float


def figures_csv(figures: Figures, by: By | None) -> bytes:
    """The file; without a split it has the row of the total only. The same figures make the same bytes."""
    file = StringIO()
    file.write(_BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows(figures, by))
    return file.getvalue().encode()


def rows(figures: Figures, by: By | None) -> Iterator[Sequence[Cell]]:
    """The rows of the table: the headers, the groups, the total. A rate stands before what it was made of, empty without any."""
    yield headers(by)
    instants = [_local(figures.as_of, figures.timezone), _local(figures.known_at, figures.timezone)]
    for group in by.groups(figures) if by is not None else ():
        yield [group.name, group.key, group.within or "", *_numbers(group.counts, group.rates), *instants]
    yield [TOTAL, "", "", *_numbers(figures.counts, figures.rates), *instants]


def headers(by: By | None) -> list[str]:
    """The first row."""
    counts = [meaning.zh for meaning in MEANINGS.values()]
    rates = [f"{formula.zh}{part}" for formula in FORMULAS.values() for part in ("", NUMERATOR, DENOMINATOR)]
    return [by.zh if by is not None else "范围", "代码", "上级单位", *counts, *rates, "统计时点", "知情时点"]


def _numbers(counts: Counts, rates: Rates) -> list[Cell]:
    said: list[Cell] = [getattr(counts, measure.word) for measure in MEANINGS]
    for id in FORMULAS:
        rate = getattr(rates, id)
        said += ["" if rate.value is None else rate.value, rate.numerator, rate.denominator]
    return said


def _local(at: datetime | None, timezone: str) -> str:
    return "" if at is None else at.astimezone(ZoneInfo(timezone)).isoformat()


def _safe(cell: Cell) -> Cell:
    """Text that would be taken for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
