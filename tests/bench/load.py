"""What the benchmarks are fed with: lifecycles of tasks, stored in DUBAN_IN before the clock starts."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import orjson
from nats.aio.client import Client

from contracts import subjects
from shared.clock import SystemClock
from shared.messaging.atomic import MOST_MESSAGES, publish_atomically

TASKS: Final = int(os.environ.get("DUBAN_BENCH_TASKS", "25000"))
"""Tasks of a run, four events each; 100000 for the full size of the design."""

_STEPS: Final = (
    (
        "city-command",
        None,
        "duban.directive.issued.v1",
        4,
        {"title": "工地扬尘整改", "unit": "enforcement", "category": ["扬尘"]},
    ),
    ("bureau", "city-command", "duban.task.signed.v1", 3, {"by": "值班员"}),
    ("bureau", "city-command", "duban.task.submitted.v1", 2, {"text": "已完成整改，现场已复核。"}),
    ("city-command", None, "duban.task.approved.v1", 1, {"grade": "full"}),
)
_WAVE: Final = 1000
"""Tasks under way at a time: the events of one task are a thousand events apart, as in life."""


def lifecycle_events(tasks: int) -> Iterator[tuple[str, bytes]]:
    """(subject, body) of four events for each task, wave by wave, all of this morning: no clock runs out on the way."""
    now = SystemClock().now()
    for wave in range(0, tasks, _WAVE):
        for step in range(len(_STEPS)):
            for number in range(wave, min(wave + _WAVE, tasks)):
                yield _event(number, step, now)


def _event(number: int, step: int, now: datetime) -> tuple[str, bytes]:
    source, owner, type_, hours_ago, data = _STEPS[step]
    event = {
        "specversion": "1.0",
        "id": f"e-{number}-{step}",
        "source": source,
        "type": type_,
        "subject": f"ZB-{number:07}",
        "time": (now - timedelta(hours=hours_ago, seconds=number % 3600)).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    if owner is not None:
        event["owner"] = owner
    return subjects.for_event(source, owner, f"ZB-{number:07}", type_), orjson.dumps(event)


async def store(client: Client, events: Iterator[tuple[str, bytes]]) -> int:
    """Store the events in the stream; their number."""
    stored = 0
    batch: list[tuple[str, bytes, None]] = []
    for subject, body in events:
        batch.append((subject, body, None))
        if len(batch) == MOST_MESSAGES:
            await publish_atomically(client, batch)
            stored += len(batch)
            batch = []
    if batch:
        await publish_atomically(client, batch)
    return stored + len(batch)
