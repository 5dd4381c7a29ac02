"""Figures as one message: no larger than the server takes, however many enterprises, categories or units there are."""

from typing import Final

from shared.figures.live import to_json
from shared.figures.shares import Plain

MOST_BYTES: Final = 1000 * 1000
"""A little under the server's max_payload, which counts headers, too: a larger one would stop the feeds of every scope."""
_LEFT_OUT_FIRST: Final = ("enterprises", "categories", "sources", "periods", "units", "families")


def message_of(document: Plain) -> bytes:
    """The document as JSON. Whole splits are left out, and named, until it fits: of half a split nobody could tell the rest."""
    raw = to_json(document)
    left_out: list[str] = []
    for field in _LEFT_OUT_FIRST:
        if len(raw) <= MOST_BYTES:
            break
        if document[field]:
            left_out.append(field)
            document = document | {field: [], "left_out": left_out}
            raw = to_json(document)
    return raw
