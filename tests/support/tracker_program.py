"""A tracker in a process of its own, to be killed: `python -m tests.support.tracker_program DATABASE_URL NATS_URL`."""

import asyncio
import sys

from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database


async def _track(database_url: str, nats_url: str) -> None:
    database = Database(database_url)
    tracker = Tracker(Settings(nats_url=nats_url), database, load_rulebook(Settings().zone), SystemClock(), "tracker")
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(tracker.run(started))
        await started.wait()
        sys.stdout.write("started\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_track(sys.argv[1], sys.argv[2]))
