"""A journal in memory, read as the one in the store is."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from shared.codec.journal import LINE, day_number
from shared.domain.journal import Journal
from shared.domain.timeline import Account
from shared.storage.instants import to_micros
from shared.storage.reading import Snapshot


class MemoryJournal(Snapshot):
    """What `Snapshot` reads of the journal, of lines that were added here; everything else of it would need a database."""

    def __init__(self) -> None:
        self._accounts: dict[Account, int] = {}
        self._changes: dict[tuple[int, int], int] = {}
        self._body = b""

    def add(self, journal: Journal, known: datetime) -> None:
        """Lines that became known at an instant."""
        self._body += b"".join(
            LINE.pack(
                to_micros(line.at),
                to_micros(known),
                day_number(line.received_on),
                self._accounts.setdefault(line.account, len(self._accounts)),
                self._changes.setdefault((line.plus, line.minus), len(self._changes)),
                line.minutes,
            )
            for line in journal
        )

    async def positions(self) -> dict[int, int]:
        return {0: len(self._body) // LINE.size}

    async def journal_words(self) -> tuple[dict[int, list[Account]], dict[int, list[tuple[int, int]]]]:
        return {0: list(self._accounts)}, {0: list(self._changes)}

    async def journal(self, before: datetime | None = None) -> AsyncIterator[tuple[int, bytes]]:
        for start in range(0, len(self._body), 100 * LINE.size):
            yield 0, self._body[start : start + 100 * LINE.size]


def journal_of(added: Sequence[tuple[Journal, datetime]]) -> MemoryJournal:
    """A journal of lines, each with the instant at which they became known."""
    memory = MemoryJournal()
    for lines, known in added:
        memory.add(lines, known)
    return memory
