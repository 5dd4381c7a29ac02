"""Figures: every rate with its numerator and denominator, truncated, and null where nothing was counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.figures import Counts, Rate

COUNT = st.integers(0, 10**12)
COUNTS = st.builds(Counts, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT)


def test_a_rate_is_truncated_and_not_rounded_up() -> None:
    assert Rate(254_567, 254_592).value == 0.9999


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [(0, 7, 0.0), (7, 7, 1.0), (1, 3, 0.3333), (2, 3, 0.6666), (1, 10_001, 0.0), (99_999, 100_000, 0.9999)],
)
def test_a_rate_has_four_decimals(numerator: int, denominator: int, value: float) -> None:
    assert Rate(numerator, denominator).value == value


def test_a_zero_denominator_is_neither_0_nor_100_percent() -> None:
    assert Rate(0, 0).value is None
    assert (Counts(received=5).closure.value, Counts(closed=5).on_time_closure.value) == (None, None)


def test_closure_leaves_out_what_ended_without_closing() -> None:
    assert Counts(received=10, closed=6, open=2).closure == Rate(6, 8)


def test_on_time_closure_leaves_out_what_has_no_due_and_what_still_has_time() -> None:
    counts = Counts(received=20, closed=9, closed_on_time=5, closed_late=3, open=8, overdue_open=2)
    assert counts.on_time_closure == Rate(5, 10)


def test_counts_add_up_field_by_field() -> None:
    assert Counts(1, 2, 3, 4, 5, 6) + Counts(10, 20, 30, 40, 50, 60) == Counts(11, 22, 33, 44, 55, 66)


@settings(max_examples=300, deadline=None)
@given(COUNTS)
def test_closure_never_reads_1_while_something_is_open(counts: Counts) -> None:
    value = counts.closure.value
    assert (value == 1.0) == (counts.open == 0 and counts.closed > 0)
    assert value is None or 0 <= value <= 1


@settings(max_examples=300, deadline=None)
@given(COUNTS)
def test_on_time_closure_never_reads_1_while_something_was_late(counts: Counts) -> None:
    value = counts.on_time_closure.value
    assert (value == 1.0) == (counts.closed_late + counts.overdue_open == 0 and counts.closed_on_time > 0)


@settings(max_examples=200, deadline=None)
@given(COUNT, COUNT)
def test_a_rate_never_exceeds_its_quotient_nor_falls_a_step_short_of_it(one: int, other: int) -> None:
    numerator, denominator = sorted((one, other))
    value = Rate(numerator, denominator).value
    if value is None:
        assert denominator == 0
    else:
        steps = round(value * 10_000)
        assert steps * denominator <= numerator * 10_000 < (steps + 1) * denominator


@settings(max_examples=100, deadline=None)
@given(COUNTS, COUNTS, COUNTS)
def test_counts_may_be_added_in_any_order(one: Counts, two: Counts, three: Counts) -> None:
    assert (one + two) + three == three + (two + one)
    assert one + Counts() == one
