"""The heads of the hash chain, published once a local day: whoever keeps them holds an anchor of all that was before."""

from datetime import date, tzinfo
from typing import Any

from nats.aio.client import Client

from contracts import subjects
from contracts.sealed import LedgerHeads
from shared.clock import Clock
from shared.storage.reading import ReadStore


class DailyHeads:
    """Publishes at its start and then once a local day, as soon as there is a ledger."""

    def __init__(self, store: ReadStore, zone: tzinfo, clock: Clock) -> None:
        self._store = store
        self._zone = zone
        self._clock = clock
        self._said_on: date | None = None

    async def publish(self, client: Client, bucket: Any) -> None:
        """Say where the ledger stands, unless it was said today. Raises NotStored and what the client raises."""
        now = self._clock.now()
        if self._said_on is not None and now.astimezone(self._zone).date() == self._said_on:
            return
        async with self._store.snapshot() as snapshot:
            heads = {str(p): (position, head.hex()) for p, (position, head) in (await snapshot.heads()).items() if position}
        if not heads:
            return
        raw = LedgerHeads(at=now, heads=heads).model_dump_json().encode()
        await client.publish(subjects.stats(subjects.HEADS_SCOPE), raw)
        await bucket.put(subjects.HEADS_SCOPE, raw)
        self._said_on = now.astimezone(self._zone).date()
