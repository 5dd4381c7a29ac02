"""The lists behind the counts, for machines and as a page, and a single task."""

from typing import Final
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from contracts.task_list import TaskLine, TaskList
from services.web.asking import FILTERS, Asked, WrongParameter
from services.web.books import Books
from services.web.page import render_tasks, render_trouble
from services.web.tasks_view import tasks_view, trouble_of
from shared.domain.clock import ClockName
from shared.domain.matter import Matter
from shared.domain.task import Ended
from shared.figures.behind import Behind, page_behind
from shared.figures.document import asked_of
from shared.figures.dossier import task_document
from shared.figures.shares import plain_number
from shared.ports import NotStored

_READ: Final = ["GET", "HEAD"]
_LIST: Final = (*FILTERS, "measure", "limit", "offset")
DATA_LINES: Final = 100
PAGE_LINES: Final = 50


def add_tasks(app: FastAPI, books: Books) -> None:
    """Add these routes."""

    @app.api_route("/api/v1/tasks", methods=_READ)
    async def as_json(request: Request) -> Response:
        listed = await _listed(books, Asked(request.query_params, books.office.zone, _LIST), DATA_LINES)
        return Response(listed.model_dump_json(), media_type="application/json")

    @app.api_route("/api/v1/task", methods=_READ)
    async def one(request: Request) -> Response:
        asked = Asked(request.query_params, books.office.zone, ("source", "number"))
        matter = Matter(_needed(asked, "source"), _needed(asked, "number"))
        async with books.open() as snapshot:
            document = await task_document(snapshot, matter)
        if document is None:
            return JSONResponse({"reason": f"there is no task {matter.number} of {matter.owner}"}, status_code=404)
        return Response(orjson.dumps(document), media_type="application/json")

    @app.api_route("/tasks", methods=_READ)
    async def page(request: Request) -> HTMLResponse:
        try:
            listed = await _listed(books, Asked(request.query_params, books.office.zone, _LIST), PAGE_LINES)
        except (WrongParameter, NotStored) as error:
            return HTMLResponse(render_trouble(trouble_of(error)), status_code=422 if isinstance(error, WrongParameter) else 503)
        return HTMLResponse(render_tasks(tasks_view(listed, books.office, request.query_params.multi_items())))


async def _listed(books: Books, asked: Asked, size: int) -> TaskList:
    question, measure = asked.question(books.clock.now()), asked.measure()
    limit, offset = asked.page(size)
    async with books.open() as snapshot:
        page = await page_behind(snapshot, question, measure, books.office, limit, offset)
    return TaskList(
        measure=measure.word,
        asked=asked_of(question),
        as_of=question.as_of,
        known_at=question.known_at,
        total=page.total,
        weight=plain_number(page.weight),
        limit=limit,
        offset=offset,
        tasks=tuple(_line(one) for one in page.lines),
    )


def _line(one: Behind) -> TaskLine:
    task = one.task
    finish, closed = task.clock(ClockName.FINISH), task.state.closed if isinstance(task.state, Ended) else task.closed
    return TaskLine(
        source=task.owner,
        number=task.number,
        episode=task.episode,
        title=task.title,
        family=task.family,
        unit=one.account.unit,
        state=task.state.place,
        received_at=task.received_at,
        due=finish.due if finish is not None else None,
        closed_at=closed.at if closed is not None else None,
        href=f"/api/v1/task?{urlencode({'source': task.owner, 'number': task.number})}",
    )


def _needed(asked: Asked, name: str) -> str:
    said = asked.text(name)
    if said is None:
        raise WrongParameter(name, "", f"the {name} of the task")
    return said
