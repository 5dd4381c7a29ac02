"""One task with all that happened to it, as commands and requests show it."""

from typing import Any

import orjson

from shared.codec.tasks import encode_task
from shared.domain.matter import Matter
from shared.figures.wording import wording
from shared.ports import LedgerRow
from shared.storage.reading import Snapshot


async def task_document(snapshot: Snapshot, matter: Matter) -> dict[str, Any] | None:
    """A task as it stands, its timeline and its parked events; None when there is none."""
    found = await snapshot.task(matter)
    if found is None:
        return None
    its_task, rows = found
    parked = [
        {"id": event.event.id, "source": event.event.source, "field": event.path, "reason": event.message}
        for event in await snapshot.parked(matter)
    ]
    document: dict[str, Any] = orjson.loads(encode_task(its_task))
    return document | {"timeline": [_entry(row) for row in rows], "parked": parked}


def _entry(row: LedgerRow) -> dict[str, Any]:
    cause = row.entry.cause
    return {
        "partition": row.partition,
        "position": row.position,
        "at": row.entry.fact.at,
        "recorded_at": row.recorded_at,
        "fact": row.entry.fact.kind,
        "said": wording(row.entry.fact),
        "source": cause.source if cause else None,
        "event": cause.id if cause else None,
    }
