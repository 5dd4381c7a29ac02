"""Tables as people read them: a cell has its text and, for a number, the number itself, so that all formats say the same."""

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from contracts.figures import Counts, Number, Rate
from shared.domain.measure import MEANINGS, Measure

Form = Literal["text", "count", "change", "percent", "points", "bar"]
NOTHING: Final = "—"
"""What stands for a figure that there is none of: neither 0 nor 100 %."""
_HUNDREDTH: Final = Decimal("0.01")
_BAR_CELLS: Final = 10


@dataclass(frozen=True)
class Cell:
    """One cell. `number` is None for text and for what there is none of."""

    text: str
    number: int | float | None = None
    form: Form = "text"


@dataclass(frozen=True)
class Table:
    """A table with a short name, which is that of its sheet in a workbook; every row has a cell for each column."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def text(said: object) -> Cell:
    """A cell of text, on one line; nothing is a dash."""
    line = " ".join(str(said).split()) if said is not None else ""
    return Cell(line or NOTHING)


def count(number: Number) -> Cell:
    """A number of tasks, which may be a fraction."""
    return Cell(plain(number), number, "count")


def change(number: Number) -> Cell:
    """By how many tasks something grew, with its sign."""
    return Cell(f"+{plain(number)}" if number > 0 else plain(number), number, "change")


def percent(rate: Rate) -> Cell:
    """A rate, truncated as published."""
    return Cell(percent_text(rate.value), truncated(rate.value), "percent")


def points(now: float, before: float) -> Cell:
    """The difference of two published rates in percentage points."""
    difference = (Decimal(str(now)) - Decimal(str(before))) * 100
    shown = f"{difference.normalize():+f}" if difference else "0"
    return Cell(f"{shown}个百分点", float(difference), "points")


def bar(rate: Rate) -> Cell:
    """A rate as a bar of ten blocks, the last of which is filled only by 100 %; nothing without a denominator."""
    value = truncated(rate.value)
    filled = 0 if value is None else int(Decimal(str(value)) * _BAR_CELLS)
    return Cell("" if value is None else "█" * filled + "░" * (_BAR_CELLS - filled), value, "bar")


def plain(number: Number) -> str:
    """A number of tasks as text: whole where it is."""
    return f"{int(number)}" if number == int(number) else f"{number}"


def truncated(value: float | None) -> float | None:
    """A share with four decimals, never rounded up, so that no format of two decimals of a percent shows 100 % for less."""
    return None if value is None else float(Decimal(str(value)).quantize(Decimal("0.0001"), rounding=ROUND_DOWN))


def percent_text(value: float | None) -> str:
    """A share as text, truncated to two decimals of a percent, without zeros that say nothing."""
    if value is None:
        return NOTHING
    shown = (Decimal(str(value)) * 100).quantize(_HUNDREDTH, rounding=ROUND_DOWN)
    return f"{shown:f}".rstrip("0").rstrip(".") + "%"


def named_counts(counts: Counts) -> list[tuple[Measure, Number]]:
    """Every measure with its count, in the order of the measures."""
    return [(measure, getattr(counts, measure.word)) for measure in Measure]


def left_out(counts: Counts) -> str:
    """What is not below the line of the closure rate, in Chinese."""
    ended = (Measure.WITHDRAWN, Measure.NOT_ACCEPTED, Measure.MERGED, Measure.EXCLUDED)
    said = [f"{MEANINGS[one].zh}{plain(getattr(counts, one.word))}件" for one in ended if getattr(counts, one.word)]
    return "、".join([*said, "拆分出的子任务不另计"])


def without(table: Table, form: Form) -> Table:
    """The same table without the columns that hold cells of a form."""
    places = [place for place in range(len(table.columns)) if all(row[place].form != form for row in table.rows)]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)
