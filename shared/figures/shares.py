"""Counts and rates of many groups at once, as plain values: one by one they take longer than the sums behind them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np

from shared.domain.formula import FORMULAS, Counts, Number, Rate, Z
from shared.domain.measure import Measure
from shared.figures.growing import Array

Plain = dict[str, Any]

_WORDS: Final = tuple([measure.word for measure in Measure])
_ABOVE: Final = np.zeros((len(Measure), len(FORMULAS)), dtype=np.int64)
_BELOW: Final = np.zeros((len(Measure), len(FORMULAS)), dtype=np.int64)
for _nth, _formula in enumerate(FORMULAS.values()):
    for _measure in _formula.numerator:
        _ABOVE[_measure, _nth] += 1
    for _measure in _formula.denominator:
        _BELOW[_measure, _nth] += 1
    for _measure in _formula.less:
        _BELOW[_measure, _nth] -= 1


def plain_number(number: Number) -> int | float:
    """A count as it is published."""
    if isinstance(number, Decimal):
        return int(number) if number == int(number) else float(number)
    return number


def plain_rate(rate: Rate, few: int) -> Plain:
    """A rate as it is published."""
    return {
        "numerator": plain_number(rate.numerator),
        "denominator": plain_number(rate.denominator),
        "value": rate.value,
        "n": rate.n,
        "interval": rate.interval,
        "few": rate.n < few,
    }


def counts_and_rates(groups: Sequence[Counts], few: int) -> list[tuple[Plain, Plain]]:
    """The counts and the rates of each group as they are published; those of whole tasks all at once."""
    numbers = np.array([counts.tasks for counts in groups], dtype=np.int64).reshape(-1, len(Measure))
    above, below = numbers @ _ABOVE, numbers @ _BELOW
    regular = np.all((above >= 0) & (above <= below), axis=1).tolist()
    rates = zip(above.tolist(), below.tolist(), *_values(above, below), strict=True)
    return [
        (dict(zip(_WORDS, counts.tasks, strict=True)), _plain_rates(columns, few))
        if whole and counts.weighted == counts.tasks
        else _one_by_one(counts, few)
        for counts, whole, columns in zip(groups, regular, rates, strict=True)
    ]


def _one_by_one(counts: Counts, few: int) -> tuple[Plain, Plain]:
    return (
        {measure.word: plain_number(counts[measure]) for measure in Measure},
        {id: plain_rate(formula.rate(counts), few) for id, formula in FORMULAS.items()},
    )


def _plain_rates(columns: tuple[list[Any], ...], few: int) -> Plain:
    return {
        id: {
            "numerator": above,
            "denominator": below,
            "value": value if below else None,
            "n": below,
            "interval": (low, high) if below else None,
            "few": below < few,
        }
        for id, above, below, value, low, high in zip(FORMULAS, *columns, strict=True)
    }


def _values(above: Array, below: Array) -> Iterator[list[Any]]:
    """Quotients and both ends of their intervals, step by step as `Rate` reckons them; what has none is whatever it is."""
    n = np.maximum(below, 1)
    above = np.clip(above, 0, n)
    yield (above * 10_000 // n / 10_000).tolist()
    share = above / n
    middle, scale = share + Z * Z / (2 * n), 1 + Z * Z / n
    spread = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    low, high = (middle - spread) / scale, (middle + spread) / scale
    yield np.maximum(0.0, np.trunc(low * 10_000) / 10_000).tolist()
    yield np.minimum(1.0, np.ceil(np.trunc(high * 1_000_000) / 100) / 10_000).tolist()
