"""Duties: what is done whenever it is due or something woke us, until it is stored."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

import structlog

from shared.clock import Clock
from shared.ports import NotStored

log = structlog.get_logger()

_T = TypeVar("_T")

LOOK_SECONDS: Final = 15.0
"""A fact or a message that is due wakes us; should that be lost, or another process have written, it is seen after this time."""
RETRY_SECONDS: Final = 2.0


async def keep(duty: Callable[[], Awaitable[datetime | None]], woken: asyncio.Event, clock: Clock) -> None:
    """Do a duty, which says when it is due next, whenever that is or something woke us; until cancelled."""
    while True:
        woken.clear()
        due = await until_stored(duty)
        seconds = LOOK_SECONDS if due is None else (due - clock.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.0), LOOK_SECONDS)):
                await woken.wait()


async def until_stored(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do something again and again until the database takes it."""
    while True:
        try:
            done = await work()
        except NotStored as error:
            log.warning("notifier.not_stored", error=str(error), again_in_seconds=RETRY_SECONDS)
            await asyncio.sleep(RETRY_SECONDS)
            continue
        _see_that_wanted()
        return done


def _see_that_wanted() -> None:
    """Before Python 3.12 `asyncio.wait_for`, on which libraries of channels stand, loses a cancellation that meets the answer.
    The task would live on, and whoever waits for its end would wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
