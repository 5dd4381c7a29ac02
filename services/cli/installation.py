"""An installation in use: its folder locked, its database of this version, its NATS server running."""

import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cli.place import Running
from shared.campaigns import load_campaigns
from shared.domain.campaign import Campaign
from shared.domain.policy import Rulebook
from shared.messaging.server import NatsServer
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.schema import migrate
from shared.units import Units, load_units


@dataclass(frozen=True)
class Installation:
    """What services are built from."""

    settings: Settings
    database: Database
    rulebook: Rulebook
    units: Units
    campaigns: tuple[Campaign, ...]
    holder: str
    server: NatsServer | None

    def running(self, page_url: str) -> Running:
        """What to write down for other commands."""
        assert self.settings.nats_url is not None
        return Running(pid=os.getpid(), nats_url=self.settings.nats_url, page_url=page_url)


@asynccontextmanager
async def installed(settings: Settings) -> AsyncIterator[Installation]:
    """Lock the folder, bring the database up to date, start NATS unless one was named; undo it in reverse.

    Raises BadDatabase, FolderInUse, BadPolicy, BadCalendarFile, BadUnits, BadCampaign, NatsServerFailed.
    """
    rulebook = load_rulebook(settings.zone, settings.data)
    units = load_units(settings.data / "units.toml")
    campaigns = load_campaigns(settings.data / "campaigns", rulebook)
    database = Database(settings.database)
    server: NatsServer | None = None
    try:
        database.lock()
        await migrate(database)
        if settings.nats_url is None:
            server = NatsServer(settings.data / "nats")
            settings = settings.model_copy(update={"nats_url": await server.start()})
        yield Installation(settings, database, rulebook, units, campaigns, holder(settings.data), server)
    finally:
        await database.close()
        if server is not None:
            await server.stop()


def holder(data: Path) -> str:
    """Who we are to a lease. The same for every start on one folder, so that a restart after a crash need not wait."""
    file = data / "holder"
    if not file.exists():
        file.write_text(f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}")
    return file.read_text().strip()
