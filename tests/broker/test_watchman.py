"""The watchman on a real server: what is wrong with the detector is told of once, by the notifier itself."""

import time
from pathlib import Path

import orjson

from contracts.health import Detector, DetectorPartition
from shared.messaging.server import NatsServer
from shared.settings import Settings
from shared.storage.engine import Database
from tests.support.matters import AheadClock, later
from tests.support.offices import robot, telling, written
from tests.support.receivers import Reply, web_receiver


async def test_the_notifier_itself_alarms_when_the_detector_is_silent(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    async with web_receiver() as web:
        web.answers.append(Reply(body=b'{"errcode":0,"errmsg":"ok"}'))
        written(tmp_path, robot(web.url))
        async with telling(Settings(nats_url=nats_server.url, data=tmp_path), database) as office:
            watchman = office.notifier.watchman
            for silent in (30, 36, 80):
                watchman.elapsed = lambda silent=silent: time.monotonic() + silent  # type: ignore[misc]
                await watchman.look()
            [alarm] = await office.settled(1)
    assert (alarm.notice.person, alarm.notice.occasion.kind, alarm.state) == ("keeper", "alarm", "told")
    [told] = web.received
    assert "系统报警：到期检测无心跳" in orjson.loads(told.body)["markdown"]["content"]


def beat(lag: float, *, held: bool = False, partition: int = 0) -> bytes:
    """A heartbeat of a tracker that holds one partition."""
    one = DetectorPartition(partition=partition, lag_seconds=lag, watermark=None, looked_at=None)
    since, why = (later(0), "moved on by 1 h") if held else (None, None)
    return Detector(at=later(0), holder="t", held_since=since, held_why=why, partitions=(one,)).model_dump_json().encode()


async def test_a_detector_that_is_late_or_holds_alerts_back_is_told_of_once(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    written(tmp_path, "")
    async with telling(Settings(nats_url=nats_server.url, data=tmp_path), database) as office:
        watchman = office.notifier.watchman
        for lag, held in ((0, False), (119, False), (121, False), (500, True), (500, True), (0, False), (121, False)):
            await watchman._on_heartbeat(beat(lag, held=held))
            await watchman.look()
        found = await office.settled(2)
    said = sorted(one.notice.occasion.rung[:6] for one in found)
    assert set(said) == {"到期检测滞后", "系统时钟发生"}


async def test_a_late_partition_beside_a_healthy_one_is_told_of_once(
    database: Database, nats_server: NatsServer, tmp_path: Path
) -> None:
    written(tmp_path, "")
    of_two = Settings(nats_url=nats_server.url, data=tmp_path, partitions=2)
    clock = AheadClock(0)
    async with telling(of_two, database, clock) as office:
        watchman = office.notifier.watchman
        for _ in range(3):
            for body in (beat(300), beat(0, partition=1)):
                await watchman._on_heartbeat(body)
                await watchman.look()
                clock._ahead_seconds += 10  # an alarm at another instant would be another one
        office.notifier.wake()
        [alarm] = await office.settled(1)
    assert alarm.notice.occasion.rung == "到期检测（分区 0，共 2 个）滞后 5 分钟以上；提醒会补发，时点不变"
