"""What was heard of the detector of deadlines, partition by partition, and what is wrong with it. Pure: time is an argument."""

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Final, Literal

from contracts.health import Detector
from shared.domain.value import value

SILENT_SECONDS: Final = 35.0
"""Three heartbeats of ten seconds are missing; by a clock that nobody sets, since a step of the other one is no silence."""
LATE_SECONDS: Final = 120.0

Kind = Literal["silent", "late", "held"]
Trouble = tuple[Kind, int]
"""What is wrong with which partition."""


@value
class Heard:
    """The last heartbeat of a partition, or that we began to listen: by seconds that only pass, and by the clock."""

    elapsed: float
    at: datetime
    lag_seconds: float = 0.0
    held_since: datetime | None = None


class Vigil:
    """The heartbeats of all partitions. Those of the installation are waited for from the start on; trackers come and go."""

    def __init__(self, partitions: int, elapsed: float, at: datetime) -> None:
        self._heard = dict.fromkeys(range(partitions), Heard(elapsed, at))

    def hear(self, said: Detector, elapsed: float, at: datetime) -> None:
        """A tracker speaks of the partitions that it holds."""
        for one in said.partitions:
            self._heard[one.partition] = Heard(elapsed, at, one.lag_seconds, said.held_since)

    def troubles(self, elapsed: float) -> set[Trouble]:
        """What is wrong by now."""
        return {(kind, partition) for partition, one in self._heard.items() for kind in _wrong(one, elapsed)}

    def words(self, kind: Kind, partitions: Collection[int], zone: tzinfo) -> str:
        """What a message says of partitions with the same trouble; which they are where there are several in all."""
        found, which = [self._heard[partition] for partition in partitions], self._which(partitions)
        if kind == "silent":
            since = _local(min(one.at for one in found), zone)
            return f"到期检测{which}无心跳，自 {since} 起；在恢复之前不会产生新的到期提醒"
        if kind == "late":
            minutes = int(max(one.lag_seconds for one in found) // 60)
            return f"到期检测{which}滞后 {minutes} 分钟以上；提醒会补发，时点不变"
        held_since = min(one.held_since for one in found if one.held_since is not None)
        return f"系统时钟发生跳变，自 {_local(held_since, zone)} 起暂缓到期提醒{which}；时钟平稳后自动恢复"

    def _which(self, partitions: Collection[int]) -> str:
        if len(self._heard) == 1:
            return ""
        return f"（分区 {'、'.join(map(str, sorted(partitions)))}，共 {len(self._heard)} 个）"


def _wrong(one: Heard, elapsed: float) -> tuple[Kind, ...]:
    found: list[Kind] = []
    if elapsed - one.elapsed >= SILENT_SECONDS:
        found.append("silent")
    if one.lag_seconds >= LATE_SECONDS:
        found.append("late")
    if one.held_since is not None:
        found.append("held")
    return tuple(found)


def _local(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M:%S}"
