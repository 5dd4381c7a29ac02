"""A tracker and a notifier in a process of their own, to be killed.

`python -m tests.support.office_program DATABASE_URL NATS_URL FOLDER`
"""

import asyncio
import sys
from pathlib import Path

from services.cli.run import notifier_of
from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database
from shared.units import Units


async def _run(database_url: str, nats_url: str, folder: Path) -> None:
    database, settings = Database(database_url), Settings(nats_url=nats_url, data=folder)
    rulebook = load_rulebook(settings.zone)
    tracker = Tracker(settings, database, rulebook, SystemClock(), "office")
    notifier = notifier_of(settings, database, Units(), rulebook.calendar, SystemClock(), "http://page.test")
    async with asyncio.TaskGroup() as group:
        for service in (tracker, notifier):
            started = asyncio.Event()
            group.create_task(service.run(started))
            await started.wait()
        sys.stdout.write("started\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
