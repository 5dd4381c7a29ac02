"""The watermark: the instant before which everything that was pushed is processed. Clocks are driven to it, not further."""

from datetime import datetime
from typing import Protocol

from nats.js import JetStreamContext

from contracts import subjects
from shared.clock import Clock, ReplayClock
from shared.messaging.streams import tracker_durable


class Watermark(Protocol):
    """How far the clocks of a partition may be driven."""

    def handled(self, stored_at: datetime) -> None:
        """Note that a message that was stored at an instant, and all before it, have been processed."""

    async def now(self) -> datetime:
        """The instant before which everything that was pushed has been processed."""
        ...


class LiveWatermark:
    """Now, when nothing is pending in the stream; otherwise the instant at which the last message handled was stored.

    So a submission that lay in the queue before a due date is processed before that due date fires, even when the tracker was
    down all night.
    """

    def __init__(self, js: JetStreamContext, partition: int, clock: Clock) -> None:
        self._js = js
        self._durable = tracker_durable(partition)
        self._clock = clock
        self._handled = datetime.min.replace(tzinfo=clock.now().tzinfo)

    def handled(self, stored_at: datetime) -> None:
        self._handled = max(self._handled, stored_at)

    async def now(self) -> datetime:
        asked_at = self._clock.now()  # before asking: what is stored meanwhile is not covered by the answer
        info = await self._js.consumer_info(subjects.STREAM_IN, self._durable)
        return self._handled if info.num_pending or info.num_ack_pending else max(asked_at, self._handled)


class ReplayWatermark:
    """In a replay, events are processed in the order of the file and their own times are the clock."""

    def __init__(self, clock: ReplayClock) -> None:
        self._clock = clock

    def handled(self, stored_at: datetime) -> None:
        pass  # when a replayed event was stored says nothing about its own time

    async def now(self) -> datetime:
        return self._clock.now()
