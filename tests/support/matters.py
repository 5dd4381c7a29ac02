"""What a city and its district say of a matter, as events on the wire, at instants that a test chooses."""

from datetime import datetime, timedelta
from typing import Any, Final

from shared.clock import SystemClock
from tests.support.pushed import DATA

CITY: Final = "city"
DISTRICT: Final = "district"

Wire = dict[str, Any]
"""An event before it is made bytes."""


class AheadClock:
    """The machine's clock, so far ahead: as if it had been a long night."""

    def __init__(self, ahead_seconds: float) -> None:
        self._ahead_seconds = ahead_seconds

    def now(self) -> datetime:
        return later(self._ahead_seconds)


def later(seconds: float) -> datetime:
    """An instant after now; before it, when negative."""
    return SystemClock().now() + timedelta(seconds=seconds)


def seconds(number: float) -> timedelta:
    """A length of time."""
    return timedelta(seconds=number)


def instant(text: str) -> datetime:
    """The instant that a message gives as text."""
    return datetime.fromisoformat(text)


def said(what: str, number: str, when: datetime, *, sender: str = CITY, id_: str = "", **data: Any) -> Wire:
    """One event about a matter of the city, such as `task.signed`; its id is made of both unless one is given."""
    shown = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
    return {
        "specversion": "1.0",
        "id": id_ or f"{what}-{number}",
        "source": sender,
        "owner": CITY,
        "type": f"duban.{what}.v1",
        "subject": number,
        "time": when.isoformat(),
        "data": DATA[what] | shown,
    }


def issued(number: str, when: datetime, **data: Any) -> Wire:
    """A directive; `due` is the sender's own."""
    return said("directive.issued", number, when, **data)


def reported(number: str, when: datetime, **data: Any) -> Wire:
    """A complaint that its sender handles itself: open until it is approved, with no due but the sender's."""
    return said("complaint.received", number, when, policy="reported", **data)


def barely(number: str, due: datetime, **data: Any) -> Wire:
    """The same given ten minutes before its due: too late to warn of it."""
    return reported(number, due - seconds(600), due=due, **data)


def signed(number: str, when: datetime) -> Wire:
    """The district signs for it."""
    return said("task.signed", number, when, sender=DISTRICT)


def submitted(number: str, when: datetime) -> Wire:
    """The district says that it is done."""
    return said("task.submitted", number, when, sender=DISTRICT)


def approved(number: str, when: datetime) -> Wire:
    """The city closes it."""
    return said("task.approved", number, when, grade="full")


def noted(number: str, when: datetime, id_: str) -> Wire:
    """A leader's note: it changes nothing."""
    return said("task.noted", number, when, id_=id_)


def course(number: str, start: float = -3600) -> list[Wire]:
    """A whole course of a directive, from its issue to its closing; it begins so many seconds from now."""
    return [
        issued(number, later(start)),
        signed(number, later(start + 10)),
        submitted(number, later(start + 20)),
        approved(number, later(start + 30)),
    ]
