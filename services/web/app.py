"""The routes of the page: its live region, its stream, its health. Figures and lists have files of their own."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.sse import EventSourceResponse
from fastapi.staticfiles import StaticFiles

from services.web.answers import add_refusals, not_ready
from services.web.board import Board
from services.web.books import Books
from services.web.calendar_feed import add_calendar
from services.web.fanout import TooManyClients
from services.web.feeds import Feeds
from services.web.figures_api import add_figures, add_stream
from services.web.inbox_pages import Inbox
from services.web.notice_pages import Notices
from services.web.page import render_page
from services.web.people import People
from services.web.saying import Says
from services.web.tasks_api import add_tasks
from shared.clock import Clock

STATIC: Final = Path(__file__).parent / "static"
_READ: Final = ["GET", "HEAD"]


def make_app(board: Board, feeds: Feeds, books: Books, people: People, says: Says) -> FastAPI:
    """The application over a board, the feeds and the books. FastAPI's own pages load from foreign hosts, so they are off."""
    app = FastAPI(title="Duban", docs_url=None, redoc_url=None, openapi_url=None)
    add_refusals(app)
    _add_pages(app, board)
    _add_health(app, board, feeds, books.clock)
    add_figures(app, board, books)
    add_stream(app, feeds)
    add_tasks(app, books)
    Inbox(books, people, says).add_to(app)
    Notices(books, people, says).add_to(app)
    add_calendar(app, books, people)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _add_pages(app: FastAPI, board: Board) -> None:
    @app.api_route("/", methods=_READ)
    async def page() -> HTMLResponse:
        return HTMLResponse(render_page(board.fragment))

    @app.api_route("/fragment", methods=_READ)
    async def fragment() -> HTMLResponse:
        return HTMLResponse(board.fragment)

    @app.get("/events")
    async def events() -> Response:
        try:
            return EventSourceResponse(board.streams.stream(), headers={"X-Accel-Buffering": "no"})
        except TooManyClients:
            return not_ready("there are as many streams as this service opens; poll /fragment instead")


def _add_health(app: FastAPI, board: Board, feeds: Feeds, clock: Clock) -> None:
    @app.api_route("/health", methods=_READ)
    async def health() -> JSONResponse:
        state, now = board.state, clock.now()
        as_of = state.figures.as_of if state.figures else None
        body = {
            "connected": state.connected,
            "checked_at": state.checked_at and state.checked_at.isoformat(),
            "figures_as_of": as_of and as_of.isoformat(),
            "figures_age_seconds": as_of and round((now - as_of).total_seconds(), 3),
            "streams": board.streams.open + feeds.open,
        }
        return JSONResponse(body, status_code=200 if state.connected and as_of else 503)
