"""What all parts of the notifier work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.clock import Clock, SystemClock
from shared.domain.notice import Office
from shared.storage.noticing import NoticeStore
from shared.storage.reading import ReadStore


@dataclass(frozen=True)
class Desk:
    """The stores, what the office says, and the clock. `channels` says which of them many people share."""

    reading: ReadStore
    store: NoticeStore
    office: Office
    units: Mapping[str, str]
    channels: Mapping[str, bool]
    clock: Clock
    link: str
    """Where people reach the page, without a slash at its end; empty where nobody said."""
    secret: bytes = b""
    """Signs the links of messages to one person; without one they lead to the inbox."""
    machine: Clock = field(default_factory=SystemClock)
    """What requests are signed by, also where `clock` is history's: gateways refuse what is far from their own time."""
