"""Forms that are posted: read with a limit, and only from our own pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

MOST_BYTES: Final = 16 * 1024
MOST_FIELDS: Final = 10
_TYPE: Final = "application/x-www-form-urlencoded"
_OURS: Final = frozenset({"same-origin", "none"})
"""What a browser says of a request from the same site's page, or from its user."""


class BadForm(Exception):
    """A form cannot be taken: the status of the answer, and why, as an office reads it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def form_of(request: Request, page: str) -> dict[str, str]:
    """The fields of a form that was posted from a page of ours. Raises BadForm."""
    if not is_ours(request, page):
        raise BadForm(403, "请求不是从本系统的页面发出的，已拒绝。请打开“我的提醒”再操作。")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _TYPE:
        raise BadForm(415, "请求的格式有误。请打开“我的提醒”再操作。")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadForm(413, "请求过长。请打开“我的提醒”再操作。")
    try:
        said = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadForm(422, "请求的内容无法读取。请打开“我的提醒”再操作。") from None
    return dict(said)


def instant_in(form: Mapping[str, str], name: str) -> datetime | None:
    """An instant with its offset in a field of a form; None where the form has no such field. Raises BadForm."""
    said = form.get(name)
    if said is None:
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadForm(422, "请求的内容无法读取。请打开“我的提醒”再操作。")
    return found


def is_ours(request: Request, page: str) -> bool:
    """Whether a request comes from our own page, as far as it says; `page` is where people reach it. What says nothing
    is no browser of today, and has no cookie that another site could make it send.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in _OURS:
        return False
    if origin is None:
        return True
    # Only the host: behind a proxy that speaks TLS we ourselves are asked without it.
    return urlsplit(origin).netloc in {request.headers.get("host", ""), urlsplit(page).netloc} - {""}
