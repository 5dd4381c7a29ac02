"""Figures with up to a million tasks behind them: as of now, of the past, and what the journal costs a commit."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any, Final

import orjson
import pytest

from shared.domain.journal import Line
from shared.storage.tracking import SqlTrackerStore
from tests.bench.figures_report import Measured, missed, report
from tests.bench.places import BACKENDS, database_url
from tests.support.databases import migrated
from tests.support.journals import JournalWriter
from tests.support.synthetic import ZONE, Synthetic

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

SIZES: Final = tuple(int(size) for size in os.environ.get("DUBAN_BENCH_FIGURES", "10000,100000,1000000").split(","))
EVENTS_OF_A_BATCH: Final = 500
LAST_BATCHES: Final = 20


async def _batches(tasks: int) -> AsyncIterator[tuple[datetime, int, list[Line]]]:
    """The instant at which each batch became known, its events, and their lines."""
    events: list[list[Line]] = []
    for day, today in Synthetic(tasks).by_day():
        known = datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZONE).astimezone(UTC)
        events += today
        for start in range(0, len(events) - EVENTS_OF_A_BATCH + 1, EVENTS_OF_A_BATCH):
            yield known, EVENTS_OF_A_BATCH, [line for event in events[start : start + EVENTS_OF_A_BATCH] for line in event]
        events = events[len(events) // EVENTS_OF_A_BATCH * EVENTS_OF_A_BATCH :]
    yield known, len(events), [line for event in events for line in event]


async def _written(url: str, tasks: int) -> dict[str, Any]:
    """Write the journal of so many tasks; lines, and what the last full batches took for each event."""
    lines, took = 0, []
    async with migrated(url) as database:
        writer = await JournalWriter.on(SqlTrackerStore(database))
        async for known, events, batch in _batches(tasks):
            start = time.perf_counter()
            await writer.write(batch, known)
            if events == EVENTS_OF_A_BATCH:
                took.append((time.perf_counter() - start) / events * 1e6)
            lines += len(batch)
    return {"lines": lines, "commit_us": mean(took[-LAST_BATCHES:])}


async def _read(url: str) -> dict[str, Any]:
    """What a process of its own measures."""
    command = (sys.executable, "-m", "tests.bench.figures_reader", url)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return dict(orjson.loads(out))


async def test_figures_stay_fast_however_many_tasks_lie_behind_them(tmp_path: Path) -> None:
    measured: list[Measured] = []
    for backend in BACKENDS:
        for tasks in SIZES:
            folder = tmp_path / f"{backend}-{tasks}"
            folder.mkdir()
            async with database_url(backend, folder) as url:
                written = await _written(url, tasks)
                read = await _read(url)
                measured.append({"backend": backend, "tasks": tasks, "load": os.getloadavg()[0]} | written | read)
    print(report(measured, Path("bench-output/figures")))
    assert not missed(measured)
