"""The only place that asks the system for the time."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ReplayClock:
    """A clock that history drives: it stands at the latest instant that was shown to it and never goes back."""

    def __init__(self) -> None:
        self._now = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, to: datetime) -> None:
        """Move on to an instant; an earlier one changes nothing."""
        self._now = max(self._now, to)


def monotonic() -> float:
    """Seconds on a clock that nobody sets; where it begins says nothing."""
    return time.monotonic()
