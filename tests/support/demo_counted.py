"""The demo's half-year counted from its events alone, by unit, source, category and month of receipt, at any instant.

Nothing here knows how the product counts: the events are read as their senders wrote them. A due that no event says is that of a
rule, and is given.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

BEIJING: Final = timezone(timedelta(hours=8))
MONTH_ENDS: Final = tuple(
    datetime(2023, month, monthrange(2023, month)[1], 23, 59, 59, 999_999, tzinfo=BEIJING) for month in range(1, 7)
)
"""The last instant of each month of the half-year."""
MEASURES: Final = (
    *("received", "given", "open", "closed", "closed_full", "closed_on_time", "closed_late", "overdue_open"),
    *("closed_by_original", "closed_past_original", "past_original_open", "due", "due_closed", "due_closed_on_time"),
    *("submitted", "sent_back", "evaluated", "satisfied"),
)
_OPENINGS: Final = ("duban.directive.issued.v1", "duban.complaint.received.v1", "duban.rectification.assigned.v1")
_SATISFIED: Final = ("satisfied", "mostly_satisfied")

Event = dict[str, Any]
Number = tuple[str, str]
"""Owner and number of a matter."""


@dataclass
class Course:
    """What the events say of one matter."""

    opened: Event
    dues: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """From when on which due was in force; None where there is none."""
    times: dict[str, list[datetime]] = field(default_factory=dict)
    """When each word was said."""
    levels: list[tuple[datetime, str]] = field(default_factory=list)
    """What the complainant said of it, and when."""

    @property
    def at(self) -> datetime:
        """When it was received."""
        return datetime.fromisoformat(self.opened["time"])

    @property
    def cell(self) -> tuple[str, ...]:
        """Unit, source, category and month of receipt."""
        data = self.opened["data"]
        return data["unit"], self.opened["source"], *data["category"], f"{self.at:%Y-%m}"

    def said(self, word: str, at: datetime) -> datetime | None:
        """When a word was said first, if it was by then."""
        first = min(self.times.get(word, ()), default=None)
        return first if first is not None and first <= at else None

    def counts_as(self, at: datetime) -> Iterator[str]:
        """The measures that it adds at an instant."""
        if self.at > at:
            return
        closed = self.said("approved", at)
        yield from ("received", "given", "open") if closed is None else ("received", "given", "closed", "closed_full")
        if closed is not None or self.said("submitted", at):
            yield "submitted"
        if self.said("sent-back", at):
            yield "sent_back"
        yield from self._judged(closed, at)
        yield from self._evaluated(at)

    def _judged(self, closed: datetime | None, at: datetime) -> Iterator[str]:
        original = self.dues[0][1]
        if original is not None and closed is not None:
            yield "closed_by_original" if closed <= original else "closed_past_original"
        elif original is not None and original < at:
            yield "past_original_open"
        due = next(due for since, due in reversed(self.dues) if since <= at)
        if due is None:
            return
        on_time = closed is not None and closed <= due
        if closed is not None:
            yield "closed_on_time" if on_time else "closed_late"
        if due < at:
            yield "due"
            yield "overdue_open" if closed is None else "due_closed"
            yield from ("due_closed_on_time",) if on_time else ()

    def _evaluated(self, at: datetime) -> Iterator[str]:
        heard = [level for when, level in sorted(self.levels) if when <= at]
        if heard:
            yield "evaluated"
            yield from ("satisfied",) if heard[-1] in _SATISFIED else ()


def courses(events: Iterable[Event]) -> dict[Number, Course]:
    """The matters of events in any order, each event counted once however often it was pushed."""
    once = {(event["source"], event["id"]): event for event in events}
    by_time = sorted(once.values(), key=lambda event: datetime.fromisoformat(event["time"]))
    found: dict[Number, Course] = {}
    for event in by_time:
        _tell(found, (str(event.get("owner", event["source"])), str(event["subject"])), event)
    return found


def _tell(found: dict[Number, Course], number: Number, event: Event) -> None:
    at = datetime.fromisoformat(event["time"])
    if event["type"] in _OPENINGS:
        found[number] = Course(event)
    course = found[number]
    if "due" in event["data"]:
        course.dues.append((at, _instant(event["data"]["due"])))
    word = event["type"].split(".")[2]
    course.times.setdefault(word, []).append(at)
    if word == "evaluated":
        course.levels.append((at, event["data"]["level"]))


def _instant(due: str | dict[str, str]) -> datetime | None:
    """An instant as it is written; a day lasts until 24:00; what is open has none."""
    if isinstance(due, str):
        return datetime.fromisoformat(due)
    if due["precision"] == "open_ended":
        return None
    return datetime.combine(date.fromisoformat(due["date"]) + timedelta(days=1), time(0), BEIJING)


def with_rules(told: Mapping[Number, Course], by_rule: Mapping[Number, datetime | None]) -> list[Course]:
    """The courses, those that no event gave a due with the one that a rule gave them."""
    for number, due in by_rule.items():
        told[number].dues.insert(0, (told[number].at, due))
    return list(told.values())


def counted(told: Iterable[Course], at: datetime) -> dict[tuple[str, ...], dict[str, int]]:
    """What matters count as at an instant, cell by cell; the measures that are not zero."""
    table: dict[tuple[str, ...], Counter[str]] = {}
    for course in told:
        for measure in course.counts_as(at):
            table.setdefault(course.cell, Counter())[measure] += 1
    return {cell: dict(counts) for cell, counts in table.items()}
