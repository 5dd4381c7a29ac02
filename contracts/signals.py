"""Signals as they are published: facts for a supervisor to look into. No score, no ranking, no persons."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.event import Instant
from contracts.figures import FiguresContract


class Occurrence(FiguresContract):
    """What happened to one task."""

    source: str = Field(description="Whose matter it is.")
    subject: str = Field(description="The owner's number of the matter.")
    at: Instant
    due: Instant | None = Field(description="The due in force, where it matters.")


class Signal(FiguresContract):
    """One fact with everything that it rests on."""

    kind: Literal[
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
    unit: str = Field(description="Code of the unit; empty where none had the task.")
    name: str
    count: int = Field(description="What was compared with the threshold.")
    threshold: int
    since: Instant = Field(description="Of the first occurrence.")
    until: Instant = Field(description="Of the last occurrence.")
    text: str | None = Field(description="The words that are the same, as they were said first.")
    occurrences: tuple[Occurrence, ...] = Field(description="In the order of their instants.")
    zh: str
    en: str


class Signals(FiguresContract):
    """The signals of a period, units in their official order."""

    since: date
    until: date = Field(description="No longer in the period.")
    unit: str | None = Field(description="The unit that was asked for, with those below it; null is all.")
    timezone: str = Field(description="Zone whose days are meant.")
    positions: dict[str, int] = Field(description="Ledger position of each partition that the signals are true for.")
    thresholds: dict[str, int]
    signals: tuple[Signal, ...]
