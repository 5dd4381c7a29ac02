"""The list behind a count: the tasks that make it up."""

from typing import Literal

from pydantic import Field

from contracts.event import Instant
from contracts.figures import Asked, FiguresContract, Number


class TaskLine(FiguresContract):
    """One task of a list, as it is known at the instant that was asked for."""

    source: str = Field(description="Whose matter it is.")
    number: str = Field(description="That source's number of the matter.")
    episode: int = Field(description="1; one more for each relapse.")
    title: str
    family: str
    unit: str = Field(description="In whose counts it is: of what moved out, the unit that it left. Empty where none had it.")
    state: Literal["pending", "handling", "suspended", "in_review", "closed", "archived", "ended"]
    received_at: Instant
    due: Instant | None = Field(description="In force; null for an open-ended task.")
    closed_at: Instant | None = Field(description="When it was closed first.")
    href: str = Field(description="Where the whole of the task is.")


class TaskList(FiguresContract):
    """The tasks behind a count, by receipt, source and number: one line for each time that a task counts."""

    measure: str
    asked: Asked
    as_of: Instant = Field(description="What happened until then counts.")
    known_at: Instant | None = Field(description="As it was known then; null is as known now.")
    total: int = Field(description="Lines of the whole list: tasks, each counted whole.")
    weight: Number = Field(description="The same by weight: the count that is published.")
    limit: int
    offset: int
    tasks: tuple[TaskLine, ...]
