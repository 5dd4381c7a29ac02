"""The statistics service seals on request, and publishes what late facts change in a sealed report, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text

from contracts import subjects
from contracts.sealed import Correction, LedgerHeads, SealAnswer, SealRequest
from services.statistics.service import Statistics
from shared.domain.matter import Matter
from shared.messaging.streams import stats_bucket
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.sealing import corrections_of, sealed_report, sealed_reports
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import sample
from tests.support.databases import migrated, sqlite_url
from tests.support.deadline import eventually
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, at
from tests.support.stores import committed, taken

AS_OF = at(5)
NUMBER = "2026H2-1"


class StandingClock:
    def now(self) -> datetime:
        return at(9)


class Listener:
    """Somebody who hears everything on the feed, and asks."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.corrections: list[Correction] = []
        self.heads: list[LedgerHeads] = []

    async def listen(self) -> None:
        async def corrected(message: Msg) -> None:
            self.corrections.append(Correction.model_validate_json(message.data))

        async def headed(message: Msg) -> None:
            self.heads.append(LedgerHeads.model_validate_json(message.data))

        await self.client.subscribe(subjects.stats(subjects.correction_scope(NUMBER)), cb=corrected)
        await self.client.subscribe(subjects.stats(subjects.HEADS_SCOPE), cb=headed)
        await self.client.flush()

    async def seal(self, request: SealRequest) -> SealAnswer:
        answer = await self.client.request(subjects.SEAL, request.model_dump_json().encode(), timeout=10)
        return SealAnswer.model_validate_json(answer.data)

    async def turns(self) -> int:
        """How often a service was heard to end its first turn: the heads of the ledger are the last that it says in it."""
        await self.client.flush()
        return len(self.heads)

    async def wake(self) -> None:
        """Say that there was a fact, as the relay does."""
        await self.client.publish("duban.out.0.bureau.directive.approved", b"{}")


@pytest.fixture
async def listener(nats_url: str) -> AsyncIterator[Listener]:
    client = await nats.connect(nats_url)
    listener = Listener(client)
    await listener.listen()
    yield listener
    await client.close()


@asynccontextmanager
async def statistics(database: Database, nats_url: str) -> AsyncIterator[None]:
    """The service, until the end of the context."""
    started = asyncio.Event()
    service = Statistics(Settings(nats_url=nats_url), database, Units(), StandingClock())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(service.run(started))
        await asyncio.wait_for(started.wait(), 10)
        yield
        running.cancel()


@pytest.fixture
async def draft(database: Database) -> Draft:
    """A matter in hand; this process is the one that writes."""
    database.lock()
    store = SqlTrackerStore(database)
    return await committed(store, Draft(await taken(store)).take(sample.register(policy="reported", due=at(10))))


async def added(database: Database, draft: Draft, closed_at: datetime) -> Draft:
    """The closing of the matter, as it becomes known late."""
    return await committed(SqlTrackerStore(database), draft.take(sample.approve(closed_at), now=at(10)))


async def stored(database: Database) -> list[int]:
    async with ReadStore(database).snapshot() as snapshot:
        return [one.nth for one in await corrections_of(snapshot, NUMBER)]


async def test_a_running_service_seals_on_request_and_says_why_it_does_not(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async with statistics(database, nats_url):
        answer = await listener.seal(SealRequest(period="2026H2", as_of=AS_OF, note="半年报告"))
        refused = await listener.seal(SealRequest(period="2026H2", as_of=at(30)))
        strange = await listener.client.request(subjects.SEAL, b"seal it", timeout=10)

    assert (answer.number, answer.refused) == (NUMBER, None)
    async with ReadStore(database).snapshot() as snapshot:
        report = await sealed_report(snapshot, NUMBER)
    assert report is not None
    assert (report.hash.hex(), report.note, report.sealed_at) == (answer.hash, "半年报告", at(9))
    assert (refused.number, "still to come" in (refused.refused or "")) == (None, True)
    assert "no request to seal" in (SealAnswer.model_validate_json(strange.data).refused or "")


async def test_a_late_closing_is_published_once_with_both_values_and_a_restart_says_nothing_more(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async with statistics(database, nats_url):
        answer = await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
        await added(database, draft, closed_at=at(4))
        await listener.wake()

        async def corrected() -> bool:
            return bool(listener.corrections)

        await eventually(corrected, within=10)
    assert await stored(database) == [1]
    bucket = await stats_bucket(listener.client.jetstream())
    entry = await bucket.get(subjects.correction_scope(NUMBER))
    [correction] = listener.corrections
    assert Correction.model_validate_json(entry.value) == correction
    assert (correction.number, correction.nth, correction.sealed_hash) == (NUMBER, 1, answer.hash)
    changed = {one.figure: (one.sealed, one.now) for one in correction.changes if one.dimension is None}
    assert changed["counts.closed"] == (0, 1)
    assert changed["counts.open"] == (1, 0)
    assert changed["rates.closure.value"] == (0.0, 1.0)

    before = await listener.turns()
    async with statistics(database, nats_url):

        async def looked() -> bool:
            return len(listener.heads) > before

        await eventually(looked, within=10)
    await listener.client.flush()
    assert (await stored(database), len(listener.corrections)) == ([1], 1)
    assert (await bucket.get(subjects.correction_scope(NUMBER))).revision == entry.revision


async def test_what_was_stored_and_not_published_is_published_at_the_next_start(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async with statistics(database, nats_url):
        await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
        await added(database, draft, closed_at=at(4))
        await listener.wake()

        async def corrected() -> int:
            return len(listener.corrections)

        await eventually(corrected, within=10)
    await (await stats_bucket(listener.client.jetstream())).delete(subjects.correction_scope(NUMBER))

    async with statistics(database, nats_url):

        async def again() -> bool:
            return await corrected() == 2

        await eventually(again, within=10)
    assert listener.corrections[0] == listener.corrections[1]
    assert await stored(database) == [1]


async def test_what_happened_after_the_instant_of_a_report_corrects_nothing(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async with statistics(database, nats_url):
        await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
        await added(database, draft, closed_at=at(6))

    before = await listener.turns()
    async with statistics(database, nats_url):

        async def looked() -> bool:
            return len(listener.heads) > before

        await eventually(looked, within=10)
    assert (await stored(database), listener.corrections) == ([], [])


async def test_a_second_correction_is_whole_and_takes_the_place_of_the_first(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async def told(nth: int) -> Correction:
        async def there() -> list[Correction]:
            return listener.corrections[nth - 1 :]

        return (await eventually(there, within=15))[0]

    async with statistics(database, nats_url):
        await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
        later = await added(database, draft, closed_at=at(4))
        await listener.wake()
        await told(1)
        other = about(Matter(CITY, "late"), sample.register(at(3), policy="reported"))
        await committed(SqlTrackerStore(database), later.take(other, now=at(11)))
        await listener.wake()
        second = await told(2)
    changed = {one.figure: (one.sealed, one.now) for one in second.changes if one.dimension is None}
    assert changed["counts.received"] == (1, 2)
    assert changed["counts.closed"] == (0, 1)
    assert (second.nth, await stored(database)) == (2, [1, 2])


async def test_a_report_that_somebody_changed_is_not_corrected(
    database: Database, draft: Draft, nats_url: str, listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    async with statistics(database, nats_url):
        await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
    await database.write(lambda connection: connection.execute(text("UPDATE sealed SET note = 'another'")))
    await added(database, draft, closed_at=at(4))
    before = await listener.turns()
    async with statistics(database, nats_url):

        async def looked() -> bool:
            return len(listener.heads) > before

        await eventually(looked, within=10)
    assert (await stored(database), listener.corrections) == ([], [])
    assert "statistics.sealed_report_broken" in capsys.readouterr().out


async def test_who_does_not_hold_the_lock_of_the_file_writes_nothing_to_it(
    tmp_path: Path, nats_url: str, listener: Listener
) -> None:
    async with migrated(sqlite_url(tmp_path)) as database, statistics(database, nats_url):
        answer = await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))
        async with ReadStore(database).snapshot() as snapshot:
            assert await sealed_reports(snapshot) == []
    assert "another process does" in (answer.refused or "")


async def test_the_heads_of_the_ledger_go_out_at_a_start_and_not_again_on_the_same_day(
    database: Database, draft: Draft, nats_url: str, listener: Listener
) -> None:
    async with statistics(database, nats_url):
        await listener.seal(SealRequest(period="2026H2", as_of=AS_OF))

        async def headed() -> bool:
            return bool(listener.heads)

        await eventually(headed, within=10)
        await added(database, draft, closed_at=at(4))
        await listener.wake()

        async def corrected() -> bool:
            return bool(listener.corrections)

        await eventually(corrected, within=10)
    async with ReadStore(database).snapshot() as snapshot:
        [first] = [row async for row in snapshot.ledger()][:1]
    [heads] = listener.heads
    assert (heads.at, heads.heads) == (at(9), {"0": (1, first.hash.hex())})
