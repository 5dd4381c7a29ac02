"""Events that the office itself makes: what its people say on a page or from the command line."""

from datetime import datetime
from typing import Any

import orjson

from contracts import subjects
from shared.domain.matter import Matter


def event_of(what: str, matter: Matter, source: str, at: datetime, said: dict[str, Any], *, id_: str) -> dict[str, Any]:
    """An event about a task, such as `acknowledged`, said by a source at an instant with an offset."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "owner": matter.owner,
        "type": f"duban.task.{what}.v1",
        "subject": matter.number,
        "time": at.isoformat(),
        "data": said,
    }


def published(event: dict[str, Any]) -> tuple[str, bytes]:
    """Where an event that we made is published, and its bytes."""
    return subjects.for_event(event["source"], event["owner"], event["subject"], event["type"]), orjson.dumps(event)
