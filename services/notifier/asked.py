"""Writes down silences and keys for commands that may not write the database themselves, because this process does."""

from typing import Any, Final

import structlog
from faststream.nats import NatsBroker
from pydantic import ValidationError

from contracts import subjects
from contracts.notices import WANTED, Granted
from services.notifier.desk import Desk
from shared.ports import NotStored
from shared.storage.engine import Database
from shared.storage.silencing import NotGranted, grant

log = structlog.get_logger()

QUEUE: Final = "notifier"
"""Of several notifiers one answers."""


class Asked:
    """Answers `duban.notices.ask`."""

    def __init__(self, broker: NatsBroker, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        # What a handler returns FastStream sends to whoever asked; an exception would leave him without an answer.
        broker.subscriber(subjects.NOTICES_ASK, queue=QUEUE, decoder=_raw)(self._on_request)

    async def _on_request(self, body: bytes) -> bytes:
        return (await self._answer(body)).model_dump_json().encode()

    async def _answer(self, body: bytes) -> Granted:
        if not self._database.may_write:
            return Granted(refused="this notifier may not write the SQLite file: another process does")
        try:
            wanted = WANTED.validate_json(body)
            said = await grant(self._database, wanted, set(self._desk.office.roster.people), self._desk.clock.now())
        except ValidationError as error:
            return Granted(refused=f"not understood: {error.errors(include_url=False)[0]['msg']}")
        except NotGranted as error:
            return Granted(refused=str(error))
        except NotStored as error:
            return Granted(refused=f"the database did not take it for the moment, try again: {error}")
        log.info("notifier.granted", what=wanted.what)
        return Granted(said=said)


async def _raw(message: Any) -> Any:
    return message.body
