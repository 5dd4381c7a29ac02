"""Sealed reports and their corrections in the store: rows that are only ever added, each with the hash of its bytes."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, text

from shared.domain.value import value
from shared.storage.engine import Database
from shared.storage.instants import from_micros, to_micros
from shared.storage.reading import Snapshot
from shared.storage.trouble import trouble_as_not_stored
from shared.storage.undivided import undivided

ReadTo = Mapping[int, int]
"""How many lines of the journal of each partition were counted."""

_NTH: Final = text("SELECT coalesce(max(nth), 0) + 1 FROM sealed WHERE period = :period")
_SEAL: Final = text(
    "INSERT INTO sealed (number, period, nth, as_of, known_at, sealed_at, note, read_to, content, hash)"
    " VALUES (:number, :period, :nth, :as_of, :known_at, :sealed_at, :note, :read_to, :content, :hash)"
)
_CORRECT: Final = text(
    "INSERT INTO correction (number, nth, found_at, read_to, content, hash)"
    " VALUES (:number, :nth, :found_at, :read_to, :content, :hash)"
)


@value
class ToSeal:
    """What is to be sealed as the next report of a period; `content` gives its bytes once the number is known."""

    period: str
    as_of: datetime
    known_at: datetime
    sealed_at: datetime
    note: str
    read_to: ReadTo
    content: Callable[[str], bytes]


@value
class StoredReport:
    """A sealed report as it lies in the store, bytes and columns apart."""

    number: str
    period: str
    as_of: datetime
    known_at: datetime
    sealed_at: datetime
    note: str
    read_to: ReadTo
    content: bytes
    hash: bytes

    @property
    def holds(self) -> bool:
        """Whether the bytes are those that were sealed."""
        return sha256(self.content).digest() == self.hash


@value
class StoredCorrection:
    """A correction of a sealed report as it lies in the store."""

    number: str
    nth: int
    found_at: datetime
    read_to: ReadTo
    content: bytes
    hash: bytes

    @property
    def holds(self) -> bool:
        """Whether the bytes are those that were stored."""
        return sha256(self.content).digest() == self.hash


class SealStore:
    """The writer's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seal(self, report: ToSeal) -> tuple[str, str]:
        """Add a report under the next number of its period; the number and the hash in hex. Raises NotStored."""
        with trouble_as_not_stored():
            return await undivided(self._database.write(lambda connection: _seal(connection, report)))

    async def correct(self, correction: StoredCorrection) -> None:
        """Add a correction. Raises NotStored, also when there is one with its number already."""
        row = vars(correction) | {"found_at": to_micros(correction.found_at), "read_to": _written(correction.read_to)}
        with trouble_as_not_stored():
            await undivided(self._database.write(lambda connection: connection.execute(_CORRECT, row)))


def _seal(connection: Connection, report: ToSeal) -> tuple[str, str]:
    nth = int(connection.execute(_NTH, {"period": report.period}).scalar_one())
    number = f"{report.period}-{nth}"
    content = report.content(number)
    hash = sha256(content).digest()
    row = {
        "number": number,
        "period": report.period,
        "nth": nth,
        "as_of": to_micros(report.as_of),
        "known_at": to_micros(report.known_at),
        "sealed_at": to_micros(report.sealed_at),
        "note": report.note,
        "read_to": _written(report.read_to),
        "content": content,
        "hash": hash,
    }
    connection.execute(_SEAL, row)
    return number, hash.hex()


async def sealed_reports(snapshot: Snapshot) -> list[StoredReport]:
    """All sealed reports, in the order in which they were sealed."""
    return [_report_of(row) for row in await snapshot.rows("SELECT * FROM sealed ORDER BY sealed_at, number")]


async def sealed_report(snapshot: Snapshot, number: str) -> StoredReport | None:
    """The report of a number; None when there is none."""
    row = (await snapshot.rows("SELECT * FROM sealed WHERE number = :number", number=number)).one_or_none()
    return None if row is None else _report_of(row)


async def corrections_of(snapshot: Snapshot, number: str) -> list[StoredCorrection]:
    """The corrections of a report, the oldest first."""
    rows = await snapshot.rows("SELECT * FROM correction WHERE number = :number ORDER BY nth", number=number)
    return [_correction_of(row) for row in rows]


async def last_correction(snapshot: Snapshot, number: str) -> StoredCorrection | None:
    """The newest correction of a report; None when there is none."""
    sql = "SELECT * FROM correction WHERE number = :number ORDER BY nth DESC LIMIT 1"
    row = (await snapshot.rows(sql, number=number)).one_or_none()
    return None if row is None else _correction_of(row)


@value
class Watched:
    """What decides whether a report is to be compared: its instant, and up to where the journal was compared last."""

    number: str
    as_of: datetime
    read_to: ReadTo
    corrections: int


async def watched_reports(snapshot: Snapshot) -> list[Watched]:
    """Every report, without its content."""
    rows = await snapshot.rows(
        "SELECT sealed.number, sealed.as_of, sealed.read_to, last.nth, last.read_to AS corrected_to FROM sealed"
        " LEFT JOIN correction AS last ON last.number = sealed.number"
        " AND last.nth = (SELECT max(nth) FROM correction WHERE correction.number = sealed.number)"
        " ORDER BY sealed.sealed_at, sealed.number"
    )
    return [Watched(row.number, from_micros(row.as_of), _read(row.corrected_to or row.read_to), row.nth or 0) for row in rows]


def _report_of(row: Any) -> StoredReport:
    return StoredReport(
        number=row.number,
        period=row.period,
        as_of=from_micros(row.as_of),
        known_at=from_micros(row.known_at),
        sealed_at=from_micros(row.sealed_at),
        note=row.note,
        read_to=_read(row.read_to),
        content=_bytes(row.content),
        hash=_bytes(row.hash),
    )


def _correction_of(row: Any) -> StoredCorrection:
    return StoredCorrection(
        row.number, row.nth, from_micros(row.found_at), _read(row.read_to), _bytes(row.content), _bytes(row.hash)
    )


def _bytes(stored: bytes | str) -> bytes:
    """What lies in a column of bytes: SQLite lets somebody put text there, which is to be found out, not to stumble over."""
    return stored.encode() if isinstance(stored, str) else bytes(stored)


def _written(read_to: ReadTo) -> str:
    return json.dumps({str(partition): lines for partition, lines in sorted(read_to.items())})


def _read(said: str) -> ReadTo:
    return {int(partition): lines for partition, lines in json.loads(said).items()}
