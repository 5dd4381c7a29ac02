"""What is told, to whom, what came of it, and what a channel is."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from urllib.parse import quote

from shared.domain.value import value

LINKED: Final = "查看并知悉："
"""Stands before the link where it is written out."""
MOST_ANSWERED: Final = 500
"""Characters of an answer that are kept."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@value
class Message:
    """One message, in the Chinese of an office."""

    id: str
    """The same on every attempt, so that a receiver can tell a second delivery from a second message."""
    title: str
    lines: tuple[str, ...]
    """One item a line."""
    link: str | None
    """Where the items stand on our own page; None where there is no page."""
    made_at: datetime
    """UTC."""

    @property
    def token(self) -> str:
        """The id in letters that headers and e-mail take; the others are percent-encoded, so that two ids stay two."""
        return quote(self.id, safe="-_").replace(".", "%2E").replace("~", "%7E")


@value
class Recipient:
    """A person, and where the person can be reached."""

    name: str
    email: str | None
    mobile: str | None


@value
class Outcome:
    """What came of an attempt. `retry`: another one may succeed; `failed`: none will before somebody has changed something."""

    result: Literal["delivered", "retry", "failed"]
    answer: str
    """What the gateway said, or our own words where it said nothing: one line of at most MOST_ANSWERED characters, no secrets."""
    retry_after: timedelta | None
    """How long the gateway asks us to wait; None where it does not say."""


class Channel(Protocol):
    """A way to people."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message, to: Sequence[Recipient], now: datetime) -> Outcome:
        """One attempt; `now` in UTC goes into signatures. Never raises for what a gateway or a network does. Where several people
        are told one by one, the outcome is the worst of theirs, and another attempt tells all of them again.
        """
        ...


def delivered(answer: str) -> Outcome:
    """It was taken."""
    return Outcome("delivered", short(answer), None)


def retry(answer: str, after: timedelta | None = None) -> Outcome:
    """Trying again may help."""
    return Outcome("retry", short(answer), after)


def failed(answer: str) -> Outcome:
    """Trying again will not help."""
    return Outcome("failed", short(answer), None)


def one_line(text: str) -> str:
    """The text with single spaces for its line breaks and control characters, so that no item can pass for two."""
    return " ".join(_CONTROL.sub(" ", text).split())


def short(answer: str) -> str:
    """One line without control characters, of at most MOST_ANSWERED characters."""
    line = one_line(answer)
    return line if len(line) <= MOST_ANSWERED else line[: MOST_ANSWERED - 1] + "…"


def worst(outcomes: Sequence[tuple[str, Outcome]]) -> Outcome:
    """The outcome of a message that was sent to each one by name: to be retried if any is, else failed if any is."""
    if len(outcomes) == 1:
        return outcomes[0][1]
    bad = [(name, outcome) for name, outcome in outcomes if outcome.result != "delivered"]
    if not bad:
        return delivered(f"{len(outcomes)} 人全部送达")
    waits = [outcome.retry_after for _, outcome in bad if outcome.retry_after is not None]
    told = "；".join(f"{name}：{outcome.answer}" for name, outcome in bad)
    answer = f"{len(outcomes)} 人中 {len(bad)} 人未送达：{told}"
    if any(outcome.result == "retry" for _, outcome in bad):
        return retry(answer, max(waits, default=None))
    return failed(answer)
