"""A PostgreSQL line that is cut at the worst moment: the server has committed and its answer never arrives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

_SOCKET: Final = ".s.PGSQL.5432"
_CHUNK: Final = 65536


class Line:
    """Carries bytes between a client and the server. While `cuts_commits`, the answer to a COMMIT is lost with its connection."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self.cuts_commits = False
        self.cut = 0

    async def carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        server, to_server = await self._connect()
        answering = asyncio.ensure_future(_copy(server, to_client))
        try:
            with suppress(ConnectionError):
                await self._forward(client, to_server, server, answering)
        finally:
            answering.cancel()
            await asyncio.wait([answering])
            for writer in (to_server, to_client):
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    async def _forward(
        self,
        client: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        answering: "asyncio.Future[None]",
    ) -> None:
        while data := await client.read(_CHUNK):
            cutting = self.cuts_commits and b"COMMIT" in data
            if cutting:
                answering.cancel()
                await asyncio.wait([answering])
            to_server.write(data)
            await to_server.drain()
            if cutting:
                assert b"COMMIT" in await server.read(_CHUNK), "the server has said that it is done"
                self.cut += 1
                return

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = str(self._server.query.get("host", ""))
        if folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/{_SOCKET}")
        return await asyncio.open_connection(self._server.host or "localhost", self._server.port or 5432)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@asynccontextmanager
async def line_to(url: str, folder: Path) -> AsyncIterator[tuple[Line, str]]:
    """A line to a database, and the URL at its near end."""
    line = Line(make_url(url))
    server = await asyncio.start_unix_server(line.carry, str(folder / _SOCKET))
    near = make_url(url).set(host=None, port=None, query={"host": str(folder)})
    try:
        yield line, near.render_as_string(hide_password=False)
    finally:
        server.close()
        await server.wait_closed()
