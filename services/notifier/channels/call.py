"""One HTTP request to a checked address: the name is resolved once, no redirect is followed, no proxy of the environment used."""

import asyncio
import ssl
from typing import Final

import httpx

from services.notifier.channels.address import Guard, Resolve
from services.notifier.channels.unreached import why_unreached
from shared.domain.value import value

MOST_READ: Final = 64 * 1024
"""Bytes of an answer's body that are read; the rest is left."""


@value
class Answer:
    """What a server answered."""

    status: int
    headers: httpx.Headers
    body: bytes


class Unreachable(Exception):
    """No answer: no such name, no connection, or one that broke. The message says which, without the URL."""


class TooSlow(Exception):
    """The answer was not complete in time."""


@value
class Caller:
    """How the requests of one channel are made."""

    guard: Guard
    resolve: Resolve
    tls: ssl.SSLContext
    seconds: float
    """For a request as a whole, from the name to the last byte: a server that trickles is cut off, too."""

    async def call(self, request: httpx.Request) -> Answer:
        """The answer to a request, of whatever status. Raises Refused, Unreachable, TooSlow."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._try_each(request)
        except TimeoutError:
            raise TooSlow from None

    async def _try_each(self, request: httpx.Request) -> Answer:
        host, port = _name(request.url), request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"域名 {host} 解析失败（{type(error).__name__}）") from None
        refusal: Exception | None = None
        for address in self.guard.check(host, found, encrypted=request.url.scheme == "https"):
            try:
                return await self._exchange(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                refusal = error  # nothing was sent yet: try the next address
            except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
                raise Unreachable(f"连接中断：{why_unreached(error)}") from None
        raise Unreachable(f"连接不上：{why_unreached(refusal) if refusal else '没有可用的地址'}") from None

    async def _exchange(self, request: httpx.Request) -> Answer:
        # The transport itself and not a client: a client would log the URL, which has the robot's key in it.
        async with httpx.AsyncHTTPTransport(verify=self.tls, trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            try:
                return Answer(response.status_code, response.headers, await _start_of(response))
            finally:
                await response.aclose()


def _name(url: httpx.URL) -> str:
    """The host in the letters of DNS."""
    return url.raw_host.decode("ascii")


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The request to this very address. The Host header and the name in TLS stay those of the URL."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={"sni_hostname": _name(request.url)},
    )


async def _start_of(response: httpx.Response) -> bytes:
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= MOST_READ:
            break
    return bytes(read[:MOST_READ])
