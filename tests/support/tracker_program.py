"""A tracker in a process of its own, to be killed or frozen: `python -m tests.support.tracker_program DATABASE_URL NATS_URL`.

With `--wait` it starts when it is told to on its input; `--lease` is for tests that wait for a lease to run out.
"""

import argparse
import asyncio
import sys

from services.tracker import partition, service, writer
from services.tracker.service import Tracker
from shared.clock import SystemClock
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database


async def _track(database_url: str, nats_url: str, holder: str) -> None:
    database = Database(database_url)
    tracker = Tracker(Settings(nats_url=nats_url), database, load_rulebook(Settings().zone), SystemClock(), holder)
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(tracker.run(started))
        await started.wait()
        sys.stdout.write("started\n")
        sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("nats_url")
    parser.add_argument("--holder", default="tracker")
    parser.add_argument("--lease", type=float, help="seconds")
    parser.add_argument("--wait", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    if asked.lease is not None:
        for module in (partition, service, writer):
            vars(module)["LEASE_SECONDS"] = asked.lease
    if asked.wait:
        sys.stdin.readline()
    asyncio.run(_track(asked.database_url, asked.nats_url, asked.holder))
