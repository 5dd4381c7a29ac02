"""A receipt as JSON bytes."""

from datetime import datetime

import orjson

from contracts.receipt import Outcome, Reason, Receipt
from shared.domain.value import value


@value
class Answer:
    """A receipt before it is bytes: the fields of the contract, cheap to build for each event."""

    id: str | None
    source: str
    subject: str
    digest: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    partition: int | None
    position: int | None
    recorded_at: datetime


def encode_receipt(answer: Answer) -> bytes:
    """The receipt as it is published."""
    return orjson.dumps(answer, default=_part, option=orjson.OPT_UTC_Z)


def decode_receipt(raw: bytes) -> Receipt:
    """The receipt of published bytes."""
    return Receipt.model_validate_json(raw)


def _part(part: object) -> object:
    if isinstance(part, Reason):
        return part.model_dump()
    raise TypeError(f"{type(part).__name__} is no part of a receipt")
