"""Figures read from real databases are those of an oracle that reads the ledger there and shares no code with them."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest

from contracts import figures as wire
from shared.domain.matter import Matter
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.figures.document import Office, figures
from shared.figures.sums import Span, summed
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import oracle
from tests.support.drafts import Draft
from tests.support.lived import PARTITIONS, Lived, any_days, any_instants, any_matter, told_in_batches
from tests.support.sample import CITY, SHANGHAI
from tests.support.stores import committed, taken

Weighed = dict[str, float]
OFFICE = Office(Units({"bureau": "局", "water": "水务"}, {"water": "bureau"}), "Asia/Shanghai", SHANGHAI)


async def written(store: SqlTrackerStore, random: Random) -> Lived:
    """Four histories, batch by batch; their journal tells at which instants something changes."""
    record = Lived()
    drafts = [Draft(await taken(store, partition)) for partition in range(PARTITIONS)]
    for known, changes in told_in_batches(random, [any_matter(random, nth) for nth in range(4)]):
        for nth, _, entries, _ in changes:
            drafts[nth % PARTITIONS].write(Matter(CITY, str(nth)), entries, known)
        for partition in sorted({nth % PARTITIONS for nth, *_ in changes}):
            record.lines += [(partition, known, line) for line in drafts[partition].changes().journal]
            drafts[partition] = await committed(store, drafts[partition])
    return record


def weighed(counts: wire.Counts) -> Weighed:
    return {name: number for name, number in counts.model_dump().items() if number}


def groups_of(listed: Sequence[wire.Group]) -> dict[str, Weighed]:
    return {group.key: weighed(group.counts) for group in listed}


def by(found: list[oracle.Counted], keys: Callable[[oracle.Counted], Sequence[str]]) -> dict[str, Weighed]:
    names = {key for one in found for key in keys(one)}
    return {name: as_written([one for one in found if name in keys(one)]) for name in names}


def as_written(found: list[oracle.Counted]) -> Weighed:
    return {measure: float(number) for measure, number in oracle.weighed(found).items()}


def with_those_above(one: oracle.Counted) -> tuple[str, ...]:
    return ("water", "bureau") if one.unit == "water" else (one.unit,)


def hours(minutes: float | None) -> float | None:
    return None if minutes is None else int(minutes * 100 / 60) / 100


async def compare(snapshot: Snapshot, record: Lived, random: Random) -> None:
    asked, known = any_instants(random, record)
    since, until = any_days(random)
    bodies = [row.body async for row in snapshot.ledger()]
    sums = await summed(snapshot, asked, Span(known, since, until))
    for nth, as_of in enumerate(asked):
        found = oracle.counted(bodies, as_of, known, SHANGHAI, since, until)
        tasks = {measure.word: sums.total(nth).tasks[measure] for measure in Measure if sums.total(nth).tasks[measure]}
        assert tasks == Counter(one.measure for one in found)

        shown = await figures(snapshot, Question(as_of, known, since, until), OFFICE)
        assert weighed(shown.counts) == as_written(found)
        assert groups_of(shown.units) == by(found, with_those_above)
        assert groups_of(shown.periods) == by(found, lambda one: (oracle.received_on(one.card, SHANGHAI).isoformat()[:7],))
        assert groups_of(shown.categories) == by(found, lambda one: one.card.category)
        assert groups_of(shown.enterprises) == by(found, lambda one: one.card.enterprise)
        took = oracle.times(found)
        mean = took.total / took.n if took.n else None
        expected = wire.Handling(n=took.n, mean_hours=hours(mean), p50_hours=hours(took.p50), p90_hours=hours(took.p90))
        assert shown.handling == expected


@pytest.mark.parametrize("seed", range(5))
async def test_figures_of_twenty_histories_in_a_database_are_those_of_the_oracle(database: Database, seed: int) -> None:
    random = Random(seed)
    record = await written(SqlTrackerStore(database), random)
    async with ReadStore(database).snapshot() as snapshot:
        for _ in range(8):
            await compare(snapshot, record, random)
