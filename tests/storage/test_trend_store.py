"""A trend of what lies in the store, in several partitions and batches, on each kind of database."""

from datetime import date, timedelta

from shared.domain.matter import Matter
from shared.domain.question import Question
from shared.domain.value import replace
from shared.figures.document import Office, figures
from shared.figures.trend import spans_of, trend
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, SHANGHAI, at
from tests.support.stores import committed, taken

OFFICE = Office(Units(), "Asia/Shanghai", SHANGHAI)
DAY = date(2026, 11, 23)


async def test_a_trend_of_the_store_is_what_its_figures_are(database: Database) -> None:
    store = SqlTrackerStore(database)
    for partition in (0, 1):
        draft = Draft(await taken(store, partition))
        for number in range(40):
            matter = Matter(CITY, f"{partition}-{number}")
            unit = f"unit-{number % 3}"
            draft.take(about(matter, sample.register(at(number % 9), policy="reported", due=at(12), unit=unit)))
            if number % 4:
                draft.take(about(matter, sample.approve(at(number % 5 + 9))))
            if number % 10 == 9:
                draft = await committed(store, draft)
        await committed(store, draft)
    asked = Question(as_of=at(16), since=DAY + timedelta(days=1), until=DAY + timedelta(days=30), unit="unit-1")

    async with ReadStore(database).snapshot() as snapshot:
        found = await trend(snapshot, asked, "day", OFFICE)
        for span, point in zip(spans_of(asked, "day", OFFICE), found.points, strict=True):
            single = replace(asked, since=span.stretch.since, until=span.stretch.until)
            assert point.flow == (await figures(snapshot, single, OFFICE)).flow
            whole = replace(asked, since=None, until=None, as_of=span.judged_at)
            assert point.counts == (await figures(snapshot, whole, OFFICE)).counts

    assert len(found.points) == 16
    assert set(found.positions) == {"0", "1"}
    assert found.points[-1].counts.overdue_open > 0
    assert sum(point.flow.received for point in found.points) + found.points[0].flow.opening == found.points[-1].counts.received
