"""Trackers in processes of their own, to be killed or frozen in the middle of whatever they do."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from shared.storage.engine import Database

ROOT: Final = Path(__file__).parents[2]

Process = asyncio.subprocess.Process


def url_of(database: Database) -> str:
    """How another process reaches the same database."""
    return database.url.render_as_string(hide_password=False)


async def spawned(database_url: str, nats_url: str, *options: str) -> Process:
    """A tracker that is starting; `held` waits until it has all partitions, `ended` sees it off."""
    pipe = asyncio.subprocess.PIPE
    program = ("-m", "tests.support.tracker_program", database_url, nats_url, *options)
    return await asyncio.create_subprocess_exec(sys.executable, *program, stdin=pipe, stdout=pipe, cwd=ROOT)


def go(process: Process) -> None:
    """Tell a tracker that was started with `--wait` to begin."""
    assert process.stdin is not None
    process.stdin.write(b"go\n")


async def held(process: Process) -> None:
    """Wait until the tracker holds its partitions."""
    assert process.stdout is not None
    assert await process.stdout.readline() == b"started\n"


async def ended(process: Process) -> None:
    """Kill the tracker, if it lives, and wait until it is gone."""
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.communicate()


@asynccontextmanager
async def separate_tracker(database_url: str, nats_url: str) -> AsyncIterator[Process]:
    """A tracker in a process of its own that holds its partitions; killed at the end."""
    process = await spawned(database_url, nats_url)
    try:
        await held(process)
        yield process
    finally:
        await ended(process)
