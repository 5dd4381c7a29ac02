"""The figures of every scope are in the bucket soon after the journal changed, and a scope that did not change is left alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError

from contracts.figures import Figures
from services.statistics.service import Statistics
from shared.domain.command import Command
from shared.domain.matter import Matter
from shared.domain.value import replace
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.server import NatsServer
from shared.messaging.streams import stats_bucket
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import databases, sample
from tests.support.books import assert_kept
from tests.support.deadline import eventually
from tests.support.drafts import Draft, about
from tests.support.stores import committed, taken

UNITS = Units({"bureau": "生态环境局", "water": "水务局", "office": "办公室"}, {"water": "office"})
OTHER = about(Matter("county", "8"), sample.register(source="county", unit="water", due=sample.at(days=70)))


@dataclass
class SetClock:
    """Stands where a test puts it."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Scene:
    """A bucket, and a store that a test writes in its tracker's place."""

    database: Database
    client: Client
    bucket: Any
    settings: Settings
    clock: SetClock
    draft: Draft

    async def write(self, *commands: Command) -> None:
        """Commit a batch and tell of it, as a relay does."""
        self.draft = await committed(SqlTrackerStore(self.database), self.draft.take(*commands))
        await self.nudge()

    async def nudge(self) -> None:
        await self.client.publish("duban.out.0.test", b"{}")

    async def revisions(self) -> dict[str, int]:
        return {key: (await self.bucket.get(key)).revision for key in await self.bucket.keys()}

    async def figures(self, scope: str) -> Figures | None:
        try:
            return Figures.model_validate_json((await self.bucket.get(scope)).value)
        except KeyNotFoundError:
            return None

    async def received(self, scope: str, number: int) -> Figures:
        """The figures of a scope once so many were received."""

        async def there() -> Figures | None:
            found = await self.figures(scope)
            return found if found is not None and found.counts.received == number else None

        found = await eventually(there, within=20)
        assert found is not None
        return found


@pytest.fixture
async def scene(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Scene]:
    settings = Settings(data=tmp_path, nats_url=nats_server.url)
    broker = make_broker(nats_server.url, "test")
    client, js = await connect(broker, nats_server.url)
    try:
        async with databases.migrated(databases.sqlite_url(tmp_path)) as database:
            draft = Draft(await taken(SqlTrackerStore(database)))
            yield Scene(database, client, await stats_bucket(js), settings, SetClock(sample.at(days=60)), draft)
            await assert_kept(database, damaged=False)
    finally:
        await stop(broker, client)


@asynccontextmanager
async def publishing(scene: Scene) -> AsyncIterator[None]:
    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(Statistics(scene.settings, scene.database, UNITS, scene.clock).run(started))
        await asyncio.wait_for(started.wait(), 10)
        yield
        running.cancel()


async def test_before_anything_was_received_there_are_figures_of_nothing(scene: Scene) -> None:
    async with publishing(scene):
        found = await scene.received("all", 0)
    assert (found.counts.open, found.rates.closure.value, found.periods) == (0, None, ())


async def test_every_scope_has_its_groups_and_months(scene: Scene) -> None:
    await scene.write(sample.register(), OTHER)
    async with publishing(scene):
        for scope, number in {
            "all": 2,
            "family.directive": 2,
            "source.city": 1,
            "source.county": 1,
            "unit.bureau": 1,
            "unit.water": 1,
            "unit.office": 1,
        }.items():
            found = await scene.received(scope, number)
            assert found.scope == scope
            assert [period.key for period in found.periods] == ["2026-11"], scope
            assert found.as_of == scene.clock.at
    assert [unit.key for unit in found.units] == ["water", "office"]


async def test_only_what_changed_is_published_again(scene: Scene) -> None:
    await scene.write(sample.register(), OTHER)
    async with publishing(scene):
        await scene.received("unit.office", 1)
        before = await scene.revisions()
        await scene.write(about(Matter("county", "9"), sample.register(source="county", unit="water")))
        await scene.received("unit.office", 2)
        after = await scene.revisions()
    same = {scope for scope, revision in before.items() if after[scope] == revision}
    assert same - {"heads"} == {"source.city", "unit.bureau"}


async def test_a_due_that_passes_is_published_without_a_word(scene: Scene) -> None:
    await scene.write(OTHER)
    async with publishing(scene):
        assert (await scene.received("unit.water", 1)).counts.overdue_open == 0
        scene.clock.at = sample.at(days=70) + timedelta(microseconds=1)
        await scene.nudge()

        async def overdue() -> bool:
            found = await scene.figures("unit.water")
            return found is not None and found.counts.overdue_open == 1

        assert await eventually(overdue, within=20)


async def test_more_enterprises_than_one_message_holds_do_not_stop_the_figures(scene: Scene) -> None:
    said = [replace(sample.register(), enterprise=(f"企业{nth:04}",)) for nth in range(600)]
    await scene.write(*(about(Matter("city", str(nth)), one) for nth, one in enumerate(said)))
    async with publishing(scene):
        found = await scene.received("all", 600)
        assert (found.left_out, found.enterprises) == (("enterprises",), ())
        assert sum(unit.counts.received for unit in found.units) == 600
        assert (await scene.received("unit.bureau", 600)).left_out == ("enterprises",)
