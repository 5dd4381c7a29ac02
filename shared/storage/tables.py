"""The tables. Instants are microseconds since 1970 in UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

OPEN: Final = "latest = 1 AND closed_at IS NULL AND ended_at IS NULL"
"""Which rows of `task` are tasks that are still to be done; a query says it in the same words to have the index."""


def _text(*, key: bool = False) -> Column[str]:
    return Column(Text, primary_key=key, nullable=False)


class Partition(SQLModel, table=True):
    """A partition of the ledger with its writer's lease and the head of its hash chain."""

    __tablename__ = "partition"

    partition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    holder: str = Field(sa_column=_text())
    epoch: int = Field(sa_column=Column(Integer, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    clock: int = Field(sa_column=Column(BigInteger, nullable=False))
    calendar: str = Field(sa_column=_text())


class Ledger(SQLModel, table=True):
    """The truth: facts, append-only. (event_source, event_id) unique is the inbox, (partition, position) the outbox."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ledger_event", "event_source", "event_id", unique=True),
        Index("ledger_matter", "owner", "number"),
    )

    partition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=_text())
    family: str = Field(sa_column=_text())
    unit: str = Field(sa_column=_text())
    owner: str = Field(sa_column=_text())
    number: str = Field(sa_column=_text())
    event_source: str | None = Field(sa_column=Column(Text))
    event_id: str | None = Field(sa_column=Column(Text))
    event: bytes | None = Field(sa_column=Column(LargeBinary))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TaskRow(SQLModel, table=True):
    """One episode of a task as it stands: `body` is the whole of it, the other columns are what is searched."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "task_wakes",
            "partition",
            "wakes_at",
            postgresql_where=text("wakes_at IS NOT NULL"),
            sqlite_where=text("wakes_at IS NOT NULL"),
        ),
        Index("task_overdue", "due_at", postgresql_where=text("overdue = 1"), sqlite_where=text("overdue = 1")),
        Index("task_received", "family", "received_at"),
        Index("task_open", "unit", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
    )

    owner: str = Field(sa_column=_text(key=True))
    number: str = Field(sa_column=_text(key=True))
    episode: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    latest: int = Field(sa_column=Column(Integer, nullable=False))
    part_of: str | None = Field(sa_column=Column(Text))
    partition: int = Field(sa_column=Column(Integer, nullable=False))
    family: str = Field(sa_column=_text())
    unit: str = Field(sa_column=_text())
    title: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    received_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_at: int | None = Field(sa_column=Column(BigInteger))
    closed_at: int | None = Field(sa_column=Column(BigInteger))
    ended_at: int | None = Field(sa_column=Column(BigInteger))
    overdue: int = Field(sa_column=Column(Integer, nullable=False))
    wakes_at: int | None = Field(sa_column=Column(BigInteger))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AccountRow(SQLModel, table=True):
    """Whose counts lines of the journal change, by the number that the lines of the partition name it by."""

    __tablename__ = "account"

    partition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: str = Field(sa_column=_text())


class ChangeRow(SQLModel, table=True):
    """Which measures a line of the journal raises and lowers, by the number that the lines of the partition name it by."""

    __tablename__ = "change"

    partition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: str = Field(sa_column=_text())


class JournalRow(SQLModel, table=True):
    """A chunk of the journal, whose sums are the figures; `first_at` is the earliest instant of its lines. Only the last chunk of
    a partition is ever written again.
    """

    __tablename__ = "journal"

    partition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    chunk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    lines: int = Field(sa_column=Column(Integer, nullable=False))
    first_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AlertRow(SQLModel, table=True):
    """One alert for (task, clock, due-version, rung) as it was raised last; the key is what keeps it one."""

    __tablename__ = "alert"

    owner: str = Field(sa_column=_text(key=True))
    number: str = Field(sa_column=_text(key=True))
    clock: str = Field(sa_column=_text(key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rung: str = Field(sa_column=_text(key=True))
    kind: str = Field(sa_column=_text())
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    withdrawn_at: int | None = Field(sa_column=Column(BigInteger))


class ParkedRow(SQLModel, table=True):
    """An event that came early."""

    __tablename__ = "parked"
    __table_args__ = (Index("parked_matter", "owner", "number"), Index("parked_expiry", "partition", "expires_at"))

    event_source: str = Field(sa_column=_text(key=True))
    event_id: str = Field(sa_column=_text(key=True))
    partition: int = Field(sa_column=Column(Integer, nullable=False))
    owner: str = Field(sa_column=_text())
    number: str = Field(sa_column=_text())
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    path: str = Field(sa_column=_text())
    message: str = Field(sa_column=_text())
    parked_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class RejectedRow(SQLModel, table=True):
    """A push that was not taken, as pushed, to be listed, corrected and sent again."""

    __tablename__ = "rejected"

    subject: str = Field(sa_column=_text(key=True))
    digest: str = Field(sa_column=_text(key=True))
    sender: str = Field(sa_column=_text())
    event_id: str | None = Field(sa_column=Column(Text))
    reasons: str = Field(sa_column=_text())
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    times: int = Field(sa_column=Column(Integer, nullable=False))


class SealedRow(SQLModel, table=True):
    """A sealed report, append-only: `content` is its bytes, `hash` their SHA-256, the other columns are what is searched."""

    __tablename__ = "sealed"
    __table_args__ = (Index("sealed_period", "period", "nth", unique=True),)

    number: str = Field(sa_column=_text(key=True))
    period: str = Field(sa_column=_text())
    nth: int = Field(sa_column=Column(Integer, nullable=False))
    as_of: int = Field(sa_column=Column(BigInteger, nullable=False))
    known_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    sealed_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    note: str = Field(sa_column=_text())
    read_to: str = Field(sa_column=_text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CorrectionRow(SQLModel, table=True):
    """What was found to be otherwise than a report says, append-only."""

    __tablename__ = "correction"

    number: str = Field(sa_column=_text(key=True))
    nth: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    found_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    read_to: str = Field(sa_column=_text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
