"""Keys: whose inbox or calendar a request asks for. A key comes once in an address, and then as a cookie or a bearer token."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.web.books import Books
from services.web.page import render_door
from services.web.people import People
from shared.domain.person import Person
from shared.storage.silencing import person_of

COOKIE: Final = "duban-key"
COOKIE_SECONDS: Final = 180 * 24 * 3600
"""How long a browser keeps a key; a revoked one is void at once, wherever it is kept."""
_BEARER: Final = "bearer "
_MOST: Final = 200
"""Characters of a key; ours have 43."""


def sent_key(request: Request) -> str:
    """The key that comes with a request; empty without one."""
    said = request.headers.get("authorization", "")
    if said.lower().startswith(_BEARER):
        return said[len(_BEARER) :].strip()
    return request.cookies.get(COOKIE, "")


async def owner_of(key: str, books: Books, people: People) -> Person | None:
    """Whose key it is; None for one that is void, or that of somebody who is not in people.toml any more. Raises NotStored."""
    if not key or len(key) > _MOST:
        return None
    async with books.open() as snapshot:
        found = await person_of(snapshot, key)
    return None if found is None else people.roster.people.get(found)


def keep_key(response: Response, key: str, request: Request, people: People) -> None:
    """Have the browser send the key from now on; no script sees it, and no other site can use it to say something."""
    secure = request.url.scheme == "https" or people.page.startswith("https://")
    response.set_cookie(COOKIE, key, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure)


def closed_door() -> HTMLResponse:
    """403: whose page it is, is not known, and what to do."""
    return HTMLResponse(render_door(), status_code=403)
