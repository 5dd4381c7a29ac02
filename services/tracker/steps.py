"""Guard against steps of the machine's clock: what a wrong clock would raise or settle is held until the clock stands firm."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog

from shared.clock import Clock
from shared.domain.value import replace, value

log = structlog.get_logger()

FORWARD: Final = timedelta(minutes=10)
"""A clock that gained more than this on the one that nobody sets was put forward, or the machine slept."""
BACK: Final = timedelta(seconds=1)
"""A clock that lost more than this was put back."""
STABLE_SECONDS: Final = 30.0
"""So long the clock must go steadily before it is believed again: an operator may really have set it."""
_CLOSE_SECONDS: Final = 0.2
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


@value
class Hold:
    """Deadlines are held: since when, by the clock as it was when the step was seen, and why."""

    since: datetime
    why: str


class Guard(Protocol):
    """Whether the clock is to be believed."""

    @property
    def hold(self) -> Hold | None:
        """The hold as of the last look."""
        ...

    def look(self) -> Hold | None:
        """Look at the clock: the hold, if deadlines are held from now on or still."""
        ...


class NoGuard:
    """For clocks that history drives: they go in leaps."""

    hold: Hold | None = None

    def look(self) -> Hold | None:
        """Nothing is held."""
        return None


class ClockGuard:
    """Compares a clock with one that nobody sets, at each look with the look before."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._hold: Hold | None = None
        self._zero: datetime | None = None
        self._firm_since = 0.0

    @property
    def hold(self) -> Hold | None:
        """The hold as of the last look."""
        return self._hold

    def look(self) -> Hold | None:
        """The hold, if deadlines are held from now on or still. Whoever reads the clock looks after the reading."""
        now, elapsed = self._read()
        zero = now - timedelta(seconds=elapsed)  # what the clock showed when the other one stood at 0
        moved = timedelta() if self._zero is None else zero - self._zero
        self._zero = zero
        if moved > FORWARD or moved < -BACK:
            self._stepped(now, moved, elapsed)
        elif self._hold is not None and elapsed - self._firm_since >= STABLE_SECONDS:
            log.warning("tracker.clock_firm", held_since=self._hold.since.isoformat(), why=self._hold.why)
            self._hold = None
        return self._hold

    def _stepped(self, now: datetime, moved: timedelta, elapsed: float) -> None:
        seconds = round(moved.total_seconds(), 1)
        step = f"put {'forward' if seconds > 0 else 'back'} by {abs(seconds)} s"
        log.error("tracker.clock_stepped", seconds=seconds, now=now.isoformat(), held_for_seconds=STABLE_SECONDS)
        self._firm_since = elapsed
        hold = self._hold
        self._hold = Hold(now, f"the clock was {step}") if hold is None else replace(hold, why=f"{hold.why}, then {step}")

    def _read(self) -> tuple[datetime, float]:
        """Both clocks at the same moment: a process that is stopped between the two readings has seen no step."""
        while True:
            before, now, after = self._monotonic(), self._clock.now(), self._monotonic()
            if after - before < _CLOSE_SECONDS:
                return now, after
