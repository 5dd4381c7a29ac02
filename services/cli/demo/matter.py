"""A matter of the demo with all that its events need, and the making of those events."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from services.cli.demo.course import Stage

Event = dict[str, object]

BUREAU: Final = "bureau"
"""The source of what the district's own staff say."""


@dataclass(frozen=True)
class Matter:
    """A matter as its owner issued it, and how it goes from there."""

    owner: str
    number: str
    family: str
    word: str
    """The event that opens it, such as `issued`."""
    at: datetime
    data: dict[str, object]
    unit: str
    story: str
    span: timedelta
    """The time that the ordinary course takes most of: up to the due, or what is usual where there is none."""
    due: datetime | None
    early: tuple[Stage, ...]
    progress: tuple[str, ...]
    done: str
    reviewer: str
    """The source that approves and sends back."""
    verified: str | None = None
    """What was found of a complaint: founded, mostly, partly or unfounded."""


@dataclass
class Writer:
    """Writes the events of one matter; numbers those of the same word, so that an id stays the event's own for ever."""

    matter: Matter
    rng: Random
    events: list[Event] = field(default_factory=list)
    _times: dict[str, int] = field(default_factory=dict)

    def write(self, source: str, family: str, word: str, at: datetime, data: dict[str, object]) -> None:
        """One event: `owner` is named where the sender is another."""
        matter = self.matter
        self._times[word] = self._times.get(word, 0) + 1
        event: Event = {
            "specversion": "1.0",
            "id": f"{matter.number}-{word}-{self._times[word]}",
            "source": source,
            "type": f"duban.{family}.{word}.v1",
            "subject": matter.number,
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        if source != matter.owner:
            event["owner"] = matter.owner
        self.events.append(event)

    def open(self) -> None:
        """The event by which the owner gives the matter."""
        self.write(self.matter.owner, self.matter.family, self.matter.word, self.matter.at, self.matter.data)

    def times(self, word: str) -> int:
        """How often the word was written."""
        return self._times.get(word, 0)
