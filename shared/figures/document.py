"""Sums as they are published: whole, with every rate's parts, the instants, what is left out, and the way to the list behind."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

from contracts import figures as wire
from shared.domain.formula import FORMULAS, Counts, Rate
from shared.domain.measure import Measure
from shared.domain.question import Dimension, Flow, Handling, Question, flow
from shared.domain.timeline import Account
from shared.figures.by import ALL, By
from shared.figures.shares import Plain, counts_and_rates, plain_number, plain_rate
from shared.figures.splits import Split
from shared.figures.sums import Span, Summed, summed
from shared.storage.reading import Snapshot
from shared.units import Units

FAMILY_NAMES: Final = {"directive": "市区指令", "complaint": "信访投诉", "rectification": "督察整改"}
UNNAMED: Final = "未注明"
_quoted = lru_cache(maxsize=4096)(quote_plus)
TASKS_PATH: Final = "/api/v1/tasks"


@dataclass(frozen=True)
class Keep:
    """Whether a question covers an account."""

    question: Question
    units: frozenset[str] | None
    """The unit that is asked for, with those below it."""

    def __call__(self, account: Account) -> bool:
        return self.question.covers(account, self.units)


@dataclass(frozen=True)
class Office:
    """What figures need to know of the office that they are for."""

    units: Units
    timezone: str
    zone: tzinfo
    few: int = 10
    """Below so many tasks a rate is shown, not compared."""

    def keeper(self, question: Question) -> Keep:
        """What decides whether an account is covered by a question."""
        return Keep(question, None if question.unit is None else self.units.with_those_below(question.unit))


async def figures(snapshot: Snapshot, question: Question, office: Office, by: Set[By] = ALL) -> wire.Figures:
    """The answer to a question with the groups of some splits, of one snapshot."""
    keep = office.keeper(question)
    span = Span(question.known_at, question.since, question.until)
    sums = await summed(snapshot, (question.as_of,), span, keep)
    document = await asyncio.to_thread(document_of, sums, question, office, await snapshot.positions(), by)
    came_and_went = await period_flow(snapshot, question, office)
    return document.model_copy(update={"flow": came_and_went})


async def period_flow(snapshot: Snapshot, question: Question, office: Office) -> wire.Flow | None:
    """What came and went in the question's period, of all tasks whenever they were received; None without both ends."""
    ends = flow_ends(question, office)
    if ends is None:
        return None
    since, until, whole = ends
    instants = (moment_before(since), moment_before(until) if whole else until)
    keep = office.keeper(question)
    sums = await summed(snapshot, instants, Span(question.known_at), keep, detail=False)
    return wire_flow(flow(sums.total(0), sums.total(1)), since, until)


def flow_ends(question: Question, office: Office) -> tuple[datetime, datetime, bool] | None:
    """Where the flow of the question's period begins and ends, and whether that is the period's own end, no longer in it,
    rather than the earlier `as_of`, which is. None without both ends.
    """
    if question.since is None or question.until is None:
        return None
    since, end = midnight(question.since, office.zone), midnight(question.until, office.zone)
    until = min(end, question.as_of)
    return None if since >= until else (since, until, until == end)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(day, time(0), zone)


def moment_before(instant: datetime) -> datetime:
    """The last instant before one, in its zone; reckoned in UTC, since local clocks may have been put back at midnight."""
    return (instant.astimezone(UTC) - datetime.resolution).astimezone(instant.tzinfo)


def document_of(
    sums: Summed, question: Question, office: Office, positions: Mapping[int, int], by: Set[By] = ALL
) -> wire.Figures:
    """The figures of sums that hold what the question covers, and no more."""
    return wire.Figures.model_validate(plain_document(sums, question, office, positions, by))


def plain_document(sums: Summed, question: Question, office: Office, positions: Mapping[int, int], by: Set[By] = ALL) -> Plain:
    """The same as plain values, ready to be written as JSON in a quarter of the time that the model takes."""
    total = sums.total()
    groups = _all_groups(sums, question, office, by)
    whole: Plain = {"counts": total}
    every = [whole, *(group for part in groups.values() for group in part)]
    for group, (counts, rates) in zip(every, counts_and_rates([group["counts"] for group in every], office.few), strict=True):
        group["counts"], group["rates"] = counts, rates
    units = {group["key"] for group in groups["units"]}
    return {
        "scope": scope_of(question),
        "asked": asked_of(question).model_dump(),
        "basis": "snapshot",
        "as_of": question.as_of,
        "known_at": question.known_at,
        "positions": {str(partition): position for partition, position in sorted(positions.items())},
        "timezone": office.timezone,
        "exclusions": _exclusions(total),
        **whole,
        "handling": wire_handling(sums.handling()).model_dump(),
        "flow": None,
        "tasks": list_path(question),
        **groups,
        "unregistered_units": sorted(units - office.units.keys() - {""}),
        "left_out": [split.field for split in By if split not in by],
    }


def _all_groups(sums: Summed, question: Question, office: Office, by: Set[By]) -> dict[str, list[Plain]]:
    """The groups of every split that is asked for, with counts that are not published yet."""

    def groups(dimension: Dimension, names: Mapping[str, str], *, unnamed: bool = True) -> list[Plain]:
        grouped = sums.by(Split(dimension, question.co_units))
        return _groups(grouped if unnamed else _named(grouped), names, _paths(question, dimension))

    def units() -> list[Plain]:
        grouped = sums.by(Split("unit", question.co_units, upwards=True, units=office.units))
        return _groups(grouped, office.units, _paths(question, "unit"), office.units.above)

    found: dict[By, Callable[[], list[Plain]]] = {
        By.FAMILY: lambda: groups("family", FAMILY_NAMES),
        By.SOURCE: lambda: groups("source", {}),
        By.UNIT: units,
        By.CATEGORY: lambda: groups("category", {}),
        By.ENTERPRISE: lambda: groups("enterprise", {}, unnamed=False),
        By.PERIOD: lambda: [_period(month, counts, question) for month, counts in sums.by_month().items()],
    }
    return {split.field: made() if split in by else [] for split, made in found.items()}


def scope_of(question: Question) -> str:
    """The name of a question's scope in the feeds, `asked` for one that has none."""
    everything = replace(Question(question.as_of), known_at=question.known_at, co_units=question.co_units)
    return "all" if question == everything else "asked"


def asked_of(question: Question) -> wire.Asked:
    """The cohort of a question as it is published."""
    return wire.Asked(
        family=question.family,
        source=question.source,
        unit=question.unit,
        category=question.category,
        enterprise=question.enterprise,
        received_from=question.since,
        received_to=question.until,
        co_units=question.co_units,
    )


def list_path(question: Question) -> str:
    """The path of the list behind a question's counts, to which a measure's name is to be added."""
    given = {
        "as_of": question.as_of.isoformat(),
        "known_at": question.known_at and question.known_at.isoformat(),
        "from": question.since,
        "to": question.until,
        "family": question.family,
        "source": question.source,
        "unit": question.unit,
        "category": question.category,
        "enterprise": question.enterprise,
        "co_units": "1" if question.co_units else None,
    }
    said = "".join(f"{name}={_quoted(str(one))}&" for name, one in given.items() if one is not None)
    return f"{TASKS_PATH}?{said}measure="


def wire_counts(counts: Counts) -> wire.Counts:
    """The counts as they are published."""
    return wire.Counts(**{measure.word: plain_number(counts[measure]) for measure in Measure})


def wire_rates(counts: Counts, few: int) -> wire.Rates:
    """The rates of the counts as they are published."""
    return wire.Rates(**{id: wire_rate(formula.rate(counts), few) for id, formula in FORMULAS.items()})


def wire_rate(rate: Rate, few: int) -> wire.Rate:
    """A rate as it is published."""
    return wire.Rate(**plain_rate(rate, few))


def wire_handling(handling: Handling) -> wire.Handling:
    """Handling times as they are published."""
    return wire.Handling(
        n=handling.n, mean_hours=_hours(handling.mean), p50_hours=_hours(handling.p50), p90_hours=_hours(handling.p90)
    )


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else int(minutes * 100 / 60) / 100


def wire_flow(one: Flow, since: datetime, until: datetime) -> wire.Flow:
    """A flow as it is published; it must add up."""
    assert one.holds, f"the flow from {since} to {until} does not add up: {one}"
    numbers = {name: plain_number(number) for name, number in vars(one).items()}
    return wire.Flow(since=since, until=until, **numbers)


def _exclusions(total: Counts) -> tuple[str, ...]:
    ended = {"withdrawn": Measure.WITHDRAWN, "not accepted": Measure.NOT_ACCEPTED, "merged": Measure.MERGED}
    said = [f"{what}: {total[measure]}" for what, measure in (ended | {"excluded": Measure.EXCLUDED}).items() if total[measure]]
    return (*said, "the parts of split tasks: each task counts once, as it was given")


def _named(grouped: dict[str, Counts]) -> dict[str, Counts]:
    return {key: counts for key, counts in grouped.items() if key}


def _groups(
    grouped: Mapping[str, Counts], names: Mapping[str, str], path: Callable[[str], str], within: Mapping[str, str] | None = None
) -> list[Plain]:
    """Groups in the order of their names where those are given, then by key; never by score."""
    return [
        _group(key, names.get(key, key) or UNNAMED, counts, path(key), (within or {}).get(key))
        for key, counts in in_order(grouped, tuple(names))
    ]


def in_order(grouped: Mapping[str, Counts], order: Sequence[str]) -> Iterable[tuple[str, Counts]]:
    """Groups in an order that is given, then by key."""
    rank = {name: place for place, name in enumerate(order)}
    return sorted(grouped.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))


def _group(key: str, name: str, counts: Counts, tasks: str, within: str | None = None) -> Plain:
    return {"key": key, "name": name, "within": within, "counts": counts, "tasks": tasks}


def _paths(question: Question, dimension: Dimension) -> Callable[[str], str]:
    """What makes the paths of the lists behind the groups of a dimension."""
    open_end = list_path(replace(question, **{dimension: "\0"}))  # type: ignore[arg-type]
    before, after = open_end.split(f"{dimension}=%00", 1)
    return lambda key: f"{before}{dimension}={_quoted(key)}{after}"


def _period(month: str, counts: Counts, question: Question) -> Plain:
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since = first if question.since is None else max(first, question.since)
    until = following if question.until is None else min(following, question.until)
    return _group(month, month, counts, list_path(replace(question, since=since, until=until)))
