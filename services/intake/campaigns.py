"""Publishes the events of an office's campaigns: when it starts, and whenever a local day has begun."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from contracts import subjects
from shared.clock import Clock
from shared.codec.campaigns import encode, events_of, number_of
from shared.domain.calendar import Calendar
from shared.domain.campaign import Campaign, CampaignPeriod, due_periods
from shared.messaging.broker import connect, make_broker, stop
from shared.settings import Settings

log = structlog.get_logger()

LOOKS_BACK_DAYS: Final = 40
"""For so long it may have stood still and misses no period: what began since then is published at every start and every day."""
LOOKS_EVERY_SECONDS: Final = 60.0
FIRST_RETRY_SECONDS: Final = 1.0


class Campaigns:
    """Holds nothing but the day it published last: the ids of the events say what is new."""

    def __init__(self, settings: Settings, campaigns: tuple[Campaign, ...], calendar: Calendar, clock: Clock) -> None:
        assert settings.nats_url is not None, "whoever builds the service knows its server"
        self._campaigns = campaigns
        self._calendar = calendar
        self._clock = clock
        self._url = settings.nats_url
        self._broker = make_broker(self._url, "duban-campaigns")
        self._woken = asyncio.Event()

    async def run(self, started: asyncio.Event | None = None) -> None:
        """Publish until cancelled; an office without campaigns needs no connection. Raises NatsUnreachable."""
        if not self._campaigns:
            if started is not None:
                started.set()
            await asyncio.get_running_loop().create_future()
        client: Client | None = None
        try:
            client, js = await connect(self._broker, self._url)
            if started is not None:
                started.set()
            await self._follow(js)
        finally:
            await stop(self._broker, client)

    def wake(self) -> None:
        """Have it look at the clock at once instead of within a minute."""
        self._woken.set()

    async def _follow(self, js: JetStreamContext) -> None:
        done: date | None = None
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            self._woken.clear()
            pause_seconds = LOOKS_EVERY_SECONDS
            today = self._clock.now().astimezone(self._calendar.zone).date()
            if today != done:
                if await self._published(js, today):
                    done, retry_seconds = today, FIRST_RETRY_SECONDS
                else:
                    pause_seconds = retry_seconds
                    retry_seconds = min(2 * retry_seconds, LOOKS_EVERY_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_seconds):
                    await self._woken.wait()

    async def _published(self, js: JetStreamContext, today: date) -> bool:
        """Whether the stream has acknowledged the events of every period that began lately."""
        try:
            for campaign, period in self._begun_lately(today):
                for event in events_of(campaign, period, self._calendar):
                    subject = subjects.for_event(event["source"], None, event["subject"], event["type"])
                    await js.publish(subject, encode(event))
                log.info("campaign.published", campaign=campaign.id, number=number_of(campaign, period))
        except (NatsError, APIError, TimeoutError) as error:
            log.warning("campaign.not_published", error=repr(error))
            return False
        return True

    def _begun_lately(self, today: date) -> Iterator[tuple[Campaign, CampaignPeriod]]:
        since = today - timedelta(days=LOOKS_BACK_DAYS)
        for campaign in self._campaigns:
            for period in due_periods(campaign, today):
                if period.first >= since:
                    yield campaign, period
