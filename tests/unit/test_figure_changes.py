"""What two documents of figures say otherwise."""

from contracts.figures import Asked, Figures, Group, Handling
from shared.domain.formula import counts_of
from shared.domain.measure import Measure
from shared.figures.changes import changes
from shared.figures.document import wire_counts, wire_rates
from tests.support.sample import at


def group(key: str, received: int, closed: int) -> Group:
    said = document(received, closed)
    return Group(key=key, name=key, counts=said.counts, rates=said.rates, tasks="")


def document(received: int, closed: int, *units: Group, p50: float | None = None, as_of: float = 1) -> Figures:
    """The figures of so many tasks, those that are not closed open."""
    counts = counts_of({Measure.RECEIVED: received, Measure.CLOSED: closed, Measure.OPEN: received - closed})
    return Figures(
        scope="all",
        asked=Asked(),
        as_of=at(as_of),
        known_at=at(as_of),
        positions={"0": int(as_of)},
        timezone="Asia/Shanghai",
        exclusions=(),
        counts=wire_counts(counts),
        rates=wire_rates(counts, few=10),
        handling=Handling(n=closed, mean_hours=p50, p50_hours=p50, p90_hours=p50),
        tasks=f"/api/v1/tasks?as_of={as_of}&measure=",
        units=units,
    )


def told(before: Figures, after: Figures) -> dict[tuple[str | None, str | None, str], tuple[object, object]]:
    return {(one.dimension, one.key, one.figure): (one.sealed, one.now) for one in changes(before, after)}


def test_equal_figures_of_another_instant_and_position_are_no_change() -> None:
    assert changes(document(8, 6, group("water", 3, 3)), document(8, 6, group("water", 3, 3), as_of=9)) == ()


def test_a_count_and_the_rates_made_of_it_change_with_both_values() -> None:
    found = told(document(8, 6), document(8, 7))
    assert found[None, None, "counts.closed"] == (6, 7)
    assert found[None, None, "counts.open"] == (2, 1)
    assert found[None, None, "rates.closure.numerator"] == (6, 7)
    assert found[None, None, "rates.closure.value"] == (0.75, 0.875)
    assert found[None, None, "handling.n"] == (6, 7)
    assert (None, None, "counts.received") not in found
    assert (None, None, "rates.closure.denominator") not in found


def test_a_rate_that_had_no_denominator_had_no_value() -> None:
    assert told(document(0, 0), document(1, 0))[None, None, "rates.closure.value"] == (None, 0.0)


def test_a_handling_time_changes() -> None:
    assert told(document(8, 6, p50=2.5), document(8, 6, p50=3.25))[None, None, "handling.p50_hours"] == (2.5, 3.25)


def test_a_task_that_goes_from_one_unit_to_another_changes_both_and_not_the_whole() -> None:
    before = document(5, 0, group("air", 2, 0), group("water", 3, 0))
    after = document(5, 0, group("air", 1, 0), group("water", 4, 0))
    found = told(before, after)
    assert {(dimension, key) for dimension, key, _ in found} == {("unit", "air"), ("unit", "water")}
    assert found["unit", "air", "counts.received"] == (2, 1)
    assert found["unit", "water", "counts.received"] == (3, 4)


def test_a_group_that_is_new_had_nothing_and_one_that_is_gone_has_nothing() -> None:
    found = told(document(1, 1, group("air", 1, 1)), document(1, 1, group("water", 1, 1)))
    assert found["unit", "air", "counts.closed"] == (1, 0)
    assert found["unit", "air", "rates.closure.value"] == (1.0, None)
    assert found["unit", "water", "counts.closed"] == (0, 1)
    assert found["unit", "water", "rates.closure.value"] == (None, 1.0)


def test_a_difference_survives_being_written_and_read() -> None:
    sealed, now = document(8, 6, p50=2.5), document(9, 6, p50=4.0)
    assert changes(Figures.model_validate_json(sealed.model_dump_json()), now) == changes(sealed, now)
