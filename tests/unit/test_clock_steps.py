"""A clock that was set: deadlines are held until it stands firm, and then go on by the new time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.tracker.steps import STABLE_SECONDS, ClockGuard, NoGuard

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@dataclass
class Machine:
    """A machine whose clock can be set beside the one that nobody sets."""

    elapsed: float = 1000.0
    ahead: timedelta = timedelta()
    naps: float = 0.0
    """So long the next reading of the clock takes."""

    def now(self) -> datetime:
        self.elapsed, self.naps = self.elapsed + self.naps, 0.0
        return NOON + timedelta(seconds=self.elapsed) + self.ahead

    def monotonic(self) -> float:
        return self.elapsed

    def guard(self) -> ClockGuard:
        """A guard that has looked once."""
        guard = ClockGuard(self, self.monotonic)
        assert guard.look() is None
        return guard

    def set_by(self, seconds: float) -> None:
        """Put the clock forward, or back."""
        self.ahead += timedelta(seconds=seconds)


def test_a_clock_that_goes_steadily_is_believed_however_rarely_it_is_looked_at() -> None:
    machine = Machine()
    guard = machine.guard()
    for seconds in (0.5, 10.0, 86_400.0):
        machine.elapsed += seconds
        assert guard.look() is None


@pytest.mark.parametrize("seconds", [600.0, 59.0, -1.0, -0.2])
def test_small_corrections_hold_nothing(seconds: float) -> None:
    machine = Machine()
    guard = machine.guard()
    machine.set_by(seconds)
    assert guard.look() is None


@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (3600.0, "the clock was put forward by 3600.0 s"),
        (601.0, "the clock was put forward by 601.0 s"),
        (3 * 86_400.0, "the clock was put forward by 259200.0 s"),
        (-3600.0, "the clock was put back by 3600.0 s"),
        (-1.5, "the clock was put back by 1.5 s"),
    ],
)
def test_a_step_holds_until_the_clock_has_gone_steadily_for_a_while(seconds: float, why: str) -> None:
    machine = Machine()
    guard = machine.guard()
    machine.set_by(seconds)
    hold = guard.look()
    assert hold is not None
    assert (hold.since, hold.why) == (machine.now(), why)
    machine.elapsed += STABLE_SECONDS - 0.1
    assert guard.look() == guard.hold == hold
    machine.elapsed += 0.1
    assert guard.look() is None
    assert guard.hold is None


def test_a_second_step_begins_the_wait_anew_and_is_told_beside_the_first() -> None:
    machine = Machine()
    guard = machine.guard()
    machine.set_by(3600)
    first = guard.look()
    machine.elapsed += STABLE_SECONDS - 1
    machine.set_by(-3600)
    second = guard.look()
    assert first is not None
    assert second is not None
    assert second.since == first.since
    assert second.why == "the clock was put forward by 3600.0 s, then put back by 3600.0 s"
    machine.elapsed += STABLE_SECONDS - 1
    assert guard.look() is not None
    machine.elapsed += 1
    assert guard.look() is None


def test_a_process_that_was_stopped_between_two_readings_has_seen_no_step() -> None:
    machine = Machine()
    guard = machine.guard()
    machine.naps = 20.0
    assert guard.look() is None
    machine.elapsed += 1
    assert guard.look() is None


def test_a_replay_leaps_and_is_not_held() -> None:
    assert NoGuard().look() is None
