"""What is wrong with the detector of deadlines is judged partition by partition, whichever tracker speaks of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.health import Detector, DetectorPartition
from services.notifier.vigil import Kind, Vigil

SHANGHAI = ZoneInfo("Asia/Shanghai")
KINDS: tuple[Kind, ...] = ("silent", "late", "held")
START = datetime(2026, 11, 23, 1, tzinfo=UTC)


def beat(lags: dict[int, float], held_since: datetime | None = None) -> Detector:
    partitions = tuple(
        DetectorPartition(partition=one, lag_seconds=lag, watermark=None, looked_at=None) for one, lag in lags.items()
    )
    why = None if held_since is None else "moved on by 1 h"
    return Detector(at=START, holder="t", held_since=held_since, held_why=why, partitions=partitions)


def heard(vigil: Vigil, seconds: float, *beats: Detector) -> None:
    for one in beats:
        vigil.hear(one, seconds, START + timedelta(seconds=seconds))


def test_a_late_partition_stays_late_when_a_healthy_one_is_heard_after_it() -> None:
    vigil = Vigil(2, 0.0, START)
    heard(vigil, 10.0, beat({0: 300.0}), beat({1: 0.0}))
    assert vigil.troubles(10.0) == {("late", 0)}
    heard(vigil, 20.0, beat({1: 0.0}), beat({0: 310.0}))
    assert vigil.troubles(20.0) == {("late", 0)}
    heard(vigil, 30.0, beat({0: 0.0}))
    assert vigil.troubles(30.0) == set()


def test_a_dead_tracker_is_noticed_beside_a_living_one() -> None:
    vigil = Vigil(4, 0.0, START)
    heard(vigil, 10.0, beat({0: 0.0, 1: 0.0}), beat({2: 0.0, 3: 0.0}))
    heard(vigil, 40.0, beat({2: 0.0, 3: 0.0}))
    assert vigil.troubles(44.9) == set()
    assert vigil.troubles(45.0) == {("silent", 0), ("silent", 1)}
    said = vigil.words("silent", [1, 0], SHANGHAI)
    assert said == "到期检测（分区 0、1，共 4 个）无心跳，自 11-23 09:00:10 起；在恢复之前不会产生新的到期提醒"


def test_a_partition_that_was_never_heard_is_missed() -> None:
    vigil = Vigil(2, 0.0, START)
    heard(vigil, 34.0, beat({0: 0.0}))
    assert vigil.troubles(35.0) == {("silent", 1)}


def test_another_tracker_that_takes_a_partition_speaks_for_it() -> None:
    vigil = Vigil(2, 0.0, START)
    heard(vigil, 30.0, beat({0: 0.0}), beat({1: 200.0}))
    heard(vigil, 60.0, beat({0: 0.0, 1: 0.0}))
    assert vigil.troubles(60.0) == set()


def test_the_alerts_of_one_tracker_are_held_while_those_of_another_go_on() -> None:
    vigil = Vigil(2, 0.0, START)
    heard(vigil, 10.0, beat({0: 0.0}, held_since=START), beat({1: 0.0}))
    assert vigil.troubles(10.0) == {("held", 0)}
    said = vigil.words("held", [0], SHANGHAI)
    assert said == "系统时钟发生跳变，自 11-23 09:00:00 起暂缓到期提醒（分区 0，共 2 个）；时钟平稳后自动恢复"


def test_what_is_wrong_stays_so_while_nothing_more_is_heard() -> None:
    vigil = Vigil(1, 0.0, START)
    heard(vigil, 10.0, beat({0: 130.0}))
    assert vigil.troubles(60.0) == {("late", 0), ("silent", 0)}


def test_where_there_is_one_partition_nobody_hears_of_partitions() -> None:
    vigil = Vigil(1, 0.0, START)
    heard(vigil, 10.0, beat({0: 130.0}, held_since=START))
    for kind in KINDS:
        assert "分区" not in vigil.words(kind, [0], SHANGHAI)
