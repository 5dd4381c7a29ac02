"""The headers that every answer carries, the errors' too: nothing foreign is loaded, no page is kept or framed."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_KEPT: Final = frozenset({"/calendar.ics"})


class SecureHeaders:
    """Wraps an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                # Without any referrer browsers would send our own forms with an origin of `null`, as foreign ones.
                headers["Referrer-Policy"] = "same-origin"
                # Our own files may be kept but are asked for again; what is true only now may not, but a calendar for a while.
                if scope["path"] not in _KEPT or "Cache-Control" not in headers:
                    headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, send_secured)
