"""The routes: the page, its live region, the stream and what machines read."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.sse import EventSourceResponse
from fastapi.staticfiles import StaticFiles

from services.web.board import Board
from services.web.fanout import TooManyClients
from services.web.page import render_page
from shared.clock import Clock

STATIC: Final = Path(__file__).parent / "static"
_READ: Final = ["GET", "HEAD"]


def make_app(board: Board, clock: Clock) -> FastAPI:
    """The application over a board. FastAPI's own pages load from foreign hosts, so they are off."""
    app = FastAPI(title="Duban", docs_url=None, redoc_url=None, openapi_url=None)
    _add_pages(app, board)
    _add_data(app, board, clock)
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
            return _refused("there are as many streams as this service opens; poll /fragment instead")


def _add_data(app: FastAPI, board: Board, clock: Clock) -> None:
    @app.api_route("/api/v1/figures", methods=_READ)
    async def figures() -> Response:
        newest = board.state.figures
        if newest is None:
            return _refused("no figures have been published yet")
        return Response(newest.model_dump_json(), media_type="application/json")

    @app.api_route("/health", methods=_READ)
    async def health() -> JSONResponse:
        state, now = board.state, clock.now()
        as_of = state.figures.as_of if state.figures else None
        body = {
            "connected": state.connected,
            "checked_at": state.checked_at and state.checked_at.isoformat(),
            "figures_as_of": as_of and as_of.isoformat(),
            "figures_age_seconds": as_of and round((now - as_of).total_seconds(), 3),
            "streams": board.streams.open,
        }
        return JSONResponse(body, status_code=200 if state.connected and as_of else 503)


def _refused(reason: str) -> JSONResponse:
    return JSONResponse({"reason": reason}, status_code=503)
