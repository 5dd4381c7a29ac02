"""A receipt as JSON bytes."""

import orjson

from contracts.receipt import Receipt


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt as it is published."""
    return orjson.dumps(receipt.__dict__, default=_part, option=orjson.OPT_UTC_Z)


def decode_receipt(raw: bytes) -> Receipt:
    """The receipt of published bytes."""
    return Receipt.model_validate_json(raw)


def _part(value: object) -> object:
    return value.__dict__
