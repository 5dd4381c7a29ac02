"""Sums by weight are exact, whatever weights senders give: a flow adds up, and nothing reads 100 % while something is open."""

from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import zeros

from shared.domain.formula import FORMULAS, Counts
from shared.domain.measure import Measure
from shared.domain.question import flow
from shared.figures.sums import weighed

WEIGHTS = st.one_of(st.integers(1, 99_999).map(lambda among: 1 / among), st.floats(0.000001, 1000))
NUMBERS = st.integers(0, 10**6)
TASKS = st.lists(st.tuples(WEIGHTS, NUMBERS, NUMBERS, NUMBERS), max_size=6)


def counts(weight: float, given: int, closed: int) -> Counts:
    vector = zeros(len(Measure), dtype="int64")
    vector[[Measure.RECEIVED, Measure.GIVEN]] = given
    vector[Measure.CLOSED], vector[Measure.OPEN] = closed, given - closed
    return weighed(vector, weight)


@given(TASKS)
@settings(max_examples=300)
def test_a_flow_of_tasks_of_any_weights_adds_up(tasks: list[tuple[float, int, int, int]]) -> None:
    before = after = Counts()
    for weight, closed, still_open, later in tasks:
        before += counts(weight, closed + still_open, closed)
        after += counts(weight, closed + still_open + later, closed + still_open // 2)
    assert flow(before, after).holds


def test_the_least_task_that_is_open_keeps_a_rate_below_one() -> None:
    both = counts(1000.0, 10**6, 10**6) + counts(0.000001, 1, 0)
    rate = FORMULAS["closure"].rate(both)
    assert rate.numerator < rate.denominator
    assert rate.value == 0.9999
