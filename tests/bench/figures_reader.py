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
from typing import Any, Final

import orjson

import services.statistics.service  # noqa: F401  (the service whose memory it is)
from shared.domain.matter import Family
from shared.domain.question import Question
from shared.figures.document import Office, figures
from shared.figures.live import Live, live_body, live_figures
from shared.figures.part import Part
from shared.figures.splits import Split
from shared.figures.sums import Span, summed
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.units import Units
from tests.support.synthetic import CATEGORIES, FIRST_DAY, SOURCES, UNITS, ZONE

OFFICE: Final = Office(Units(dict(zip(UNITS, UNITS, strict=True)), dict.fromkeys(UNITS[1:9], UNITS[0])), "Asia/Shanghai", ZONE)
NOW: Final = datetime(2026, 12, 1, tzinfo=ZONE).astimezone(UTC)
ASKED: Final = 300
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


def sums_of(part: Part) -> None:
    """All that a document is made of, without the document."""
    part.total()
    part.by_month()
    part.handling()
    for split in ("family", "source", "category", "enterprise", "unit"):
        part.by(Split(split))
    part.by(Split("unit", upwards=True, units=OFFICE.units))


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds that it takes."""
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1e3


def spread(times: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    cuts = quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "max": max(times)}


async def measure(url: str) -> dict[str, Any]:
    """Everything about one journal."""
    database = Database(url)
    store, live = ReadStore(database), Live(OFFICE)
    found: dict[str, Any] = {"before_mib": resident_mib()}

    async def refresh(now: datetime) -> None:
        async with store.snapshot() as snapshot:
            await live.refresh(snapshot, now)

    try:
        found["start_ms"] = await timed(lambda: refresh(NOW))
        found["live_mib"] = resident_mib()
        found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        found["refresh_ms"] = await timed(lambda: refresh(NOW))
        found["body"] = spread([await timed(partial(live_body, live, one, OFFICE)) for one in questions(ASKED)])
        found["live"] = spread([await timed(partial(live_figures, live, one, OFFICE)) for one in questions(ASKED)])
        parts = [(live.part(one)) for one in questions(ASKED)]
        found["sums"] = spread([await timed(partial(asyncio.to_thread, sums_of, part)) for part in parts if part])
        found["whole_ms"] = min([await timed(lambda: live_body(live, Question(NOW), OFFICE)) for _ in range(5)])
        found["asked_mib"] = resident_mib()
        past = NOW - timedelta(days=200)
        for name, known in (("past_known_now", None), ("past_known_then", past)):
            found[name] = spread([await timed(partial(_past, store, past, known)) for _ in range(ASKED_OF_THE_PAST)])
        found["past_document_ms"] = await timed(lambda: _past_document(store, past))
        found |= {"accounts": len(live.accounts), "end_mib": resident_mib()}
    finally:
        await database.close()
    return found


async def _past(store: ReadStore, past: datetime, known: datetime | None) -> None:
    async with store.snapshot() as snapshot:
        await summed(snapshot, (past,), Span(known))


async def _past_document(store: ReadStore, past: datetime) -> None:
    async with store.snapshot() as snapshot:
        await figures(snapshot, Question(past), OFFICE)


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(measure(sys.argv[1]))))
