"""Rates reckoned all at once are those that are reckoned one by one, to the last digit."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import figures as wire
from shared.domain.formula import Counts
from shared.domain.measure import Measure
from shared.figures.document import wire_counts, wire_rates
from shared.figures.shares import counts_and_rates

_M = Measure
_COURSES: Final[Sequence[Sequence[Measure]]] = [
    (_M.OPEN, _M.SIGN_OVERDUE, _M.RESPONSE_OVERDUE),
    (_M.OPEN, _M.DUE, _M.OVERDUE_OPEN, _M.PAST_ORIGINAL_OPEN, _M.SIGNED_LATE, _M.SUBMITTED, _M.SENT_BACK, _M.EXTENDED),
    (_M.CLOSED, _M.SUBMITTED, _M.CLOSED_FULL, _M.CLOSED_ON_TIME, _M.CLOSED_BY_ORIGINAL, _M.EVALUATED, _M.SATISFIED),
    (_M.CLOSED, _M.SUBMITTED, _M.CLOSED_LATE, _M.CLOSED_PAST_ORIGINAL, _M.DUE, _M.DUE_CLOSED, _M.EVALUATED, _M.SIGNED_ON_TIME),
    (_M.CLOSED, _M.SUBMITTED, _M.CLOSED_ON_TIME, _M.DUE, _M.DUE_CLOSED, _M.DUE_CLOSED_ON_TIME, _M.RESPONDED_ON_TIME),
    (_M.EXCLUDED,),
    (_M.RETURNED, _M.REPEATED, _M.RELAPSED, _M.OFFICE_EVALUATED, _M.OFFICE_SATISFIED, _M.OPEN, _M.RESPONDED_LATE),
]
"""Measures that tasks of seven kinds have beside being received."""
_MANY: Final = st.one_of(st.integers(0, 20), st.integers(0, 3_000_000))
_NUMBERS: Final = st.lists(_MANY, min_size=len(_COURSES), max_size=len(_COURSES))
_WEIGHTS: Final = st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.125")])


def _counts(of_each: Sequence[int], weight: Decimal) -> Counts:
    tasks = [0] * len(Measure)
    for course, times in zip(_COURSES, of_each, strict=True):
        for measure in (Measure.RECEIVED, *course):
            tasks[measure] += times
    return Counts(tuple(tasks), tuple(tasks) if weight == 1 else tuple(number * weight for number in tasks))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(_counts, _NUMBERS, _WEIGHTS), max_size=4), st.integers(0, 50))
def test_rates_of_many_groups_are_those_of_each(groups: list[Counts], few: int) -> None:
    found = counts_and_rates(groups, few)
    assert [(wire.Counts.model_validate(counts), wire.Rates.model_validate(rates)) for counts, rates in found] == [
        (wire_counts(counts), wire_rates(counts, few)) for counts in groups
    ]
