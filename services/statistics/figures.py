"""Tallies become figures: pure sums, every rate with its parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import add

from contracts import figures as wire
from contracts.subjects import scope_token
from shared.domain.figures import Counts, Rate
from shared.domain.tally import TallyKey
from shared.ports import TallySnapshot
from shared.units import Units

Tallies = Mapping[TallyKey, Counts]


def all_scopes(snapshot: TallySnapshot, units: Units, as_of: datetime, timezone: str) -> list[wire.Figures]:
    """The figures of every scope: all, each family, each unit."""
    scopes: dict[str, dict[TallyKey, Counts]] = defaultdict(dict)
    scopes["all"] = dict(snapshot.counts)
    for key, counts in snapshot.counts.items():
        scopes[f"family.{key.family}"][key] = counts
        if key.unit:
            scopes[f"unit.{scope_token(key.unit)}"][key] = counts
    return [_figures(scope, tallies, snapshot, units, as_of, timezone) for scope, tallies in sorted(scopes.items())]


def _figures(scope: str, tallies: Tallies, snapshot: TallySnapshot, units: Units, as_of: datetime, timezone: str) -> wire.Figures:
    total = _sum(tallies.values())
    named = {key.unit for key in tallies if key.unit}
    return wire.Figures(
        scope=scope,
        as_of=as_of,
        positions={str(partition): position for partition, position in sorted(snapshot.positions.items())},
        timezone=timezone,
        counts=wire_counts(total),
        rates=wire_rates(total),
        families=_groups(tallies, lambda key: key.family),
        units=_groups(tallies, lambda key: key.unit, tuple(units)),
        unregistered_units=tuple(sorted(named - units.keys())),
        periods=_groups(tallies, lambda key: key.day.strftime("%Y-%m")),
    )


def _groups(tallies: Tallies, group_of: Callable[[TallyKey], str], order: tuple[str, ...] = ()) -> tuple[wire.Group, ...]:
    grouped: dict[str, list[Counts]] = defaultdict(list)
    for key, counts in tallies.items():
        grouped[group_of(key)].append(counts)
    return wire_groups({name: _sum(parts) for name, parts in grouped.items()}, order)


def wire_groups(grouped: Mapping[str, Counts], order: tuple[str, ...] = ()) -> tuple[wire.Group, ...]:
    """Groups in the order given, then by key: units stand in their official order, never by score."""
    rank = {name: place for place, name in enumerate(order)}
    names = sorted(grouped, key=lambda name: (rank.get(name, len(rank)), name))
    return tuple(wire.Group(key=name, counts=wire_counts(grouped[name]), rates=wire_rates(grouped[name])) for name in names)


def wire_counts(counts: Counts) -> wire.Counts:
    """The counts as they are published."""
    return wire.Counts(
        received=counts.received,
        closed=counts.closed,
        closed_on_time=counts.closed_on_time,
        closed_late=counts.closed_late,
        open=counts.open,
        overdue_open=counts.overdue_open,
    )


def wire_rates(counts: Counts) -> wire.Rates:
    """The rates of the counts as they are published."""
    return wire.Rates(closure=_rate(counts.closure), on_time_closure=_rate(counts.on_time_closure))


def _rate(rate: Rate) -> wire.Rate:
    return wire.Rate(numerator=rate.numerator, denominator=rate.denominator, value=rate.value)


def _sum(parts: Iterable[Counts]) -> Counts:
    return reduce(add, parts, Counts())
