"""Databases to measure on: durable ones, on disk."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from tests.support.databases import fresh_postgres, postgres_server, sqlite_url

BACKENDS: Final = ("sqlite", "postgresql")


@contextlib.asynccontextmanager
async def database_url(backend: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database of its own."""
    if backend == "sqlite":
        yield sqlite_url(folder)
        return
    with postgres_server(durable=True) as server:
        async with fresh_postgres(server) as url:
            yield url
