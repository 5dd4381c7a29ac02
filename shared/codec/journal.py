"""Lines of the journal as they lie in the store: fixed width, in chunks, so that a million tasks are summed in a moment.

A line names its account and its change by numbers, which the partition gives out in turn.
"""

import struct
from datetime import date
from typing import Any, Final

import orjson

from shared.domain.matter import Family
from shared.domain.timeline import Account

LINE: Final = struct.Struct("<qqiiii")
"""Instant, instant of knowledge (microseconds since 1970 in UTC), day of receipt (ordinal), account, change, minutes."""
CHUNK_LINES: Final = 1024
"""Lines in a full chunk; the last one of a partition is written anew until it is full."""


def encode_account(account: Account) -> str:
    """The account as text, the same for equal accounts."""
    return orjson.dumps(tuple(account)).decode()


def decode_account(text: str) -> Account:
    """The account that `encode_account` wrote."""
    family, source, unit, co_units, category, enterprise, weight = orjson.loads(text)
    return Account(Family(family), source, unit, tuple(co_units), tuple(category), tuple(enterprise), weight)


def encode_change(plus: int, minus: int) -> str:
    """The measures that go up and those that go down, as text."""
    return f"{plus:x}/{minus:x}"


def decode_change(text: str) -> tuple[int, int]:
    """The sets of measures that `encode_change` wrote."""
    plus, minus = text.split("/")
    return int(plus, 16), int(minus, 16)


_EPOCH: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """A day as a number that grows by one each day."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day of a number."""
    return date.fromordinal(number + _EPOCH)


def unpacked(body: bytes) -> list[Any]:
    """The lines of a chunk as tuples of numbers."""
    return list(LINE.iter_unpack(body))
