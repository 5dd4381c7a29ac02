"""Sealing: the figures of a period are frozen under a number, with the hash of their bytes."""

from datetime import datetime
from typing import Final

import orjson
from pydantic import BaseModel, ValidationError

from contracts.figures import Figures
from contracts.sealed import SealAnswer, SealedReport, SealRequest
from shared.domain.question import Question
from shared.figures.document import Office, figures, midnight
from shared.figures.period import read_period
from shared.storage.engine import Database
from shared.storage.journal_end import journal_ends
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.sealing import SealStore, StoredReport, ToSeal

MOST_NOTE: Final = 2000
"""Characters of a note."""


class NotSealable(ValueError):
    """The report cannot be sealed as asked; the message says why."""


async def seal(database: Database, office: Office, request: SealRequest, now: datetime) -> SealAnswer:
    """Seal the figures of a period as known now, judged at `as_of` or, without one, at the end of the period.

    Raises BadPeriod, NotSealable, NotStored.
    """
    period = read_period(request.period)
    end = midnight(period.until, office.zone)
    as_of = request.as_of or min(end, now)
    if as_of > now:
        raise NotSealable(f"{as_of.isoformat()} is still to come: what is sealed must be known")
    if as_of < midnight(period.since, office.zone):
        raise NotSealable(f"{as_of.isoformat()} lies before {request.period}: there is nothing to seal")
    if len(request.note) > MOST_NOTE or "\0" in request.note:
        raise NotSealable(f"a note is text of at most {MOST_NOTE} characters")
    async with ReadStore(database).snapshot() as snapshot:
        ends = await journal_ends(snapshot)
        # Writers' clocks may run ahead of ours: what this snapshot holds was known by the instant that the report names.
        known_at = max(now, *(one.known_at for one in ends.values())) if ends else now
        question = Question(as_of=as_of, known_at=known_at, since=period.since, until=period.until)
        document = await figures(snapshot, question, office)
        heads = {str(p): (position, head.hex()) for p, (position, head) in sorted((await snapshot.heads()).items())}

    def content(number: str) -> bytes:
        return canonical(
            SealedReport(
                number=number,
                period=request.period,
                as_of=as_of,
                known_at=known_at,
                sealed_at=now,
                note=request.note,
                heads=heads,
                figures=document,
            )
        )

    read_to = {partition: one.lines for partition, one in ends.items()}
    number, hash = await SealStore(database).seal(ToSeal(request.period, as_of, known_at, now, request.note, read_to, content))
    return SealAnswer(number=number, hash=hash)


def canonical(document: BaseModel) -> bytes:
    """A document as bytes that are the same for equal documents: sorted keys, no white space."""
    return orjson.dumps(document.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def broken(stored: StoredReport) -> str | None:
    """Why a stored report is not what was sealed; None when it is."""
    if not stored.holds:
        return "its bytes do not give its hash"
    try:
        said = SealedReport.model_validate_json(stored.content)
    except ValidationError:
        return "its bytes are no sealed report"
    columns = (stored.number, stored.period, stored.as_of, stored.known_at, stored.sealed_at, stored.note)
    if columns != (said.number, said.period, said.as_of, said.known_at, said.sealed_at, said.note):
        return "its columns are not what its bytes say"
    return None


def read_report(stored: StoredReport) -> SealedReport:
    """What was sealed. Raises ValidationError for bytes that are none of ours."""
    return SealedReport.model_validate_json(stored.content)


async def figures_now(snapshot: Snapshot, report: SealedReport, office: Office) -> Figures:
    """The answer to a sealed report's question as known now."""
    asked = report.figures.asked
    return await figures(snapshot, Question(as_of=report.as_of, since=asked.received_from, until=asked.received_to), office)


def positions_of(report: SealedReport) -> dict[int, int]:
    """The ledger positions that a report is true for."""
    return {int(partition): position for partition, position in report.figures.positions.items()}
