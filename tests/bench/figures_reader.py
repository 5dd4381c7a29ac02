"""A process that asks for figures of the journal at a URL, so that its time and memory are its own."""

import asyncio
import random
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, NamedTuple

import orjson

import services.statistics.service  # noqa: F401  (whose memory it is)
from services.statistics.figures import scopes
from shared.collector import calm_collector
from shared.domain.matter import Family
from shared.domain.question import DIMENSIONS, Question
from shared.figures.document import Office, plain_document
from shared.figures.live import Live, live_body, live_figures, to_json
from shared.figures.part import Part
from shared.figures.splits import Split
from shared.figures.sums import Span, summed
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.units import Units
from tests.support.synthetic import CATEGORIES, FIRST_DAY, SOURCES, UNITS, ZONE

OFFICE: Final = Office(Units(dict(zip(UNITS, UNITS, strict=True)), dict.fromkeys(UNITS[1:9], UNITS[0])), "Asia/Shanghai", ZONE)
NOW: Final = datetime(2026, 12, 1, tzinfo=ZONE).astimezone(UTC)
ASKED: Final = 1000
"""So that the first questions, which find nothing in any cache, are not all that the 99th percentile shows."""
ASKED_OF_THE_PAST: Final = 5


def resident_mib() -> float:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def questions(number: int) -> list[Question]:
    """Questions of one to three filters or none, half of them of a period of months."""
    draw = random.Random(3)
    found = []
    for _ in range(number):
        asked: dict[str, Any] = {}
        for name in draw.sample(("family", "source", "unit", "category"), draw.choice((0, 1, 1, 1, 2, 3))):
            asked[name] = draw.choice({"family": tuple(Family), "source": SOURCES, "unit": UNITS, "category": CATEGORIES}[name])
        if draw.random() < 0.5:
            month = draw.randrange(23)
            until = min(24, month + draw.choice((1, 3, 6, 12)))
            asked |= {"since": _month(month), "until": _month(until)}
        found.append(Question(NOW, **asked))
    return found


def _month(number: int) -> date:
    number += FIRST_DAY.year * 12 + FIRST_DAY.month - 1
    return date(number // 12, number % 12 + 1, 1)


class Took(NamedTuple):
    """Milliseconds by the clock, and of the processor: a machine that others use tells more by the latter."""

    wall: float
    cpu: float


async def timed(work: Callable[[], Awaitable[object]]) -> Took:
    """How long it takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return Took((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)


def spread(times: list[Took]) -> dict[str, float]:
    """Median and 99th percentile of both."""
    wall, cpu = [quantiles(column, n=100, method="inclusive") for column in zip(*times, strict=True)]
    return {"p50": wall[49], "p99": wall[98], "cpu_p50": cpu[49], "cpu_p99": cpu[98]}


async def measure(url: str) -> dict[str, Any]:
    """Everything about one journal."""
    database = Database(url)
    store, live = ReadStore(database), Live(OFFICE)
    found: dict[str, Any] = {"before_mib": resident_mib()}
    try:
        found["start"] = (await timed(partial(_refresh, store, live)))._asdict()
        calm_collector()
        found["live_mib"] = resident_mib()
        found["scopes"] = (await timed(partial(_every_scope, live)))._asdict()
        found["service_mib"] = resident_mib()
        found["refresh"] = spread([await timed(partial(_refresh, store, live)) for _ in range(20)])
        for name, ask in (("figure", _figure), ("sums", _sums), ("body", live_body), ("live", live_figures)):
            found[name] = spread([await timed(partial(ask, live, one, OFFICE)) for one in questions(ASKED)])
        past = NOW - timedelta(days=200)
        for name, known in (("past_known_now", None), ("past_known_then", past)):
            found[name] = spread([await timed(partial(_past, store, past, known)) for _ in range(ASKED_OF_THE_PAST)])
        found |= {"accounts": len(live.accounts)}
    finally:
        await database.close()
    return found


async def _refresh(store: ReadStore, live: Live) -> None:
    async with store.snapshot() as snapshot:
        await live.refresh(snapshot, NOW)


async def _every_scope(live: Live) -> None:
    """What the service does at its start: the documents of all scopes, one after another."""
    for filters in scopes(live.take_changed(), OFFICE.units).values():
        part = live.part(Question(NOW, **filters))  # type: ignore[arg-type]
        assert part is not None
        await asyncio.to_thread(part.fingerprint)
        to_json(await asyncio.to_thread(plain_document, part, Question(NOW), OFFICE, live.positions))


async def _figure(live: Live, question: Question, office: Office) -> None:
    """Counts, rates, handling times and flow of what is asked for, as JSON, without groups."""
    assert await live_body(live, question, office, frozenset())


async def _sums(live: Live, question: Question, _office: Office) -> None:
    part = live.part(question)
    assert part is not None
    await asyncio.to_thread(_all_of, part)


def _all_of(part: Part) -> None:
    """All that a document is made of, without the document."""
    part.total()
    part.by_month()
    part.handling()
    for dimension in DIMENSIONS:
        part.by(Split(dimension))
    part.by(Split("unit", upwards=True, units=OFFICE.units))


async def _past(store: ReadStore, past: datetime, known: datetime | None) -> None:
    async with store.snapshot() as snapshot:
        await summed(snapshot, (past,), Span(known))


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(measure(sys.argv[1]))))
