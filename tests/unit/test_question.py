"""Questions: whose tasks are asked for, in which groups an account counts, and what came and went."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.formula import Counts, counts_of
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.question import Dimension, Flow, Handling, Question, flow, keys_of, units_of
from shared.domain.timeline import Account
from shared.domain.value import replace

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ACCOUNT = Account(
    family=Family.COMPLAINT,
    source="hotline",
    unit="water",
    co_units=("roads", "parks"),
    category=("river", "waste"),
    enterprise=("mill", "dyer"),
    weight=1,
)
NOBODYS = Account(Family.DIRECTIVE, "city", "", (), (), (), 1)


def asked(**narrowed: Any) -> Question:
    return Question(NOW, **narrowed)


@pytest.mark.parametrize(
    ("narrowed", "covered"),
    [
        ({}, True),
        ({"family": Family.COMPLAINT}, True),
        ({"family": Family.DIRECTIVE}, False),
        ({"source": "hotline"}, True),
        ({"source": "hot"}, False),
        ({"source": ""}, False),
        ({"category": "river"}, True),
        ({"category": "waste"}, True),
        ({"category": "river waste"}, False),
        ({"category": ""}, False),
        ({"enterprise": "mill"}, True),
        ({"enterprise": "dyer"}, True),
        ({"enterprise": "brewer"}, False),
        ({"family": Family.COMPLAINT, "source": "hotline", "category": "waste", "enterprise": "mill"}, True),
        ({"family": Family.COMPLAINT, "source": "hotline", "category": "waste", "enterprise": "brewer"}, False),
    ],
)
def test_a_question_covers_what_meets_all_that_it_names(narrowed: dict[str, Any], covered: bool) -> None:
    assert asked(**narrowed).covers(ACCOUNT, None) is covered


def test_a_question_of_some_units_covers_their_own_tasks_and_by_rule_those_they_help_with() -> None:
    for units, lead, helping in (
        ({"water"}, True, True),
        ({"roads"}, False, True),
        ({"city"}, False, False),
        (set(), False, False),
    ):
        assert asked().covers(ACCOUNT, frozenset(units)) is lead, units
        assert asked(co_units=True).covers(ACCOUNT, frozenset(units)) is helping, units


def test_what_no_unit_has_is_asked_for_by_the_empty_name_alone() -> None:
    assert asked(unit="").covers(NOBODYS, frozenset({""}))
    assert not asked(unit="").covers(ACCOUNT, frozenset({""}))
    assert not asked().covers(NOBODYS, frozenset({"water", "city"}))
    assert asked().covers(NOBODYS, None)


def test_co_units_count_beside_their_lead_only_by_rule() -> None:
    assert units_of(ACCOUNT, co_units=False) == ("water",)
    assert units_of(ACCOUNT, co_units=True) == ("water", "roads", "parks")
    assert units_of(NOBODYS, co_units=True) == ("",)


@pytest.mark.parametrize(
    ("dimension", "keys"),
    [
        ("family", ("complaint",)),
        ("source", ("hotline",)),
        ("unit", ("water",)),
        ("category", ("river", "waste")),
        ("enterprise", ("mill", "dyer")),
    ],
)
def test_an_account_counts_in_each_of_its_groups(dimension: Dimension, keys: tuple[str, ...]) -> None:
    assert keys_of(ACCOUNT, dimension, co_units=False) == keys


@pytest.mark.parametrize("dimension", ["unit", "category", "enterprise"])
def test_what_has_no_unit_category_or_enterprise_counts_as_unnamed(dimension: Dimension) -> None:
    assert keys_of(NOBODYS, dimension, co_units=True) == ("",)


def test_what_is_named_twice_counts_once() -> None:
    twice = ACCOUNT._replace(co_units=("roads", "water", "roads"), category=("waste", "waste"), enterprise=("mill", "mill"))
    assert keys_of(twice, "unit", co_units=True) == ("water", "roads")
    assert keys_of(twice, "category", co_units=False) == ("waste",)
    assert keys_of(twice, "enterprise", co_units=False) == ("mill",)


def test_a_group_holds_what_a_question_of_its_key_covers() -> None:
    for account in (ACCOUNT, ACCOUNT._replace(category=("air",), co_units=())):
        for category in ("river", "waste", "air"):
            assert asked(category=category).covers(account, None) == (category in keys_of(account, "category", co_units=False))
        for unit in ("water", "roads", "parks"):
            for co_units in (False, True):
                covered = asked(co_units=co_units).covers(account, frozenset({unit}))
                assert covered == (unit in keys_of(account, "unit", co_units=co_units))


BEFORE = counts_of({Measure.OPEN: 5, Measure.GIVEN: 40, Measure.CLOSED: 30, Measure.MOVED_OUT: 3, Measure.WITHDRAWN: 2})
AFTER = counts_of(
    {
        Measure.OPEN: 6,
        Measure.GIVEN: 60,
        Measure.MOVED_IN: 4,
        Measure.CLOSED: 44,
        Measure.MOVED_OUT: 5,
        Measure.WITHDRAWN: 3,
        Measure.NOT_ACCEPTED: 1,
        Measure.MERGED: 2,
        Measure.EXCLUDED: 3,
    }
)


def test_a_flow_is_what_grew_between_two_instants_and_holds() -> None:
    found = flow(BEFORE, AFTER)
    assert found == Flow(
        opening=5,
        received=20,
        moved_in=4,
        moved_out=2,
        withdrawn=1,
        not_accepted=1,
        merged=2,
        excluded=3,
        closed=14,
        open=6,
    )
    assert found.holds


@pytest.mark.parametrize("field", [*Flow.__dataclass_fields__])
def test_a_flow_in_which_one_number_is_off_does_not_hold(field: str) -> None:
    found = flow(BEFORE, AFTER)
    assert not replace(found, **{field: getattr(found, field) + 1}).holds


def test_a_flow_between_an_instant_and_itself_is_still() -> None:
    found = flow(AFTER, AFTER)
    assert found.holds
    assert (found.opening, found.open, found.received, found.closed) == (6, 6, 0, 0)


def test_a_flow_of_shared_matters_holds_in_their_fractions() -> None:
    def shared(counts: Counts) -> Counts:
        return Counts(counts.tasks, tuple([number * Decimal("0.1") for number in counts.weighted]))

    found = flow(shared(BEFORE), shared(AFTER))
    assert (found.closed, found.open) == (Decimal("1.4"), Decimal("0.6"))
    assert found.holds


def test_a_mean_of_no_closed_tasks_is_nothing_and_not_zero() -> None:
    assert Handling(0, 0, None, None).mean is None
    assert Handling(4, 10, 2, 4).mean == 2.5
