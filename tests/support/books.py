"""What every test leaves behind: tasks and journal that a recount from the ledger finds again."""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from shared.storage.audit import Recount, recount
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support.databases import opened, sqlite_url
from tests.support.sample import SHANGHAI

FEW_ROWS: Final = 20_000
"""So many rows of a ledger are recounted in a moment."""


async def recounted(database: Database, zone: tzinfo = SHANGHAI) -> Recount:
    """A recount of a database in one snapshot."""
    async with ReadStore(database).snapshot() as snapshot:
        return await recount(snapshot, zone, lambda _: None)


async def assert_kept(database: Database, *, damaged: bool) -> None:
    """Fail unless the books of a database are clean, or damaged where a test says so."""
    found = await recounted(database)
    if damaged:
        assert found.differences, "the test is marked as damaged, but its books are clean"
    else:
        assert not found.differences, found.differences[:5]


def assert_kept_in(data: Path, env: Mapping[str, str]) -> None:
    """The same of a data folder on which nothing runs any more, with the office's zone of that environment. A ledger elsewhere or
    a long one is left alone.
    """
    if "DUBAN_DATABASE_URL" in env or not 0 < _ledger_rows(data / "duban.db") <= FEW_ROWS:
        return
    zone = ZoneInfo(env.get("DUBAN_TIMEZONE", "Asia/Shanghai"))

    async def counted() -> Recount:
        async with opened(sqlite_url(data)) as database:
            return await recounted(database, zone)

    # A thread, because the test may be inside a loop already.
    with ThreadPoolExecutor(1) as beside:
        found = beside.submit(asyncio.run, counted()).result()
    assert not found.differences, found.differences[:5]


def _ledger_rows(file: Path) -> int:
    """How many rows its ledger has; none where there is no file, or no ledger yet."""
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone()
        return int(connection.execute("SELECT count(*) FROM ledger").fetchone()[0]) if there else 0
