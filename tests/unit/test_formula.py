"""Formulas: every rate with its numerator and denominator, truncated, and null where nothing was counted."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import figures as wire
from shared.domain.formula import FORMULAS, Counts, Rate, counts_of
from shared.domain.measure import MEANINGS, Measure

COUNT = st.integers(0, 10**12)
COUNTS = st.lists(COUNT, min_size=len(Measure), max_size=len(Measure)).map(lambda of: Counts(tuple(of), tuple(of)))


def rate(id_: str, **numbers: int) -> Rate:
    return FORMULAS[id_].rate(counts_of({Measure[name.upper()]: number for name, number in numbers.items()}))


def test_a_rate_is_truncated_and_not_rounded_up() -> None:
    assert Rate(254_567, 254_592, 254_592).value == 0.9999


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [(0, 7, 0.0), (7, 7, 1.0), (1, 3, 0.3333), (2, 3, 0.6666), (1, 10_001, 0.0), (99_999, 100_000, 0.9999)],
)
def test_a_rate_has_four_decimals(numerator: int, denominator: int, value: float) -> None:
    assert Rate(numerator, denominator, denominator).value == value


def test_a_zero_denominator_is_neither_0_nor_100_percent() -> None:
    assert Rate(0, 0, 0).value is None
    assert Rate(0, 0, 0).interval is None
    assert (rate("closure", received=5).value, rate("on_time_closure", closed=5).value) == (None, None)


def test_closure_leaves_out_what_ended_without_closing() -> None:
    assert rate("closure", received=10, closed=6, open=2) == Rate(6, 8, 8)


def test_closure_for_the_stage_and_in_full_stand_side_by_side() -> None:
    assert rate("closure", closed=783, closed_full=492, open=644).value == 0.5487
    assert rate("closure_full", closed=783, closed_full=492, open=644) == Rate(492, 1427, 1427)


def test_on_time_closure_leaves_out_what_has_no_due_and_what_still_has_time() -> None:
    assert rate("on_time_closure", closed=9, closed_on_time=5, closed_late=3, open=8, overdue_open=2) == Rate(5, 10, 10)


def test_the_excluded_are_below_no_line() -> None:
    assert rate("extension", received=10, excluded=2, extended=4) == Rate(4, 8, 8)


def test_shared_matters_count_by_their_weight_and_as_one_task() -> None:
    half, whole = counts_of({Measure.CLOSED: 1}), counts_of({Measure.CLOSED: 4})
    shared = Counts(half.tasks, tuple([number * Decimal("0.5") for number in half.weighted]))
    total = whole + shared
    assert total[Measure.CLOSED] == Decimal("4.5")
    assert FORMULAS["closure"].rate(total) == Rate(Decimal("4.5"), Decimal("4.5"), 5)
    assert isinstance((shared + shared)[Measure.CLOSED], int)


def test_few_tasks_have_a_wide_interval() -> None:
    # Wilson (1927) for 5 of 6: 43.6 % to 97.0 %; the bounds are widened to four decimals.
    assert Rate(5, 6, 6).interval == pytest.approx((0.4364, 0.9700), abs=0.0002)
    assert Rate(6, 6, 6).interval == pytest.approx((0.6096, 1.0), abs=0.0002)
    low, high = Rate(500, 1000, 1000).interval or (0, 1)
    assert 0.46 < low < 0.5 < high < 0.54


def test_every_measure_and_every_formula_is_published_and_explained() -> None:
    assert list(wire.Counts.model_fields) == [measure.word for measure in Measure] == [one.word for one in MEANINGS]
    assert list(wire.Rates.model_fields) == list(FORMULAS)
    assert all(formula.id == id_ and formula.zh_meaning and formula.en_meaning for id_, formula in FORMULAS.items())


@settings(max_examples=300, deadline=None)
@given(COUNTS)
def test_no_rate_reads_1_while_anything_is_missing_above_the_line(counts: Counts) -> None:
    for formula in FORMULAS.values():
        found = formula.rate(counts)
        if found.denominator > 0 and found.numerator < found.denominator:
            assert found.value is not None
            assert found.value < 1


@settings(max_examples=200, deadline=None)
@given(COUNT, COUNT)
def test_a_rate_never_exceeds_its_quotient_nor_falls_a_step_short_of_it(one: int, other: int) -> None:
    numerator, denominator = sorted((one, other))
    value = Rate(numerator, denominator, denominator).value
    if value is None:
        assert denominator == 0
    else:
        steps = round(value * 10_000)
        assert steps * denominator <= numerator * 10_000 < (steps + 1) * denominator


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_an_interval_holds_its_rate(numerator: int, more: int) -> None:
    found = Rate(numerator, numerator + more, numerator + more)
    low, high = found.interval or (1.0, 0.0)
    assert 0 <= low <= numerator / (numerator + more) <= high <= 1


@settings(max_examples=100, deadline=None)
@given(COUNTS, COUNTS, COUNTS)
def test_counts_may_be_added_in_any_order(one: Counts, two: Counts, three: Counts) -> None:
    assert (one + two) + three == three + (two + one)
    assert one + Counts() == one
