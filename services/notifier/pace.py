"""When a message is sent: in office hours, off full and half hours, no more a minute than a channel takes, later if it failed."""

from collections import deque
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from shared.domain.notice import Office
from shared.domain.telling import in_hours
from shared.storage.noticing import Delivery

_CROWDED: Final = frozenset({0, 30})
"""Minutes in which everybody's robots send; Feishu refuses them then (error 11232)."""
_MINUTE: Final = timedelta(minutes=1)
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600, 1800, 3600))
PATIENCE: Final = timedelta(hours=4)
PATIENCE_URGENT: Final = timedelta(minutes=10)
KEPT_ON: Final = timedelta(hours=24)
"""For so long, and for at least as many tries as there are pauses, a message is tried that can go out by no other channel."""
_FAILURES: Final = 5
"""In a row: then a channel rests."""
_REST: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(minutes=15)


def sendable(at: datetime, id: str, office: Office, *, urgent: bool) -> datetime:
    """The first instant from `at` on at which a message may be tried: an urgent one at once; others in office hours and, unless
    nothing is spread, not in a crowded minute, after which each has its own place.
    """
    if urgent:
        return at
    at = in_hours(at, office.hours, office.calendar)
    if office.hours.spread and at.minute in _CROWDED:
        after = at.replace(second=0, microsecond=0) + _MINUTE + _place(id, office.hours.spread)
        at = in_hours(after, office.hours, office.calendar)
    return at


def first_try(now: datetime, id: str, office: Office, *, urgent: bool) -> datetime:
    """When a new message is tried first; those of one moment that are not urgent are spread over some time."""
    at = now if urgent else now + _place(id, office.hours.spread)
    return sendable(at, id, office, urgent=urgent)


def _place(id: str, spread: timedelta) -> timedelta:
    """The same for the same message."""
    return spread * (int.from_bytes(blake2b(id.encode(), digest_size=4).digest()) / 2**32)


def patience(message: Delivery) -> timedelta:
    """For how long, from when it was made, a message is tried by one channel while there is another."""
    return PATIENCE_URGENT if message.urgent else PATIENCE


def next_try(message: Delivery, now: datetime, asked: timedelta | None, office: Office, *, another: bool) -> datetime | None:
    """When a message that failed once more is tried again, not before the gateway's own wish; None when it is given up. Where
    there is another channel, that is when the next try would come after its patience; where there is none, a wish ends nothing.
    """
    pause = _PAUSES[min(message.tries, len(_PAUSES)) - 1]
    again = now + max(pause, asked or timedelta(0))
    if another:
        is_over = again > message.made_at + patience(message)
    else:
        is_over = message.tries >= len(_PAUSES) and now + pause > message.made_at + KEPT_ON
    return None if is_over else sendable(again, message.id, office, urgent=message.urgent)


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
