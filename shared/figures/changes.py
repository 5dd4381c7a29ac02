"""What two documents of figures say otherwise, figure by figure, and which tasks are behind it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from contracts.figures import Counts, Figures, Group, Number, Rates
from contracts.sealed import Changed
from shared.domain.evolve import evolve_all
from shared.domain.journal import journal_lines
from shared.domain.matter import Matter
from shared.storage.journal_end import changed_since
from shared.storage.reading import Snapshot

DIMENSIONS: Final = {
    "family": "families",
    "source": "sources",
    "unit": "units",
    "category": "categories",
    "enterprise": "enterprises",
    "period": "periods",
}
_PARTS: Final = ("numerator", "denominator", "value")

Leaves = Mapping[str, Number | None]


def changes(sealed: Figures, now: Figures) -> tuple[Changed, ...]:
    """Every count and rate that is not the same, first of the whole, then of each group. A group that is not there has none."""
    return tuple(_changes(sealed, now))


def _changes(sealed: Figures, now: Figures) -> Iterator[Changed]:
    yield from _differing(None, None, _whole(sealed), _whole(now))
    for dimension, field in DIMENSIONS.items():
        were, are = _groups(sealed, field), _groups(now, field)
        for key in sorted(were.keys() | are.keys()):
            yield from _differing(dimension, key, were.get(key, {}), are.get(key, {}))


def _differing(dimension: str | None, key: str | None, were: Leaves, are: Leaves) -> Iterator[Changed]:
    for figure in are or were:
        none = None if figure.endswith(".value") else 0
        before, after = were.get(figure, none), are.get(figure, none)
        if before != after:
            yield Changed(dimension=dimension, key=key, figure=figure, sealed=before, now=after)


def _groups(figures: Figures, field: str) -> dict[str, Leaves]:
    groups: tuple[Group, ...] = getattr(figures, field)
    return {group.key: _leaves(group.counts, group.rates) for group in groups}


def _whole(figures: Figures) -> Leaves:
    found = dict(_leaves(figures.counts, figures.rates))
    found |= {f"handling.{name}": value for name, value in figures.handling}
    if figures.flow is not None:
        found |= {f"flow.{name}": value for name, value in figures.flow if isinstance(value, int | float)}
    return found


def _leaves(counts: Counts, rates: Rates) -> Leaves:
    found: dict[str, Number | None] = {f"counts.{name}": value for name, value in counts}
    for id, rate in rates:
        found |= {f"rates.{id}.{part}": getattr(rate, part) for part in _PARTS}
    return found


async def matters_behind(
    snapshot: Snapshot, positions: Mapping[int, int], as_of: datetime, zone: tzinfo
) -> AsyncIterator[Matter]:
    """The matters of which facts after a ledger position changed what counted at or before an instant."""
    async for matter, before, after in changed_since(snapshot, positions):
        lines = journal_lines(evolve_all(None, before) if before else None, evolve_all(None, after), zone)
        if any(line.at <= as_of for line in lines):
            yield matter
