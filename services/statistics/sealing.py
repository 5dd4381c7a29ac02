"""Seals reports for commands that may not write the file themselves, because this process does."""

from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from pydantic import ValidationError

from contracts import subjects
from contracts.sealed import SealAnswer, SealRequest
from shared.clock import Clock
from shared.figures.document import Office
from shared.figures.period import BadPeriod
from shared.figures.seal import NotSealable, seal
from shared.ports import NotStored
from shared.storage.engine import Database

log = structlog.get_logger()

QUEUE: Final = "statistics"
"""Of several statistics services one answers."""


class Sealing:
    """Answers `duban.reports.seal`."""

    def __init__(self, broker: NatsBroker, database: Database, office: Office, clock: Clock) -> None:
        self._database = database
        self._office = office
        self._clock = clock
        # What a handler returns FastStream sends to whoever asked; an exception would leave him without an answer.
        broker.subscriber(subjects.SEAL, queue=QUEUE, decoder=_raw)(self._on_request)

    async def _on_request(self, body: bytes) -> bytes:
        answer = await self._answer(body)
        log.info("statistics.sealed", number=answer.number, refused=answer.refused)
        return answer.model_dump_json().encode()

    async def _answer(self, body: bytes) -> SealAnswer:
        if not self._database.may_write:
            return SealAnswer(refused="this statistics service may not write the SQLite file: another process does")
        try:
            request = SealRequest.model_validate_json(body)
            return await seal(self._database, self._office, request, self._clock.now())
        except ValidationError as error:
            return SealAnswer(refused=f"no request to seal: {error.errors(include_url=False)[0]['msg']}")
        except (BadPeriod, NotSealable) as error:
            return SealAnswer(refused=str(error))
        except NotStored as error:
            return SealAnswer(refused=f"the database did not take it for the moment, try again: {error}")


async def _raw(message: Any) -> Any:
    return message.body
