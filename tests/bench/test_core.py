"""The core alone: a decision with its evolution, and a due date counted off."""

import gc
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median

import pytest

from shared.collector import calm_collector
from shared.domain.budget import Budget
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.period import CIVIL_CODE, due
from tests.support.sample import CALENDAR, RULEBOOK, START, approve, at, register, sign, submit

pytestmark = [pytest.mark.bench, pytest.mark.timeout(120)]

DECIDE_MICROSECONDS = 20.0
DUE_MICROSECONDS = 10.0
ROUNDS = 200
LIFE: tuple[Command, ...] = (register(), sign(at(hours=1)), submit(at(2)), approve(at(3)))


@pytest.fixture(autouse=True)
def _collector_of_the_tracker() -> Iterator[None]:
    thresholds = gc.get_threshold()
    calm_collector()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def microseconds(work: Callable[[], int]) -> float:
    """Median over rounds of the time for one of the things that `work` does so many of."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        number = work()
        times.append((time.perf_counter() - start) / number * 1e6)
    return median(times)


def test_an_event_is_decided_and_evolved_in_microseconds() -> None:
    def lives() -> int:
        for _ in range(20):
            task = None
            for command in LIFE:
                decided = decide(task, command, RULEBOOK)
                assert isinstance(decided, tuple)
                task = evolve_all(task, decided)
        return 20 * len(LIFE)

    took = microseconds(lives)
    print(f"\ndecide and evolve: {took:.1f} µs an event (median of {ROUNDS} rounds)")
    assert took <= DECIDE_MICROSECONDS


@pytest.mark.parametrize("budget", ["60cd", "60wd", "2mo"])
def test_a_due_is_counted_off_in_microseconds(budget: str) -> None:
    parsed = Budget.parse(budget)

    def dues() -> int:
        for day in range(100):
            due(parsed, CIVIL_CODE, START - timedelta(days=day), CALENDAR)
        return 100

    took = microseconds(dues)
    print(f"\ndue of {budget}: {took:.1f} µs (median of {ROUNDS} rounds)")
    assert took <= DUE_MICROSECONDS
