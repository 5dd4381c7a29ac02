"""The inbox: its page, which works without a script, the same for machines, and the button by which a person takes note."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from contracts.notice_list import NoticeList
from services.web.asking import Asked, WrongParameter
from services.web.books import Books
from services.web.forms import BadForm, form_of, instant_in
from services.web.inbox_list import notice_list
from services.web.inbox_view import DATA_PATH, PATH, inbox_view
from services.web.keys import closed_door, keep_key, owner_of, sent_key
from services.web.page import render_inbox, render_trouble
from services.web.people import People
from services.web.saying import Said, Says
from services.web.tasks_view import trouble_of
from shared.domain.matter import Matter
from shared.ports import NotStored
from shared.storage.inbox import Settled, was_told

PAGE_TASKS: Final = 50
DROPPED_TASKS: Final = 50
_READ: Final = ["GET", "HEAD"]
_STATES: Final[dict[str, Settled]] = {"told": "told", "dropped": "dropped"}


class Inbox:
    """The pages of inboxes."""

    def __init__(self, books: Books, people: People, says: Says) -> None:
        self._books = books
        self._people = people
        self._says = says

    def add_to(self, app: FastAPI) -> None:
        """Add these routes."""
        app.add_api_route(PATH, self._page, methods=_READ, response_class=HTMLResponse)
        app.add_api_route(f"{PATH}/acknowledge", self._acknowledge, methods=["POST"], response_class=HTMLResponse)
        app.add_api_route(DATA_PATH, self._data, methods=_READ)

    async def _page(self, request: Request) -> Response:
        try:
            if "key" in request.query_params:
                return await self._enter(request)
            person = await owner_of(sent_key(request), self._books, self._people)
            if person is None:
                return closed_door()
            asked = Asked(request.query_params, self._books.office.zone, ("offset", "said"))
            told, dropped = await self._lists(person.id, asked.page(PAGE_TASKS)[1])
        except (WrongParameter, NotStored) as error:
            return trouble(error)
        return HTMLResponse(render_inbox(inbox_view(told, dropped, self._people, asked.text("said") or "")))

    async def _enter(self, request: Request) -> Response:
        """With a key in the address: keep it, and have it out of the address."""
        key = request.query_params["key"]
        if await owner_of(key, self._books, self._people) is None:
            return closed_door()
        response = RedirectResponse(PATH, status_code=303)
        keep_key(response, key, request, self._people)
        return response

    async def _lists(self, person: str, offset: int) -> tuple[NoticeList, NoticeList]:
        now = self._books.clock.now()
        async with self._books.open() as snapshot:
            told = await notice_list(snapshot, person, "told", self._people, now, PAGE_TASKS, offset)
            return told, await notice_list(snapshot, person, "dropped", self._people, now, DROPPED_TASKS, 0)

    async def _data(self, request: Request) -> Response:
        person = await owner_of(sent_key(request), self._books, self._people)
        if person is None:
            reason = "a key is needed, as a bearer token or cookie, that is not void: the keeper gives one with `duban key give`"
            return JSONResponse({"reason": reason}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
        asked = Asked(request.query_params, self._books.office.zone, ("state", "limit", "offset"))
        limit, offset = asked.page(PAGE_TASKS)
        state = _STATES.get(word := asked.text("state") or "told")
        if state is None:
            raise WrongParameter("state", word, "told or dropped")
        async with self._books.open() as snapshot:
            listed = await notice_list(snapshot, person.id, state, self._people, self._books.clock.now(), limit, offset)
        return Response(listed.model_dump_json(), media_type="application/json")

    async def _acknowledge(self, request: Request) -> Response:
        try:
            form = await form_of(request, self._people.page)
            person = await owner_of(sent_key(request), self._books, self._people)
            if person is None:
                return closed_door()
            matter, seen = Matter(form.get("owner", ""), form.get("number", "")), instant_in(form, "seen")
            async with self._books.open() as snapshot:
                told = await was_told(snapshot, person.id, matter)
        except (BadForm, NotStored) as error:
            return trouble(error)
        if not told:
            return HTMLResponse(render_trouble("没有向您发过关于这件事项的提醒。"), status_code=404)
        offset = form.get("offset", "")
        back = {"offset": offset} if offset.isascii() and offset.isdigit() and int(offset) else {}
        return answer_to(await self._says.acknowledge(person.id, {matter: seen}), PATH, back)


def answer_to(said: Sequence[Said], path: str, back: dict[str, str]) -> Response:
    """After something was said of tasks: back to the page, or why it was refused."""
    refused = [f"{one.matter.number}：{one.why}" for one in said if one.result == "refused"]
    if refused:
        return HTMLResponse(render_trouble(f"未能记录知悉。{'；'.join(refused)}"), status_code=422)
    word = "unknown" if any(one.result == "unknown" for one in said) else "taken"
    return RedirectResponse(f"{path}?{urlencode(back | {'said': word})}", status_code=303)


def trouble(error: WrongParameter | NotStored | BadForm) -> HTMLResponse:
    """A page that says what is wrong."""
    if isinstance(error, BadForm):
        return HTMLResponse(render_trouble(str(error)), status_code=error.status)
    return HTMLResponse(render_trouble(trouble_of(error)), status_code=422 if isinstance(error, WrongParameter) else 503)
