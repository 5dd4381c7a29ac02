"""Corrections: when late facts change what a sealed report says, the difference is stored and published, once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError

from contracts import subjects
from contracts.sealed import MOST_CHANGES, Changed, Correction
from shared.clock import Clock
from shared.figures.changes import changes
from shared.figures.document import Office
from shared.figures.seal import broken, canonical, figures_now, read_report
from shared.storage.engine import Database
from shared.storage.journal_end import earliest_since, journal_ends
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.sealing import (
    ReadTo,
    SealStore,
    StoredCorrection,
    Watched,
    last_correction,
    sealed_report,
    watched_reports,
)

log = structlog.get_logger()

_NOT_SAID: Final = -1
_REST: Final = 10
"""After a comparison none is made for so many times as long as it took."""


class Corrections:
    """Compares sealed reports with what is known now. What it remembers only spares work: store and bucket hold all of it."""

    def __init__(self, database: Database, office: Office, clock: Clock) -> None:
        self._database = database
        self._store = ReadStore(database)
        self._office = office
        self._clock = clock
        self._compared: dict[str, ReadTo] = {}
        """Up to where the journal was compared with each report."""
        self._published: dict[str, int] = {}
        """The last correction of each report that is in the bucket."""
        self._rests_until = 0.0
        """On the loop's clock: comparing a large journal must not keep the service busy."""

    async def look(self, client: Client, bucket: Any) -> None:
        """Compare what may have moved; store and publish what did. Raises NotStored and what the client raises."""
        started = asyncio.get_running_loop().time()
        if not self._database.may_write or started < self._rests_until:
            return
        async with self._store.snapshot() as snapshot:
            watched = await watched_reports(snapshot)
            ends = {partition: end.lines for partition, end in (await journal_ends(snapshot)).items()} if watched else {}
            moved = await self._moved(snapshot, watched, ends)
            found = [one for number in moved if (one := await self._correction(snapshot, number, ends)) is not None]
        for correction in found:
            await SealStore(self._database).correct(correction)
            log.warning("statistics.sealed_report_corrected", number=correction.number, nth=correction.nth)
        self._compared = {one.number: ends for one in watched}
        if moved:
            ended = asyncio.get_running_loop().time()
            self._rests_until = ended + _REST * (ended - started)
        latest = {one.number: one.corrections for one in watched} | {one.number: one.nth for one in found}
        for number, nth in latest.items():
            if nth > await self._last_published(bucket, number):
                await self._publish(client, bucket, number)

    async def _moved(self, snapshot: Snapshot, watched: Sequence[Watched], ends: ReadTo) -> list[str]:
        """Reports that lines of the journal after the last comparison may have changed: those of an instant that it judges."""
        earliest: dict[tuple[tuple[int, int], ...], datetime | None] = {}
        moved = []
        for one in watched:
            read_to = self._compared.get(one.number, one.read_to)
            if read_to == ends:
                continue
            place = tuple(sorted(read_to.items()))
            if place not in earliest:
                earliest[place] = await earliest_since(snapshot, read_to)
            at = earliest[place]
            if at is not None and at <= one.as_of:
                moved.append(one.number)
        return moved

    async def _correction(self, snapshot: Snapshot, number: str, read_to: ReadTo) -> StoredCorrection | None:
        """What is to be said of a report that may have moved; None when that was said last, or nothing was and nothing is."""
        stored = await sealed_report(snapshot, number)
        assert stored is not None, "reports are never taken away"
        why = broken(stored)
        if why is not None:
            log.error("statistics.sealed_report_broken", number=number, why=why)
            return None
        report = read_report(stored)
        now = await figures_now(snapshot, report, self._office)
        last = await last_correction(snapshot, number)
        differing = changes(report.figures, now)
        if differing == _said(last):
            return None
        correction = Correction(
            number=number,
            nth=(last.nth if last is not None else 0) + 1,
            sealed_hash=stored.hash.hex(),
            as_of=report.as_of,
            found_at=self._clock.now(),
            positions=now.positions,
            changes=differing,
        )
        content = canonical(correction)
        return StoredCorrection(number, correction.nth, correction.found_at, read_to, content, sha256(content).digest())

    async def _last_published(self, bucket: Any, number: str) -> int:
        known = self._published.get(number, _NOT_SAID)
        if known == _NOT_SAID:
            try:
                known = Correction.model_validate_json((await bucket.get(subjects.correction_scope(number))).value).nth
            except KeyNotFoundError:
                known = 0
            self._published[number] = known
        return known

    async def _publish(self, client: Client, bucket: Any, number: str) -> None:
        async with self._store.snapshot() as snapshot:
            last = await last_correction(snapshot, number)
        assert last is not None, "corrections are never taken away"
        scope, raw = subjects.correction_scope(number), _message(last.content)
        await client.publish(subjects.stats(scope), raw)
        await bucket.put(scope, raw)
        self._published[number] = last.nth


def _said(last: StoredCorrection | None) -> tuple[Changed, ...] | None:
    """What the last correction says; None for one whose bytes were changed, so that it is said anew."""
    if last is None:
        return ()
    if not last.holds:
        log.error("statistics.correction_broken", number=last.number, nth=last.nth)
        return None
    return Correction.model_validate_json(last.content).changes


def _message(content: bytes) -> bytes:
    """A correction as it is published: no more than the server takes in one message."""
    correction = Correction.model_validate_json(content)
    left_out = max(len(correction.changes) - MOST_CHANGES, 0)
    if not left_out:
        return content
    return canonical(correction.model_copy(update={"changes": correction.changes[:MOST_CHANGES], "left_out": left_out}))
