"""Waiting for an outcome instead of sleeping."""

import asyncio
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
