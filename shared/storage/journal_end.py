"""The end of the journal: how far it goes, what came since a place in it, and which tasks did."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from shared.codec.facts import decode_fact
from shared.codec.journal import CHUNK_LINES, LINE
from shared.domain.fact import Entry
from shared.domain.matter import Matter
from shared.domain.value import value
from shared.storage.instants import from_micros
from shared.storage.reading import Snapshot


@value
class End:
    """How far the journal of a partition goes."""

    lines: int
    known_at: datetime
    """When its last line became known."""


async def journal_ends(snapshot: Snapshot) -> dict[int, End]:
    """Where the journal of each partition ends; a partition without lines is left out."""
    rows = await snapshot.rows(
        "SELECT partition, chunk, lines, body FROM journal WHERE (partition, chunk) IN"
        " (SELECT partition, max(chunk) FROM journal GROUP BY partition)"
    )
    ends = {}
    for row in rows:
        last = LINE.unpack_from(row.body, (row.lines - 1) * LINE.size)
        ends[row.partition] = End(row.chunk * CHUNK_LINES + row.lines, from_micros(last[1]))
    return ends


async def earliest_since(snapshot: Snapshot, read_to: Mapping[int, int]) -> datetime | None:
    """The earliest instant whose counts were changed by lines after a place in each partition; None when there are none.

    A partition that is not named is read from its start. Whole chunks tell it without being read.
    """
    earliest: int | None = None
    partitions = [row.partition for row in await snapshot.rows("SELECT partition FROM partition")]
    for partition in partitions:
        chunk, line = divmod(read_to.get(partition, 0), CHUNK_LINES)
        terms = {"partition": partition, "chunk": chunk}
        body = (
            await snapshot.rows("SELECT body FROM journal WHERE partition = :partition AND chunk = :chunk", **terms)
        ).scalar_one_or_none()
        later = "SELECT min(first_at) FROM journal WHERE partition = :partition AND chunk > :chunk"
        found = [one[0] for one in LINE.iter_unpack(bytes(body)[line * LINE.size :])] if body is not None else []
        following = (await snapshot.rows(later, **terms)).scalar_one()
        earliest = min((at for at in (earliest, following, *found) if at is not None), default=None)
    return None if earliest is None else from_micros(earliest)


async def changed_since(
    snapshot: Snapshot, positions: Mapping[int, int]
) -> AsyncIterator[tuple[Matter, Sequence[Entry], Sequence[Entry]]]:
    """Each matter with facts after a ledger position, with its facts up to there, and all of them."""
    touched: set[Matter] = set()
    for partition in await snapshot.positions():
        rows = await snapshot.rows(
            "SELECT DISTINCT owner, number FROM ledger WHERE partition = :partition AND position > :position",
            partition=partition,
            position=positions.get(partition, 0),
        )
        touched |= {Matter(row.owner, row.number) for row in rows}
    for matter in sorted(touched):
        rows = await snapshot.rows(
            "SELECT partition, position, body FROM ledger WHERE owner = :owner AND number = :number ORDER BY partition, position",
            owner=matter.owner,
            number=matter.number,
        )
        told = [(row.position <= positions.get(row.partition, 0), decode_fact(row.body)) for row in rows]
        yield matter, [entry for before, entry in told if before], [entry for _, entry in told]
