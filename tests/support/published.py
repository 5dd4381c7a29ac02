"""Figures as they are published, made from a few numbers."""

from collections.abc import Sequence
from datetime import datetime

from contracts.figures import Asked, Figures, Group, Handling, Rate
from shared.domain.formula import counts_of
from shared.domain.measure import Measure
from shared.figures.document import wire_counts, wire_rates


def rate(numerator: float, denominator: float) -> Rate:
    """A rate, not cut off: what shows it does that."""
    value = numerator / denominator if denominator else None
    return Rate(numerator=numerator, denominator=denominator, value=value, n=int(denominator), interval=None, few=False)


def group(key: str, **numbers: int) -> Group:
    """A group whose measures are named; the others are zero."""
    counts = counts_of({Measure[name.upper()]: number for name, number in numbers.items()})
    return Group(key=key, name=key, counts=wire_counts(counts), rates=wire_rates(counts, 0), tasks="/api/v1/tasks?measure=")


def published(
    whole: Group, *, as_of: datetime, position: int, families: Sequence[Group] = (), units: Sequence[Group] = ()
) -> Figures:
    """Figures of everything at a position of partition 0."""
    return Figures(
        scope="all",
        asked=Asked(),
        as_of=as_of,
        known_at=None,
        positions={"0": position},
        timezone="Asia/Shanghai",
        exclusions=(),
        counts=whole.counts,
        rates=whole.rates,
        handling=Handling(n=0, mean_hours=None, p50_hours=None, p90_hours=None),
        tasks="/api/v1/tasks?measure=",
        families=tuple(families),
        units=tuple(units),
    )
