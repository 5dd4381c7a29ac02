"""The page that the signed link of a message opens. To look at it acknowledges nothing: mail scanners open links, too."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from services.web.books import Books
from services.web.forms import BadForm, form_of
from services.web.inbox_list import to_acknowledge
from services.web.inbox_pages import answer_to, trouble
from services.web.notice_view import Opened, notice_view
from services.web.page import render_notice, render_trouble
from services.web.people import People
from services.web.saying import Says
from shared.domain.matter import Matter
from shared.domain.notice import Occasion
from shared.notices.link import VALID_FOR, is_valid, verify
from shared.ports import NotStored
from shared.storage.inbox import delivery_with
from shared.storage.noticing import notices_in
from shared.storage.reading import Snapshot
from shared.storage.told import noted

PATH: Final = "/notice"
_READ: Final = ["GET", "HEAD"]
_MOST: Final = 200


class _Closed(Exception):
    """The link does not open: the status of the answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Notices:
    """The pages of messages."""

    def __init__(self, books: Books, people: People, says: Says) -> None:
        self._books = books
        self._people = people
        self._says = says

    def add_to(self, app: FastAPI) -> None:
        """Add these routes."""
        app.add_api_route(PATH, self._page, methods=_READ, response_class=HTMLResponse)
        app.add_api_route(PATH, self._acknowledge, methods=["POST"], response_class=HTMLResponse)

    async def _page(self, request: Request) -> Response:
        try:
            opened = await self._opened(request.query_params)
        except (_Closed, NotStored) as error:
            return _trouble(error)
        said, now = request.query_params.get("said", ""), self._books.clock.now()
        return HTMLResponse(render_notice(notice_view(opened, self._people, now, said)))

    async def _acknowledge(self, request: Request) -> Response:
        try:
            opened = await self._opened(await form_of(request, self._people.page))
        except (_Closed, BadForm, NotStored) as error:
            return _trouble(error)
        said = await self._says.acknowledge(opened.person, opened.waiting)
        return answer_to(said, PATH, {"d": opened.delivery.id, "p": opened.person, "s": opened.signature})

    async def _opened(self, said: Mapping[str, str]) -> Opened:
        id_, person, signature = (said.get(name, "")[:_MOST] for name in ("d", "p", "s"))
        if not verify(self._people.secret, id_, person, signature):
            raise _Closed(403, "链接不完整或已被改动。请从原消息中重新打开，或打开“我的提醒”。")
        if person not in self._people.roster.people:
            raise _Closed(403, "该人员已不在本单位的人员名单中，链接已停用。")
        async with self._books.open() as snapshot:
            return await self._read(snapshot, id_, person, signature)

    async def _read(self, snapshot: Snapshot, id_: str, person: str, signature: str) -> Opened:
        delivery = await delivery_with(snapshot, id_)
        if delivery is None or person not in delivery.people:
            raise _Closed(404, "找不到这条消息。")
        if not is_valid(delivery.made_at, self._books.clock.now()):
            raise _Closed(410, f"链接已超过 {VALID_FOR.days} 天有效期。请打开“我的提醒”查看。")
        notices = [notice for notice in await notices_in(snapshot, id_) if notice.person == person]
        told: dict[Matter, list[Occasion]] = {}
        for notice in notices:
            told.setdefault(notice.occasion.matter, []).append(notice.occasion)
        tasks, taken = await snapshot.tasks_of(told), await noted(snapshot, told)
        of_these = [one for one in taken if any(one.covers(of) for of in told[Matter(one.owner, one.number)])]
        waiting = {
            matter: max(one.at for one in of)
            for matter, of in told.items()
            if to_acknowledge(tasks.get(matter), of, taken, person)
        }
        return Opened(delivery, person, signature, tuple(notices), tasks, tuple(of_these), waiting)


def _trouble(error: _Closed | BadForm | NotStored) -> HTMLResponse:
    if isinstance(error, _Closed):
        return HTMLResponse(render_trouble(str(error)), status_code=error.status)
    return trouble(error)
