"""Figures over HTTP: as JSON, as a CSV or Excel file, of any cohort at any instant, and as a stream."""

import asyncio
from datetime import UTC
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse

from contracts.figures import Figures
from services.web.answers import not_ready
from services.web.asking import FILTERS, Asked, WrongParameter
from services.web.board import Board
from services.web.books import Books
from services.web.fanout import TooManyClients
from services.web.feeds import SCOPE, Feeds
from shared.figures.by import By
from shared.figures.csv_file import figures_csv
from shared.figures.excel import figures_workbook

_READ: Final = ["GET", "HEAD"]
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_figures(app: FastAPI, board: Board, books: Books) -> None:
    """Add these routes."""

    @app.api_route("/api/v1/figures", methods=_READ)
    async def as_json(request: Request) -> Response:
        if request.query_params:
            return _json(await books.figures(Asked(request.query_params, books.office.zone, (*FILTERS, "by"))))
        newest = board.state.figures
        return _json(newest.model_dump_json()) if newest is not None else not_ready("no figures have been published yet")

    @app.api_route("/api/v1/figures.csv", methods=_READ)
    async def as_csv(request: Request) -> Response:
        asked = Asked(request.query_params, books.office.zone, (*FILTERS, "by"))
        by = _split(asked)
        content = figures_csv(await _answer(books, asked), by)
        return Response(content, media_type="text/csv; charset=utf-8", headers=_attached("csv", by))

    @app.api_route("/api/v1/figures.xlsx", methods=_READ)
    async def as_excel(request: Request) -> Response:
        found = await _answer(books, Asked(request.query_params, books.office.zone, FILTERS))
        content = await asyncio.to_thread(figures_workbook, found)
        return Response(content, media_type=EXCEL, headers=_attached("xlsx"))


def add_stream(app: FastAPI, feeds: Feeds) -> None:
    """Add the stream."""

    @app.get("/api/v1/figures/stream")
    async def stream(request: Request) -> Response:
        scope = Asked(request.query_params, UTC, ("scope",)).text("scope")
        scope = "all" if scope is None else scope
        if not SCOPE.fullmatch(scope):
            raise WrongParameter(
                "scope", scope, "all, family.<family>, source.<source> or unit.<unit>, as in duban.stats.<scope>"
            )
        try:
            return EventSourceResponse(feeds.stream(scope), headers={"X-Accel-Buffering": "no"})
        except TooManyClients:
            return not_ready("there are as many streams as this service opens; ask for /api/v1/figures instead")


async def _answer(books: Books, asked: Asked) -> Figures:
    return await books.document(asked.question(books.clock.now()))


def _split(asked: Asked) -> By | None:
    said = asked.text("by")
    if said is not None and said not in set(By):
        raise WrongParameter("by", said, f"one of {', '.join(By)}")
    return None if said is None else By(said)


def _json(body: bytes | str) -> Response:
    return Response(body, media_type="application/json")


def _attached(ending: str, by: By | None = None) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="duban-figures{f"-{by}" if by else ""}.{ending}"'}
