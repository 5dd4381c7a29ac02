"""Transactions that a cancellation does not break in two."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


async def undivided(transaction: Coroutine[Any, Any, _T]) -> _T:
    """Let a transaction finish before its caller is cancelled.

    The driver of SQLite, cancelled half-way, leaves its connection behind with the lock on the file: nobody could write any more.
    """
    task = asyncio.ensure_future(transaction)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: whoever is cancelled asks for no outcome
        raise
