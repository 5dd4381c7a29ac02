"""The inbox of one person: what the person was told of, task by task, or was not told of, and why."""

from typing import Literal

from pydantic import Field

from contracts.event import Instant
from contracts.figures import FiguresContract


class NoticeWay(FiguresContract):
    """One message that carried a notice, beside the inbox, which carries all."""

    channel: str = Field(description="Its name in the office's notify.toml.")
    state: Literal["sending", "delivered", "failed", "dropped"] = Field(
        description="`dropped`: nothing that it was to say held any more, and it was not sent."
    )
    tried_at: Instant | None
    answer: str = Field(description="What the gateway said, or why nothing was sent.")


class NoticeWord(FiguresContract):
    """Somebody's word on a task: an urge, or a letter of supervision."""

    source: str = Field(description="Who urges.")
    event: str = Field(description="Id of the event that said it; unique with the source.")
    letter: str = Field(description="文号 of the letter; empty where there is none.")
    text: str = Field(description="One line of at most 200 characters.")


class NoticeLine(FiguresContract):
    """One notice: an alert, or somebody's word on a task, that the person was told of or not."""

    id: str
    topic: Literal["sign", "respond", "finish", "internal", "answer", "look-back", "urge", "alarm"] = Field(
        description="The clock of the alert; `urge` for somebody's word, `alarm` for trouble in Duban itself."
    )
    version: int = Field(description="Due-version of the clock.")
    rung: str
    kind: Literal["near", "overdue", "urge", "letter", "alarm"]
    at: Instant = Field(description="When the alert was raised.")
    due: Instant | None = Field(description="In force at that time.")
    word: NoticeWord | None = Field(description="What was said, of an urge or a letter.")
    settled_at: Instant = Field(description="When the person was told, or it was decided that the person need not be.")
    urgent: bool
    route: str
    step: int = Field(description="0 is told first; a later one because nobody of those before had taken note.")
    role: str
    reason: str = Field(description="Why it is this person, in Chinese.")
    why: str = Field(description="Why the person was not told; empty for what was told.")
    ways: tuple[NoticeWay, ...]
    acknowledged_at: Instant | None = Field(description="When somebody took note of it first.")
    acknowledged_by: str | None = Field(description="Id of that person.")


class NoticeTask(FiguresContract):
    """The notices of one task, the latest first, and the task as it stands now."""

    source: str = Field(description="Whose matter it is.")
    number: str = Field(description="That source's number of the matter.")
    title: str = Field(description="Empty where the notices are of Duban itself.")
    unit: str
    state: Literal["pending", "handling", "suspended", "in_review", "closed", "archived", "ended"] | None
    clock: str | None = Field(description="Of its running clocks the one that is due first; null where none is.")
    due: Instant | None = Field(description="Of that clock.")
    lamp: Literal["green", "yellow", "red", "grey", "done"] | None = Field(
        description="How the task stands with that due, or where none runs as a whole: red becomes yellow, never green again."
    )
    lamp_said: str = Field(
        description="The same with its shape, and whether it was late before, in Chinese, such as `▲ 临期（曾逾期）`."
    )
    href: str = Field(description="Where the whole of the task is; empty where there is none.")
    to_acknowledge: bool = Field(description="Whether the person has yet to take note of some of them, and the task is open.")
    notices: tuple[NoticeLine, ...]


class NoticeList(FiguresContract):
    """A part of a person's inbox, the task with the latest notice first."""

    person: str
    state: Literal["told", "dropped"]
    as_of: Instant
    total: int = Field(description="Tasks of the whole.")
    limit: int
    offset: int
    tasks: tuple[NoticeTask, ...]
