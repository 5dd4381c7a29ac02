"""A real nats-server for a test."""

import socket
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


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
