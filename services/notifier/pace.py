"""When a message is sent: off the full and the half hour, no more a minute than a channel takes, later again after a failure."""

from collections import deque
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

_CROWDED: Final = frozenset({0, 30})
"""Minutes in which everybody's robots send; Feishu refuses them then (error 11232)."""
_MINUTE: Final = timedelta(minutes=1)
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600, 1800, 3600))
GIVE_UP: Final = timedelta(hours=4)
GIVE_UP_URGENT: Final = timedelta(minutes=10)
_FAILURES: Final = 5
"""In a row: then a channel rests."""
_REST: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(minutes=15)


def first_try(now: datetime, id: str, spread: timedelta, *, urgent: bool) -> datetime:
    """When a new message is tried first: an urgent one at once, others spread over some time, and not in a crowded minute. No
    spread is at once, whatever the minute.
    """
    if urgent or not spread:
        return now
    later = spread * (int.from_bytes(blake2b(id.encode(), digest_size=4).digest()) / 2**32)
    at = now + later
    if at.minute in _CROWDED:
        at = at.replace(second=0, microsecond=0) + _MINUTE + later
    return at


def next_try(made_at: datetime, now: datetime, tries: int, asked: timedelta | None, *, urgent: bool) -> datetime | None:
    """When a message that failed is tried again, not before the gateway's own wish; None when it is given up."""
    again = now + max(_PAUSES[min(tries, len(_PAUSES)) - 1], asked or timedelta(0))
    return again if again <= made_at + (GIVE_UP_URGENT if urgent else GIVE_UP) else None


class Pace:
    """One channel: how many messages it took in the last minute, and whether it rests after failures in a row."""

    def __init__(self, per_minute: int | None) -> None:
        self._per_minute = per_minute
        self._sent: deque[datetime] = deque()
        self._failures = 0
        self._rests_until: datetime | None = None

    def may_send_at(self, now: datetime) -> datetime:
        """The earliest instant at which a message may be sent."""
        while self._sent and self._sent[0] <= now - _MINUTE:
            self._sent.popleft()
        at = now
        if self._per_minute is not None and len(self._sent) >= self._per_minute:
            at = self._sent[-self._per_minute] + _MINUTE
        return at if self._rests_until is None else max(at, self._rests_until)

    def sent(self, at: datetime) -> None:
        """A message goes out."""
        self._sent.append(at)

    def answered(self, at: datetime, *, well: bool) -> None:
        """The gateway did its part, or did not."""
        self._failures = 0 if well else self._failures + 1
        self._rests_until = None
        if self._failures >= _FAILURES:
            rest = _REST * 2 ** min(self._failures - _FAILURES, 8)
            self._rests_until = at + min(rest, _LONGEST_REST)
