"""Events in their senders' words, as far as signals need them."""

from datetime import datetime
from typing import Final

import orjson

from shared.domain.story import Told, What

_WHAT: Final[dict[str, What]] = {
    "duban.task.submitted.v1": "submitted",
    "duban.task.approved.v1": "approved",
    "duban.task.sent-back.v1": "sent-back",
    "duban.task.extension-requested.v1": "extension-requested",
    "duban.task.extension-granted.v1": "extension-granted",
}
FACTS: Final = (*_WHAT.values(), "unit-submitted", "corrected")
"""The kinds of facts that such an event may be kept beside: told late it corrects the history."""


def text_of(raw: bytes) -> str:
    """The text of an accepted event; empty where it has none."""
    return (orjson.loads(raw).get("data") or {}).get("text") or ""


def decode_told(raw: bytes) -> Told | None:
    """What an accepted event tells; None for one of another type."""
    event = orjson.loads(raw)
    what = _WHAT.get(event["type"])
    if what is None:
        return None
    data = event.get("data") or {}
    return Told(what, datetime.fromisoformat(event["time"]), data.get("unit"), data.get("text") or "")
