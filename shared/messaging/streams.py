"""Our streams and consumers: made when they are absent, compared when they are there, never overwritten in passing."""

import contextlib
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext, api
from nats.js.errors import BucketNotFoundError, NotFoundError

from contracts import subjects

DUPLICATE_WINDOW_SECONDS: Final = 5.0
"""Small on purpose: duplicates are the database's business, and a long window lets one sender squat another's id."""
MAX_AGE_SECONDS: Final = 90 * 24 * 3600.0
MAX_ACK_PENDING: Final = 4000
ACK_WAIT_SECONDS: Final = 60.0
NOTIFIER_DURABLE: Final = "notifier"
NOTIFIED: Final = (
    *("near-due", "overdue", "urged"),
    *("transferred", "amended", "assigned", "return-approved", "corrected"),
)
"""Kinds of facts that concern those who are told: what there is to tell of, and who has the matter now."""


class ConfigDrift(Exception):
    """A stream or consumer on the server is not what this version declares; nothing was changed."""


def inbound_stream(partitions: int) -> api.StreamConfig:
    """DUBAN_IN: every pushed event, in partitions by matter."""
    return api.StreamConfig(
        name=subjects.STREAM_IN,
        subjects=[subjects.IN_PATTERN],
        retention=api.RetentionPolicy.LIMITS,
        discard=api.DiscardPolicy.NEW,
        storage=api.StorageType.FILE,
        max_age=MAX_AGE_SECONDS,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        deny_delete=True,
        deny_purge=True,
        allow_atomic=True,  # a file of events is stored with one sync for many
        subject_transform=api.SubjectTransform(src=subjects.IN_PATTERN, dest=subjects.partition_transform(partitions)),
    )


def outbound_stream() -> api.StreamConfig:
    """DUBAN_OUT: the ledger as published; it can be filled again from the ledger."""
    return api.StreamConfig(
        name=subjects.STREAM_OUT,
        subjects=["duban.out.>"],
        retention=api.RetentionPolicy.LIMITS,
        discard=api.DiscardPolicy.NEW,
        storage=api.StorageType.FILE,
        max_age=MAX_AGE_SECONDS,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        deny_delete=True,
        deny_purge=True,
        allow_atomic=True,
    )


def tracker_consumer(partition: int) -> api.ConsumerConfig:
    """The durable consumer of the one tracker that writes a partition."""
    return api.ConsumerConfig(
        name=tracker_durable(partition),
        durable_name=tracker_durable(partition),
        filter_subject=subjects.partition_filter(partition),
        ack_policy=api.AckPolicy.EXPLICIT,
        deliver_policy=api.DeliverPolicy.ALL,
        replay_policy=api.ReplayPolicy.INSTANT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,  # at a limit the server would stop delivering in silence; we park or reject ourselves
        max_ack_pending=MAX_ACK_PENDING,
    )


def notifier_consumer() -> api.ConsumerConfig:
    """The durable consumer of those who tell people: alerts, and what is said to or by those who are told."""
    return api.ConsumerConfig(
        name=NOTIFIER_DURABLE,
        durable_name=NOTIFIER_DURABLE,
        filter_subjects=[subjects.facts_of_kind(kind) for kind in NOTIFIED],
        ack_policy=api.AckPolicy.EXPLICIT,
        deliver_policy=api.DeliverPolicy.ALL,
        replay_policy=api.ReplayPolicy.INSTANT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=MAX_ACK_PENDING,
    )


def tracker_durable(partition: int) -> str:
    """Name of a partition's consumer."""
    return f"tracker-{partition}"


async def provision(js: JetStreamContext, partitions: int) -> None:
    """Make what is absent, compare what is there. Raises ConfigDrift."""
    for stream in (inbound_stream(partitions), outbound_stream()):
        await _stream(js, stream)
    for partition in range(partitions):
        await _consumer(js, subjects.STREAM_IN, tracker_consumer(partition))
    await stats_bucket(js)


async def provision_notifier(js: JetStreamContext) -> None:
    """The same for what the notifier consumes."""
    await _stream(js, outbound_stream())
    await _consumer(js, subjects.STREAM_OUT, notifier_consumer())


async def rewind(client: Client, partition: int) -> None:
    """Have what a partition's last reader fetched and never acknowledged delivered at once, in order, before anything newer.

    For the one who holds the partition, before it reads: the server alone would hold such messages back for the whole ack wait
    and deliver later ones first. A server before 2.14 cannot; there the wait remains.
    """
    with contextlib.suppress(NoRespondersError, NatsTimeout):
        await client.request(f"$JS.API.CONSUMER.RESET.{subjects.STREAM_IN}.{tracker_durable(partition)}", timeout=5)


async def stats_bucket(js: JetStreamContext) -> Any:
    """The KV bucket that holds the last figures of every scope."""
    try:
        return await js.key_value(subjects.STATS_BUCKET)
    except (BucketNotFoundError, NotFoundError):
        return await js.create_key_value(api.KeyValueConfig(bucket=subjects.STATS_BUCKET, history=1))


async def _stream(js: JetStreamContext, declared: api.StreamConfig) -> None:
    assert declared.name is not None
    try:
        there = (await js.stream_info(declared.name)).config
    except NotFoundError:
        there = (await js.add_stream(declared)).config
    _compare(f"stream {declared.name}", declared, there)


async def _consumer(js: JetStreamContext, stream: str, declared: api.ConsumerConfig) -> None:
    assert declared.durable_name is not None
    try:
        there = (await js.consumer_info(stream, declared.durable_name)).config
    except NotFoundError:
        there = (await js.add_consumer(stream, declared)).config
    _compare(f"consumer {declared.durable_name}", declared, there)


def _compare(what: str, declared: Any, there: Any) -> None:
    default = type(declared)()
    for field, wanted in vars(declared).items():
        found = getattr(there, field)
        if wanted != getattr(default, field) and found != wanted:
            raise ConfigDrift(
                f"{what} on the server has {field} = {found!r}, this version declares {wanted!r}; nothing was changed"
            )
