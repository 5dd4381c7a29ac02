"""A real nats-server for a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.messaging.server import NatsServer


@asynccontextmanager
async def running_nats(folder: Path) -> AsyncIterator[NatsServer]:
    """A server with its data in the folder, stopped afterwards."""
    server = NatsServer(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
