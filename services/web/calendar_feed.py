"""`GET /calendar.ics?key=…`: a person's dues, for the calendar program of that person, which asks again by itself."""

import asyncio
from hashlib import sha256
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from services.web.books import Books
from services.web.ics import MEDIA_TYPE, calendar_of
from services.web.inbox_pages import trouble
from services.web.keys import closed_door, owner_of, sent_key
from services.web.people import People
from shared.ports import NotStored
from shared.storage.dues import running_dues

PATH: Final = "/calendar.ics"
MOST_EVENTS: Final = 2_000
CACHE: Final = "private, max-age=300"


def add_calendar(app: FastAPI, books: Books, people: People) -> None:
    """Add the route."""

    @app.api_route(PATH, methods=["GET", "HEAD"])
    async def calendar(request: Request) -> Response:
        try:
            body = await _body(request, books, people)
        except NotStored as error:
            return trouble(error)
        if isinstance(body, HTMLResponse):
            return body
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": CACHE}
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers | {"Content-Type": MEDIA_TYPE})


async def _body(request: Request, books: Books, people: People) -> bytes | HTMLResponse:
    person = await owner_of(request.query_params.get("key") or sent_key(request), books, people)
    if person is None:
        return closed_door()
    async with books.open() as snapshot:
        dues = await running_dues(snapshot, people.concerns(person), person.id, books.clock.now(), MOST_EVENTS)
    page = people.page or str(request.base_url).rstrip("/")
    # Beside the loop: to write two thousand events takes longer than open pages should wait.
    return await asyncio.to_thread(calendar_of, dues, person.name, people, page)


def _has(known: str, tag: str) -> bool:
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}
