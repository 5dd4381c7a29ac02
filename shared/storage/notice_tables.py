"""The tables of those who are told. Only the notifier writes them; instants are microseconds since 1970 in UTC."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text
from sqlmodel import Field, SQLModel


def _text(*, key: bool = False) -> Column[str]:
    return Column(Text, primary_key=key, nullable=False)


class NoticeRow(SQLModel, table=True):
    """One person is to be told of one occasion, was told, or why not."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "notice_waiting",
            "tell_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("notice_matter", "owner", "number"),
        Index("notice_person", "person", "tell_at"),
    )

    id: str = Field(sa_column=_text(key=True))
    owner: str = Field(sa_column=_text())
    number: str = Field(sa_column=_text())
    topic: str = Field(sa_column=_text())
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    rung: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_at: int | None = Field(sa_column=Column(BigInteger))
    word: str | None = Field(sa_column=Column(Text))
    person: str = Field(sa_column=_text())
    reason: str = Field(sa_column=_text())
    tell_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    urgent: int = Field(sa_column=Column(Integer, nullable=False))
    channels: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    why: str = Field(sa_column=_text())
    settled_at: int | None = Field(sa_column=Column(BigInteger))


class DeliveryRow(SQLModel, table=True):
    """One message by one channel, with what became of it; its id goes with it at each try."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "delivery_sending",
            "next_at",
            postgresql_where=text("state = 'sending'"),
            sqlite_where=text("state = 'sending'"),
        ),
        Index("delivery_made", "made_at"),
    )

    id: str = Field(sa_column=_text(key=True))
    channel: str = Field(sa_column=_text())
    people: str = Field(sa_column=_text())
    title: str = Field(sa_column=_text())
    lines: str = Field(sa_column=_text())
    link: str = Field(sa_column=_text())
    urgent: int = Field(sa_column=Column(Integer, nullable=False))
    made_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = Field(sa_column=_text())
    tries: int = Field(sa_column=Column(Integer, nullable=False))
    tried_at: int | None = Field(sa_column=Column(BigInteger))
    next_at: int | None = Field(sa_column=Column(BigInteger))
    answer: str = Field(sa_column=_text())
    instead_of: str = Field(sa_column=_text())


class ToldRow(SQLModel, table=True):
    """Which notices went out in which message."""

    __tablename__ = "told"
    __table_args__ = (Index("told_notice", "notice"),)

    delivery: str = Field(sa_column=_text(key=True))
    notice: str = Field(sa_column=_text(key=True))


class SilenceRow(SQLModel, table=True):
    """A window in which nobody is told of some tasks; one that was ended early ends then."""

    __tablename__ = "silence"

    id: str = Field(sa_column=_text(key=True))
    reason: str = Field(sa_column=_text())
    by: str = Field(sa_column=_text())
    since: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: int = Field(sa_column=Column(BigInteger, nullable=False))
    covers: str = Field(sa_column=_text())


class TokenRow(SQLModel, table=True):
    """A key to a person's calendar and inbox: only its hash is stored."""

    __tablename__ = "token"
    __table_args__ = (Index("token_person", "person"),)

    hash: str = Field(sa_column=_text(key=True))
    person: str = Field(sa_column=_text())
    made_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    revoked_at: int | None = Field(sa_column=Column(BigInteger))
