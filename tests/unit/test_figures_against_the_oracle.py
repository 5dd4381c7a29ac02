"""Figures of random histories are those of an oracle that shares no code with them."""

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.command import Command
from shared.domain.formula import Counts
from shared.domain.measure import Measure
from shared.domain.question import flow
from shared.domain.timeline import Account
from shared.figures.sums import Keep, Span, Sums
from tests.support import oracle
from tests.support.histories import any_history
from tests.support.lived import Lived, any_days, any_instants, any_matter, lived, numbered
from tests.support.sample import SHANGHAI, at

SUPPORT = Path(oracle.__file__).parent
PLAIN = {
    "json",
    "datetime",
    "collections",
    "collections.abc",
    "copy",
    "dataclasses",
    "decimal",
    "itertools",
    "typing",
}


def of_unit(unit: str) -> Keep:
    return lambda account: account.unit == unit


def by(attribute: str) -> Callable[[Account], tuple[str, ...]]:
    return lambda account: (str(getattr(account, attribute)),)


def said(counts: Counts) -> Counter[str]:
    return Counter({measure.word: counts.tasks[measure] for measure in Measure if counts.tasks[measure]})


def assert_same(sums: Sums, at_last: list[oracle.Counted]) -> None:
    """Counts in total, by weight, by every dimension, and handling times, at the last instant of the sums."""
    units = oracle.grouped(at_last, lambda one: (one.unit,))
    assert {unit: said(counts) for unit, counts in sums.by(lambda account: (account.unit,)).items()} == units
    total = sums.total()
    assert said(total) == sum(units.values(), Counter())
    by_weight = {measure.word: Decimal(total[measure]) for measure in Measure if total.tasks[measure]}
    assert by_weight == oracle.weighed(at_last)
    months = oracle.grouped(at_last, lambda one: (oracle.received_on(one.card, SHANGHAI).isoformat()[:7],))
    assert {month: said(counts) for month, counts in sums.by_month().items()} == months
    mills = oracle.grouped(at_last, lambda one: one.card.enterprise)
    assert {key: said(counts) for key, counts in sums.by(lambda account: account.enterprise).items()} == mills
    families = oracle.grouped(at_last, lambda one: (one.card.family,))
    assert {key: said(counts) for key, counts in sums.by(lambda account: (account.family.value,)).items()} == families
    assert_same_times(sums, at_last)


def assert_same_times(sums: Sums, at_last: list[oracle.Counted]) -> None:
    handling = sums.handling()
    assert (handling.n, handling.total, handling.p50, handling.p90) == oracle.times(at_last)
    for unit in {one.unit for one in at_last}:
        theirs = sums.handling(of_unit(unit))
        assert (theirs.n, theirs.total, theirs.p50, theirs.p90) == oracle.times(one for one in at_last if one.unit == unit)


def judged(record: Lived, random: Random) -> Mapping[str, int]:
    """Compare at three random instants; what counted at any of them."""
    seen: Counter[str] = Counter()
    asked, known = any_instants(random, record)
    since, until = any_days(random)
    sums = record.sums(asked, Span(known, since, until))
    for nth, as_of in enumerate(asked):
        found = oracle.counted(record.bodies, as_of, known, SHANGHAI, since, until)
        assert said(sums.total(nth)) == Counter(one.measure for one in found), (as_of, known, since, until)
        assert_same(record.sums((as_of,), Span(known, since, until)), found)
        seen += Counter(one.measure for one in found)
    return seen


@given(any_history(), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_figures_of_two_hundred_histories_are_those_of_the_oracle(history: list[Command], seed: int) -> None:
    random = Random(seed)
    record = lived(random, [numbered(0, history), *(any_matter(random, nth) for nth in (1, 2, 3))])
    for _ in range(4):
        judged(record, random)


def test_the_histories_reach_every_measure() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        random = Random(seed)
        record = lived(random, [any_matter(random, nth) for nth in range(4)])
        for _ in range(4):
            seen.update(judged(record, random))
    assert {measure.word for measure in Measure} - seen.keys() == set()


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_what_came_and_went_adds_up_over_any_period_for_every_unit(seed: int) -> None:
    random = Random(seed)
    record = lived(random, [any_matter(random, nth) for nth in range(4)])
    asked, known = any_instants(random, record)
    sums = record.sums(asked, Span(known))
    for unit in {account.unit for account in sums.accounts}:
        counts = [sums.total(nth, of_unit(unit)) for nth in range(3)]
        for before, after in ((0, 1), (1, 2), (0, 2)):
            came_and_went = flow(counts[before], counts[after])
            assert came_and_went.holds, (unit, came_and_went)


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_parts_of_a_cohort_add_up_to_the_whole(seed: int) -> None:
    random = Random(seed)
    record = lived(random, [any_matter(random, nth) for nth in range(4)])
    asked, known = any_instants(random, record)
    middle = at(random.randrange(0, 30)).astimezone(SHANGHAI).date()
    whole = record.sums(asked, Span(known)).total()
    assert record.sums(asked, Span(known, None, middle)).total() + record.sums(asked, Span(known, middle)).total() == whole
    sums = record.sums(asked, Span(known))
    assert sum(sums.by_month().values(), Counts()) == whole
    for key in ("unit", "family", "source", "weight"):
        assert sum(sums.by(by(key)).values(), Counts()) == whole


def test_the_oracle_shares_no_code_with_the_product() -> None:
    for name, beside in (("oracle.py", {"tests.support.oracle_history"}), ("oracle_history.py", set[str]())):
        tree = ast.parse((SUPPORT / name).read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported <= PLAIN | beside, name
        assert imported & {"datetime"}, "its imports were read"
