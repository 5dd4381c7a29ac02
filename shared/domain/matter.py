"""A matter and the events about it: their identities and their order."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from shared.domain.value import value


class Family(StrEnum):
    """The three families of matters."""

    DIRECTIVE = "directive"
    COMPLAINT = "complaint"
    RECTIFICATION = "rectification"


DUBAN: Final = "duban"
"""The source of what we say ourselves: that a task has parts, and what became of them."""


class Matter(NamedTuple):
    """A matter is its owner's number: the source whose matter it is, and the number that source gave it."""

    owner: str
    number: str


@value
class Cause:
    """The event behind a command: (source, id) identifies it for ever; `at` is when it happened, by its sender's clock."""

    source: str
    id: str
    type: str
    at: datetime
    rank: int
    """Orders events of the same instant: a matter is given before it is signed, signed before it is submitted."""

    @property
    def word(self) -> str:
        """The event's own word for what happened, such as `submitted`."""
        return self.type.split(".")[2]

    @property
    def order(self) -> "Order":
        """Where the event stands in its matter's history."""
        return (self.at, self.rank, self.source, self.id)


Order = tuple[datetime, int, str, str]
"""Where an event stands in its matter's history: time, rank, source, id."""
