"""The database of a data folder, opened for reading beside or after whoever writes it, and its sums cell by cell."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from shared.domain.formula import Counts
from shared.domain.measure import Measure
from shared.domain.timeline import Account
from shared.figures.sums import Span, summed
from shared.storage.engine import Database
from shared.storage.reading import ReadStore, Snapshot

Cells = dict[tuple[str, ...], dict[str, int]]
"""What groups of accounts count: by the parts of their key, the measures that are not zero."""
_BETWEEN_PARTS = "\x1f"


@asynccontextmanager
async def snapshot_of(data: Path) -> AsyncIterator[Snapshot]:
    """One instant of the SQLite file of a data folder."""
    database = Database(f"sqlite+aiosqlite:///{data / 'duban.db'}")
    try:
        async with ReadStore(database).snapshot() as snapshot:
            yield snapshot
    finally:
        await database.close()


async def cells(
    snapshot: Snapshot,
    instants: Sequence[datetime],
    span: Span,
    key: Callable[[Account], tuple[str, ...]],
    words: Iterable[str],
) -> list[Cells]:
    """For each instant, in ascending order, some measures of the accounts of each key, of one pass over the journal."""
    sums = await summed(snapshot, instants, span, detail=False)
    wanted = [Measure[word.upper()] for word in words]

    def joined(account: Account) -> tuple[str]:
        return (_BETWEEN_PARTS.join(key(account)),)

    return [
        {
            tuple(name.split(_BETWEEN_PARTS)): counted
            for name, counts in sums.by(joined, at).items()
            if (counted := _named(counts, wanted))
        }
        for at in range(len(instants))
    ]


def _named(counts: Counts, wanted: Sequence[Measure]) -> dict[str, int]:
    return {measure.word: counts.tasks[measure] for measure in wanted if counts.tasks[measure]}
