"""Streams and consumers on a real server: made once, compared ever after, never changed in passing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext, api
from nats.js.errors import APIError, NoStreamResponseError

from contracts import subjects
from shared.messaging import streams
from shared.messaging.streams import ConfigDrift, provision
from shared.storage.engine import Database
from tests.support import tracking
from tests.support.matters import issued, later


@pytest.fixture
async def js(nats_url: str) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(nats_url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def everything(js: JetStreamContext) -> dict[str, Any]:
    """The configuration of every stream and consumer."""
    there: dict[str, Any] = {}
    for stream in await js.streams_info():
        assert stream.config.name is not None
        there[stream.config.name] = (stream.created, stream.config)
        for consumer in await js.consumers_info(stream.config.name):
            there[f"{stream.config.name}/{consumer.name}"] = (consumer.created, consumer.config)
    return there


async def test_provisioning_makes_what_is_absent(js: JetStreamContext) -> None:
    await provision(js, 2)

    there = await everything(js)
    assert set(there) == {
        "DUBAN_IN",
        "DUBAN_IN/tracker-0",
        "DUBAN_IN/tracker-1",
        "DUBAN_OUT",
        f"KV_{subjects.STATS_BUCKET}",
    }


async def test_provisioning_again_changes_nothing(js: JetStreamContext) -> None:
    await provision(js, 1)
    before = await everything(js)

    await provision(js, 1)

    assert await everything(js) == before


async def test_events_are_refused_rather_than_deleted_when_a_stream_is_full(js: JetStreamContext) -> None:
    await provision(js, 1)
    for name in (subjects.STREAM_IN, subjects.STREAM_OUT):
        config = (await js.stream_info(name)).config
        assert (config.retention, config.discard) == (api.RetentionPolicy.LIMITS, api.DiscardPolicy.NEW)
        assert (config.deny_delete, config.deny_purge, config.allow_rollup_hdrs or False) == (True, True, False)
        with pytest.raises(APIError):
            await js.purge_stream(name)


async def test_a_message_cannot_be_deleted(js: JetStreamContext) -> None:
    await provision(js, 1)
    event = issued("1", later(0))
    await js.publish(tracking.subject_of(event), tracking.raw_of(event))

    with pytest.raises(APIError):
        await js.delete_msg(subjects.STREAM_IN, 1)
    assert (await js.get_msg(subjects.STREAM_IN, 1)).data == tracking.raw_of(event)


@pytest.mark.parametrize(
    "drifted",
    [
        replace(streams.inbound_stream(1), discard=api.DiscardPolicy.OLD),
        replace(streams.inbound_stream(1), max_age=60.0),
        replace(streams.inbound_stream(1), subjects=["duban.in.>"]),
        replace(streams.inbound_stream(1), deny_purge=False),
        streams.inbound_stream(16),
        replace(streams.outbound_stream(), duplicate_window=60.0),
    ],
    ids=["discard", "age", "subjects", "purge", "partitions", "window"],
)
async def test_a_stream_that_is_not_as_declared_is_refused_and_left_as_it_is(
    js: JetStreamContext, drifted: api.StreamConfig
) -> None:
    await js.add_stream(drifted)
    assert drifted.name is not None
    before = (await js.stream_info(drifted.name)).config

    with pytest.raises(ConfigDrift, match=f"stream {drifted.name} on the server has .*nothing was changed"):
        await provision(js, 1)

    assert (await js.stream_info(drifted.name)).config == before


@pytest.mark.parametrize(
    "drifted",
    [
        replace(streams.tracker_consumer(0), ack_wait=5.0),
        replace(streams.tracker_consumer(0), max_deliver=3),
        replace(streams.tracker_consumer(0), max_ack_pending=10),
        replace(streams.tracker_consumer(0), filter_subject="duban.part.1.*.*.*.*.*"),
    ],
    ids=["ack_wait", "max_deliver", "max_ack_pending", "filter"],
)
async def test_a_consumer_that_is_not_as_declared_is_refused_and_left_as_it_is(
    js: JetStreamContext, drifted: api.ConsumerConfig
) -> None:
    await js.add_stream(streams.inbound_stream(1))
    before = (await js.add_consumer(subjects.STREAM_IN, drifted)).config

    with pytest.raises(ConfigDrift, match=r"consumer tracker-0 on the server has .*nothing was changed"):
        await provision(js, 1)

    assert (await js.consumer_info(subjects.STREAM_IN, "tracker-0")).config == before


async def test_a_tracker_refuses_to_run_on_a_stream_that_is_not_as_declared(
    database: Database, nats_url: str, js: JetStreamContext
) -> None:
    await js.add_stream(replace(streams.inbound_stream(1), max_age=60.0))

    with pytest.raises(ExceptionGroup) as refused:
        async with tracking.tracking(database, nats_url):
            pass
    assert refused.group_contains(ConfigDrift)


@pytest.mark.parametrize(
    "subject",
    [
        "duban.in.city.city.1.directive",
        "duban.in.city.city.1.directive.issued.more",
        "duban.in.city",
        "duban.in.city.city.1.2.3.4",
    ],
)
async def test_a_push_on_a_subject_of_another_shape_is_refused_and_not_lost(js: JetStreamContext, subject: str) -> None:
    await provision(js, 1)

    with pytest.raises(NoStreamResponseError):
        await js.publish(subject, b"{}")


async def test_a_push_to_the_name_of_a_partition_does_not_reach_it(js: JetStreamContext) -> None:
    await provision(js, 1)

    with pytest.raises(NoStreamResponseError):
        await js.publish("duban.part.0.city.city.1.directive.issued", b"{}")


async def test_all_events_of_a_matter_lie_in_one_partition_in_order(js: JetStreamContext) -> None:
    await provision(js, 4)
    matters = [("city", "1"), ("city", "2"), ("district", "1"), ("city.x", "ZB 1.2"), ("city", "督〔2026〕7号")]
    for what in ("directive.issued", "task.signed", "task.approved"):
        family, word = what.split(".")
        for owner, number in matters:
            at = subjects.Inbound("sender", owner, number, family, word)
            await js.publish(subjects.inbound(at), b"{}")

    where: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for sequence in range(1, 3 * len(matters) + 1):
        subject = (await js.get_msg(subjects.STREAM_IN, sequence)).subject
        assert subject is not None
        at = subjects.parse_partitioned(subject)
        where.setdefault((at.owner, at.number), []).append((subject.split(".")[2], at.what))

    assert set(where) == set(matters)
    for places in where.values():
        assert len({partition for partition, _ in places}) == 1
        assert [what for _, what in places] == ["issued", "signed", "approved"]
    assert len({places[0][0] for places in where.values()}) > 1


async def test_two_pushes_under_one_message_id_are_one_for_seconds_only(js: JetStreamContext) -> None:
    # A long window would let one sender squat another's id: duplicates are the database's business.
    await provision(js, 1)
    window = (await js.stream_info(subjects.STREAM_IN)).config.duplicate_window
    assert window is not None
    assert window <= 10
