"""Waiting for an outcome instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

_T = TypeVar("_T")

POLL_SECONDS: Final = 0.01


async def eventually(predicate: Callable[[], Awaitable[_T]], within: float = 5.0) -> _T:
    """The first truthy outcome of the predicate; fails with the last one when there is none in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (outcome := await predicate()):
        assert loop.time() < deadline, f"not within {within} s; the last outcome was {outcome!r}"
        await asyncio.sleep(POLL_SECONDS)
    return outcome


def met(predicate: Callable[[], _T], within: float, what: str = "the outcome") -> _T:
    """The same for what another process does: the first truthy outcome of the predicate."""
    deadline = time.monotonic() + within
    while not (outcome := predicate()):
        assert time.monotonic() < deadline, f"{what}: not within {within} s; the last was {outcome!r}"
        time.sleep(POLL_SECONDS)
    return outcome
