"""What `/metrics` says of the detectors of several trackers: the lag of each partition, and the longest silence."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from contracts import subjects
from contracts.health import Detector, DetectorPartition
from shared.messaging.server import NatsServer
from tests.support.deadline import eventually
from tests.support.sample import at
from tests.support.tracking import outside
from tests.support.web import Surroundings, running, surroundings

NOW = at(days=60)


@pytest.fixture
async def around(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Surroundings]:
    async with surroundings(tmp_path, nats_server) as found:
        yield found


def said(holder: str, seconds_ago: float, *lags: tuple[int, float], held: bool = False) -> bytes:
    """A heartbeat of a tracker with the lags of its partitions."""
    told = Detector(
        at=NOW - timedelta(seconds=seconds_ago),
        holder=holder,
        held_since=NOW if held else None,
        held_why="the clock was put back by 5.0 s" if held else None,
        partitions=tuple(DetectorPartition(partition=p, lag_seconds=lag, watermark=NOW, looked_at=NOW) for p, lag in lags),
    )
    return told.model_dump_json().encode()


async def test_each_partition_has_its_lag_and_the_longest_silence_counts(around: Surroundings) -> None:
    await around.bucket.put(subjects.DETECTOR_KEY, said("one", 40, (0, 1.5)))
    async with outside(around.nats.url) as world, running(around.web()) as client:

        async def metrics(wanted: str) -> str:
            text = (await client.get("/metrics")).text
            return text if wanted in text else ""

        text = await eventually(lambda: metrics('duban_detector_lag_seconds{partition="0"} 1.5'))
        assert f"duban_detector_last_heartbeat_timestamp_seconds {NOW.timestamp() - 40}" in text
        await world.client.publish(subjects.DETECTOR, said("two", 1, (1, 0.0), held=True))
        text = await eventually(lambda: metrics('duban_detector_lag_seconds{partition="1"} 0.0'))
        assert f"duban_detector_last_heartbeat_timestamp_seconds {NOW.timestamp() - 40}" in text
        assert "duban_detector_held 1" in text

        await world.client.publish(subjects.DETECTOR, said("two", 0, (0, 0.25), (1, 0.0)))
        await world.client.publish(subjects.DETECTOR, said("one", 20, (0, 9.0)))
        await world.client.publish(subjects.DETECTOR, b"no heartbeat")
        text = await eventually(lambda: metrics('duban_detector_lag_seconds{partition="0"} 0.25'))
        assert f"duban_detector_last_heartbeat_timestamp_seconds {NOW.timestamp()}" in text
        assert "duban_detector_held 0" in text


async def test_without_a_heartbeat_nothing_is_said_of_the_detector(around: Surroundings) -> None:
    async with running(around.web()) as client:
        assert "duban_detector" not in (await client.get("/metrics")).text
