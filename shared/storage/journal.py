"""The journal in the store: chunks of lines, and the accounts and changes that the lines name by number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from shared.codec.journal import (
    CHUNK_LINES,
    LINE,
    day_number,
    decode_account,
    decode_change,
    encode_account,
    encode_change,
)
from shared.domain.journal import Journal
from shared.domain.timeline import Account
from shared.storage.bulk import BulkInsert, Row
from shared.storage.instants import to_micros
from shared.storage.tables import AccountRow, ChangeRow, JournalRow

_ACCOUNTS = BulkInsert(AccountRow)
_CHANGES = BulkInsert(ChangeRow)
_CHUNKS = BulkInsert(
    JournalRow,
    "ON CONFLICT (partition, chunk) DO UPDATE SET lines = excluded.lines, first_at = excluded.first_at, body = excluded.body",
)
_LOAD_ACCOUNTS: Final = text("SELECT id, body FROM account WHERE partition = :partition")
_LOAD_CHANGES: Final = text("SELECT id, body FROM change WHERE partition = :partition")
_LOAD_TAIL: Final = text("SELECT chunk, body FROM journal WHERE partition = :partition ORDER BY chunk DESC LIMIT 1")


@dataclass
class JournalEnd:
    """Where the journal of a partition ends and what its numbers stand for, as its writer under an epoch knows it."""

    epoch: int
    accounts: dict[Account, int]
    changes: dict[tuple[int, int], int]
    chunk: int
    tail: bytes
    """The last chunk, while it is not full."""

    @classmethod
    def load(cls, connection: Connection, partition: int, epoch: int) -> "JournalEnd":
        """As stored."""
        terms = {"partition": partition}
        accounts = {decode_account(row.body): row.id for row in connection.execute(_LOAD_ACCOUNTS, terms)}
        changes = {decode_change(row.body): row.id for row in connection.execute(_LOAD_CHANGES, terms)}
        last = connection.execute(_LOAD_TAIL, terms).one_or_none()
        if last is None:
            return cls(epoch, accounts, changes, 0, b"")
        full = len(last.body) >= CHUNK_LINES * LINE.size
        return cls(epoch, accounts, changes, last.chunk + full, b"" if full else bytes(last.body))

    def append(self, connection: Connection, partition: int, journal: Journal, known: int) -> None:
        """Write lines that became known at an instant (microseconds). After a failure the end must be loaded anew."""
        accounts, changes = len(self.accounts), len(self.changes)
        lines = [
            LINE.pack(
                to_micros(line.at),
                known,
                day_number(line.received_on),
                self.accounts.setdefault(line.account, len(self.accounts)),
                self.changes.setdefault((line.plus, line.minus), len(self.changes)),
                line.minutes,
            )
            for line in journal
        ]
        new_accounts, new_changes = list(self.accounts)[accounts:], list(self.changes)[changes:]
        _ACCOUNTS.run(connection, _words(partition, accounts, [encode_account(one) for one in new_accounts]))
        _CHANGES.run(connection, _words(partition, changes, [encode_change(*one) for one in new_changes]))
        _CHUNKS.run(connection, list(self._chunks(partition, self.tail + b"".join(lines))))

    def _chunks(self, partition: int, body: bytes) -> Iterator[Row]:
        size = CHUNK_LINES * LINE.size
        for start in range(0, len(body), size):
            part = body[start : start + size]
            first_at = min(line[0] for line in LINE.iter_unpack(part))
            yield {
                "partition": partition,
                "chunk": self.chunk,
                "lines": len(part) // LINE.size,
                "first_at": first_at,
                "body": part,
            }
            full = len(part) == size
            self.chunk, self.tail = self.chunk + full, b"" if full else part


def _words(partition: int, start: int, bodies: list[str]) -> list[Row]:
    return [{"partition": partition, "id": start + nth, "body": body} for nth, body in enumerate(bodies)]
