"""A person's dues as an iCalendar document (RFC 5545). The same dues are the same bytes."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from icalendar import Calendar, Event

from services.web import wording
from services.web.inbox_list import href_of
from services.web.people import People
from services.web.view import unit_name
from shared.domain.clock import SENDER
from shared.notices.wording import CLOCKS
from shared.storage.dues import RunningDue

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_HOUR: Final = timedelta(hours=1)
_HOUR_ISO: Final = "PT1H"


def calendar_of(dues: Sequence[RunningDue], name: str, people: People, page: str) -> bytes:
    """The calendar of somebody called so; `page` is where the tasks' own pages are."""
    calendar = Calendar()
    calendar.add("prodid", "-//duban//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"督办期限 · {name}")
    calendar.add("refresh-interval", _HOUR, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _HOUR_ISO)
    for one in dues:
        calendar.add_component(_event(one, people, page))
    body: bytes = calendar.to_ical()
    return body


def _event(one: RunningDue, people: People, page: str) -> Event:
    event, link = Event(), f"{page}{href_of(one.task)}"
    event.add("uid", uid_of(one))
    event.add("sequence", one.clock.version)
    event.add("dtstamp", one.clock.since)
    event.add("dtstart", one.due)
    event.add("summary", f"【{CLOCKS[one.clock.name]}期限】{one.task.title}（{one.task.number}）")
    event.add("description", "\n".join((*_said(one, people), link)))
    event.add("url", link)
    event.add("transp", "TRANSPARENT")  # a due makes nobody busy
    return event


def uid_of(one: RunningDue) -> str:
    """The same for a clock of one episode of a task, however often its due moves."""
    key = "\x1f".join((one.task.owner, one.task.number, one.clock.name, str(one.task.episode)))
    return f"{blake2b(key.encode(), digest_size=16).hexdigest()}@duban"


def _said(one: RunningDue, people: People) -> list[str]:
    said = [f"期限：{wording.deadline(one.due, people.calendar.zone)}"]
    said.append(f"单位：{unit_name(one.task.unit or '', people.units)[0]}")
    if one.clock.rule == SENDER:
        said.append("依据：来文单位指定")
    else:
        said.append(f"依据：{one.clock.citation or one.clock.rule}（{one.clock.rule}）")
    if one.clock.provisional:
        said.append("暂定：放假通知尚未公布")
    return said
