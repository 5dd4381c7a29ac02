"""Signals: facts that a supervisor may want to look into. No score, no ranking, no persons: what one means, people judge."""

from datetime import datetime
from typing import Final, Literal

from shared.domain.calendar import Calendar
from shared.domain.story import Moment
from shared.domain.value import value

Kind = Literal[
    "last-hour",
    "at-once",
    "relapses",
    "sent-back",
    "closed-again",
    "same-text",
    "same-review",
    "extensions-requested",
    "extensions-granted",
    "extensions-at-the-last",
]
KINDS: Final[tuple[Kind, ...]] = (
    "last-hour",
    "at-once",
    "relapses",
    "sent-back",
    "closed-again",
    "same-text",
    "same-review",
    "extensions-requested",
    "extensions-granted",
    "extensions-at-the-last",
)


@value
class Thresholds:
    """From how many on something is told. An office sets its own in signals.toml."""

    last_hour_tasks: int = 5
    """Closed by one unit on one day within the last hour before their dues."""
    last_hour_minutes: int = 60
    at_once_tasks: int = 10
    """Closed by one unit within a few minutes."""
    at_once_minutes: int = 10
    relapses: int = 2
    """Of one task."""
    sent_back: int = 3
    """Times that one task was sent back."""
    closed_again_hours: int = 24
    """A task closed again so soon after a relapse is told."""
    same_text_tasks: int = 3
    """Tasks that one unit submitted in the same words."""
    same_review_tasks: int = 10
    """Tasks of one unit that were approved in the same words: those are the reviewer's."""
    same_text_characters: int = 8
    """Texts of fewer characters are not compared; white space and punctuation are not counted."""
    extensions_on_a_day: int = 5
    """Asked for, or granted, for one unit on one day."""
    extensions_at_the_last: int = 5
    """Asked for by one unit in the period when the last working days before the due had begun."""
    at_the_last_working_days: int = 1


@value
class Finding:
    """One fact: what was seen, when, of whom, and the threshold that it reached."""

    kind: Kind
    unit: str
    moments: tuple[Moment, ...]
    """In the order of their instants. Of one task or of several."""
    count: int
    """What was compared with the threshold."""
    threshold: int


@value
class Watch:
    """What is looked at: instants in [since, until), by these thresholds, on this calendar and in its zone."""

    since: datetime
    until: datetime
    thresholds: Thresholds
    calendar: Calendar

    def sees(self, moment: Moment) -> bool:
        """Whether a moment lies in the period."""
        return self.since <= moment.at < self.until
