"""Where clocks are put back at midnight the last hour of a day comes twice: what came in the second one is of that day, too."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from shared.domain.journal import journal_lines
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.domain.value import replace
from shared.figures.behind import tasks_behind
from shared.figures.document import Office, figures
from shared.figures.trend import trend
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.drafts import Draft
from tests.support.stores import UNTIL, taken

SANTIAGO: Final = ZoneInfo("America/Santiago")
OFFICE: Final = Office(Units(), "America/Santiago", SANTIAGO)
SECOND_TIME: Final = datetime(2024, 4, 7, 3, 30, tzinfo=UTC)
"""23:30 on 6 April, when it was midnight once before."""
DAY: Final = Question(datetime(2024, 5, 1, tzinfo=UTC), since=date(2024, 4, 6), until=date(2024, 4, 7))


@pytest.mark.damaged("its days are those of Santiago: a recount by those of Shanghai finds others")
async def test_the_day_holds_both_hours(database: Database) -> None:
    assert SECOND_TIME.astimezone(SANTIAGO).date() == date(2024, 4, 6)
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(SECOND_TIME))
    journal = journal_lines(None, draft.tasks[sample.MATTER], SANTIAGO)
    await store.commit(draft.lease, replace(draft.changes(), journal=journal), UNTIL)
    async with ReadStore(database).snapshot() as snapshot:
        found = await figures(snapshot, DAY, OFFICE)
        assert found.flow is not None
        assert (found.counts.received, found.flow.received) == (1, 1)
        assert len(await tasks_behind(snapshot, DAY, Measure.RECEIVED, OFFICE)) == 1
        (point,) = (await trend(snapshot, DAY, "day", OFFICE)).points
        assert (point.flow.received, point.counts.received, point.received_counts.received) == (1, 1, 1)
