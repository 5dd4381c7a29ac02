"""`GET /metrics`: what a monitoring system watches, in the text format of Prometheus."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from faststream.nats import NatsBroker
from nats.errors import Error as NatsError
from nats.js.errors import APIError, KeyNotFoundError
from pydantic import ValidationError

from contracts import subjects
from contracts.health import Audited, Detector, DetectorPartition
from services.web.board import Board
from shared.clock import Clock
from shared.ports import NotStored
from shared.storage.reading import ReadStore

log = structlog.get_logger()

LOOK_SECONDS: Final = 30.0
"""What is said is heard at once; should a message be lost, it is looked up after this time."""
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Holds what the auditor and the trackers said last; the rest is asked for at each reading."""

    def __init__(self, broker: NatsBroker, store: ReadStore, board: Board, clock: Clock) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._audited: Audited | None = None
        self._detected: dict[int, tuple[Detector, DetectorPartition]] = {}
        # Left to itself FastStream answers every message that has a reply subject.
        broker.subscriber(subjects.AUDITOR, decoder=_raw, no_reply=True)(self._on_audited)
        broker.subscriber(subjects.DETECTOR, decoder=_raw, no_reply=True)(self._on_detector)

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""

        @app.api_route("/metrics", methods=["GET", "HEAD"])
        async def metrics() -> PlainTextResponse:
            return PlainTextResponse(await self.text(), media_type=MEDIA_TYPE)

    async def run(self, bucket: Any) -> None:
        """Look up what was said last, now and then, until cancelled."""
        while True:
            for key, on_said in ((subjects.AUDITOR_KEY, self._on_audited), (subjects.DETECTOR_KEY, self._on_detector)):
                with contextlib.suppress(KeyNotFoundError, NatsError, APIError, TimeoutError):
                    await on_said((await bucket.get(key)).value)
            await asyncio.sleep(LOOK_SECONDS)

    async def _on_audited(self, body: bytes) -> None:
        try:
            said = Audited.model_validate_json(body)
        except ValidationError as error:
            log.warning("web.unreadable_audit", error=str(error))
            return
        if self._audited is None or said.at >= self._audited.at:
            self._audited = said

    async def _on_detector(self, body: bytes) -> None:
        try:
            said = Detector.model_validate_json(body)
        except ValidationError as error:
            log.warning("web.unreadable_heartbeat", error=str(error))
            return
        for one in said.partitions:
            before = self._detected.get(one.partition)
            if before is None or said.at >= before[0].at:
                self._detected[one.partition] = (said, one)

    async def text(self) -> str:
        """All metrics; what is not known is left out."""
        figures, now = self._board.state.figures, self._clock.now()
        age = None if figures is None else (now - figures.as_of).total_seconds()
        lines = (*_lines(self._audited, await self._positions(), age), *_detector_lines(self._detected))
        return "".join(lines)

    async def _positions(self) -> Mapping[int, int]:
        try:
            async with self._store.snapshot() as snapshot:
                return await snapshot.positions()
        except NotStored:
            return {}


def _lines(audited: Audited | None, positions: Mapping[int, int], age: float | None) -> Iterator[str]:
    if audited is not None:
        ended = audited.at.timestamp() + audited.seconds
        yield from _gauge("duban_auditor_differences", "Differences that the last recount found.", {"": audited.found})
        yield from _gauge("duban_auditor_last_run_timestamp_seconds", "When the last recount ended.", {"": round(ended, 3)})
        yield from _gauge("duban_auditor_seconds", "How long the last recount took.", {"": audited.seconds})
    by_partition = {f'{{partition="{partition}"}}': position for partition, position in sorted(positions.items())}
    if by_partition:
        yield from _gauge("duban_ledger_position", "Last position of the ledger.", by_partition)
    if age is not None:
        yield from _gauge("duban_figures_age_seconds", "Since the instant of the newest figures.", {"": round(age, 3)})


def _detector_lines(detected: Mapping[int, tuple[Detector, DetectorPartition]]) -> Iterator[str]:
    if not detected:
        return
    what = "Age of the oldest deadline that is due and not claimed."
    lags = {f'{{partition="{partition}"}}': one.lag_seconds for partition, (_, one) in sorted(detected.items())}
    yield from _gauge("duban_detector_lag_seconds", what, lags)
    last = round(min(said.at for said, _ in detected.values()).timestamp(), 3)
    what = "When the detector was last heard of, of the partition that was not heard of for longest."
    yield from _gauge("duban_detector_last_heartbeat_timestamp_seconds", what, {"": last})
    held = max(said.held_since is not None for said, _ in detected.values())
    yield from _gauge("duban_detector_held", "1 while alerts are held because the machine's clock was set.", {"": int(held)})


def _gauge(name: str, what: str, samples: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP {name} {what}\n# TYPE {name} gauge\n"
    for labels, number in samples.items():
        yield f"{name}{labels} {number}\n"


async def _raw(message: Any) -> Any:
    return message.body
