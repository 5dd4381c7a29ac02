"""The watermark: the instant before which everything that was pushed is processed. Clocks are driven to it, not further."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from contracts import subjects
from shared.clock import Clock, ReplayClock
from shared.messaging.streams import tracker_durable

NOTHING_YET: Final = datetime.min.replace(tzinfo=UTC)
_SETTLED: Final = timedelta(milliseconds=200)
"""The server counts a push as pending a moment after it has stored and acknowledged it (seen once in 1,500 times)."""


class Watermark(Protocol):
    """How far the clocks of a partition may be driven."""

    async def now(self) -> datetime:
        """The instant before which everything that was pushed has been processed."""
        ...


class LiveWatermark:
    """Now, when nothing is pending in the stream; otherwise the instant at which the last push was stored that is processed
    together with all before it.

    So a submission that lay in the queue before a due date is processed before that due date fires, even when the tracker was
    down all night. The server is asked, not our memory: after a crash or a broken line, pushes that were under way are
    delivered again after later ones.
    """

    def __init__(self, js: JetStreamContext, partition: int, clock: Clock) -> None:
        self._js = js
        self._durable = tracker_durable(partition)
        self._clock = clock

    async def now(self) -> datetime:
        asked_at = self._clock.now()  # before asking: what is stored meanwhile is not covered by the answer
        info = await self._js.consumer_info(subjects.STREAM_IN, self._durable)
        if not info.num_pending and not info.num_ack_pending:
            return asked_at - _SETTLED
        return await self._stored_at(info.ack_floor.stream_seq if info.ack_floor else 0)

    async def _stored_at(self, sequence: int) -> datetime:
        if not sequence:
            return NOTHING_YET
        try:
            message = await self._js.get_msg(subjects.STREAM_IN, sequence)
        except NotFoundError:
            return NOTHING_YET  # gone by age: older than all that waits
        return message.time or NOTHING_YET


class ReplayWatermark:
    """In a replay, events are processed in the order of the file and their own times are the clock."""

    def __init__(self, clock: ReplayClock) -> None:
        self._clock = clock

    async def now(self) -> datetime:
        return self._clock.now()
