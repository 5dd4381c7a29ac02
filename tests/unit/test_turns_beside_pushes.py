"""Turns of the detector beside pushes: small beside a few, as large as what is pushed, growing while nothing comes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

import pytest

from services.tracker.steps import NoGuard
from services.tracker.sweeper import FEW, Sweeper, Traffic
from services.tracker.writer import SWEEP, Writer
from shared.codec.receipts import Answer
from tests.support.matters import later

NOW = later(0)


class Turns:
    """A writer to whom so many pushes come during each of its turns; it remembers how large the turns were."""

    def __init__(self, traffic: Traffic, pushes: Sequence[int]) -> None:
        self._traffic = traffic
        self._pushes = iter(pushes)
        self.wake = later(-60)
        self.most: list[int] = []

    async def prepare(self, watermark: datetime, most: int) -> None:
        pass

    async def cross(self, watermark: datetime, most: int) -> bool:
        self.most.append(most)
        came = next(self._pushes, None)
        self._traffic.taken += came or 0
        return came is not None

    async def settle(self, now: datetime) -> list[Answer]:
        return []


class Clock:
    """A clock that stands still, and a watermark as far as it."""

    def now(self) -> datetime:
        return NOW


class Watermark:
    """All that was pushed is processed."""

    async def now(self) -> datetime:
        return NOW


async def answered(receipts: Iterable[Answer]) -> None:
    assert not list(receipts)


@pytest.mark.parametrize(
    ("pushes", "turns"),
    [
        ([0, 0, 0], [FEW, 2 * FEW, 4 * FEW, 8 * FEW]),  # nobody waits: larger and larger
        ([0] * 9, [min(FEW * 2**n, SWEEP) for n in range(10)]),  # but no larger than a sweep may be
        ([1, 3, 0, 2], [FEW, FEW, FEW, 2 * FEW, FEW]),  # a few pushes: they wait for a few tasks
        ([200, 900], [FEW, 200, SWEEP]),  # very many: as many deadlines as pushes, or they would never be done
    ],
)
async def test_a_turn_is_of_as_many_tasks_as_were_pushed_since_the_last(pushes: list[int], turns: list[int]) -> None:
    traffic = Traffic(taken=1000)  # of a quiet time before: they count for nothing
    writer = Turns(traffic, pushes)
    await Sweeper(cast(Writer, writer), Watermark(), Clock(), NoGuard(), traffic, answered)._sweep()
    assert writer.most == turns
