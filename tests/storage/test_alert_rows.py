"""One alert for (task, clock, due-version, rung), whatever happens to it."""

from shared.domain.clock import ClockName
from shared.domain.fact import AlertWithdrawn, AnyFact, Entry, NearDue, Overdue
from shared.ports import AlertRecord
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.drafts import Draft
from tests.support.sample import MATTER, START, at
from tests.support.stores import committed, taken

DUE = at(5)
NEAR = NearDue(at(2), ClockName.FINISH, 1, "near-3cd", DUE)
OVERDUE = Overdue(DUE, ClockName.FINISH, 1, "overdue", DUE)
WITHDRAWN = AlertWithdrawn(at(6), ClockName.FINISH, 1, "overdue")


def on_record(kind: str, fact: NearDue | Overdue, withdrawn: AlertWithdrawn | None = None) -> AlertRecord:
    at_ = None if withdrawn is None else withdrawn.at
    return AlertRecord(MATTER, fact.clock, fact.version, fact.rung, kind, fact.at, fact.due, at_)


async def alerts_after(database: Database, *batches: list[AnyFact]) -> list[AlertRecord]:
    """The alert table after batches of facts, one commit each."""
    store = SqlTrackerStore(database)
    draft = await committed(store, Draft(await taken(store)).take(sample.register(due=DUE)))
    for facts in batches:
        draft.write(MATTER, [Entry(MATTER, None, fact) for fact in facts], START)
        draft = await committed(store, draft)
    async with ReadStore(database).snapshot() as snapshot:
        return await snapshot.alerts(None)


async def test_an_alert_is_raised_with_its_instant_and_its_due(database: Database) -> None:
    assert await alerts_after(database, [NEAR], [OVERDUE]) == [on_record("near", NEAR), on_record("overdue", OVERDUE)]


async def test_an_alert_is_withdrawn_by_a_later_batch(database: Database) -> None:
    assert await alerts_after(database, [OVERDUE], [WITHDRAWN]) == [on_record("overdue", OVERDUE, WITHDRAWN)]


async def test_an_alert_may_be_raised_and_withdrawn_in_one_batch(database: Database) -> None:
    assert await alerts_after(database, [OVERDUE, WITHDRAWN]) == [on_record("overdue", OVERDUE, WITHDRAWN)]


async def test_a_withdrawn_alert_that_holds_again_is_the_same_alert(database: Database) -> None:
    assert await alerts_after(database, [OVERDUE], [WITHDRAWN], [OVERDUE]) == [on_record("overdue", OVERDUE)]


async def test_an_alert_withdrawn_and_raised_again_in_one_batch_holds(database: Database) -> None:
    assert await alerts_after(database, [OVERDUE], [WITHDRAWN, OVERDUE]) == [on_record("overdue", OVERDUE)]


async def test_an_alert_of_a_corrected_clock_is_listed_at_its_own_instant(database: Database) -> None:
    moved = Overdue(at(4), ClockName.FINISH, 1, "overdue", at(4))
    assert await alerts_after(database, [OVERDUE], [WITHDRAWN, moved]) == [on_record("overdue", moved)]


async def test_alerts_can_be_listed_by_kind(database: Database) -> None:
    await alerts_after(database, [NEAR, OVERDUE])

    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.alerts("near") == [on_record("near", NEAR)]
        assert await snapshot.alerts("overdue") == [on_record("overdue", OVERDUE)]
