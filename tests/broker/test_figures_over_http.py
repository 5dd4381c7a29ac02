"""Figures and lists on a real server: streams of whole documents, refusals with a reason."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from nats.errors import Error as NatsError

from contracts.figures import Figures
from services.web.service import Web
from shared.messaging.server import NatsServer
from shared.storage.engine import Database
from shared.storage.tracking import SqlTrackerStore
from shared.units import Units
from tests.support import databases, sample
from tests.support.deadline import eventually
from tests.support.drafts import Draft
from tests.support.stores import committed, taken
from tests.support.web import StandingClock, Stream, Surroundings, figures, opened, running, surroundings

STREAM: Final = "/api/v1/figures/stream"


@pytest.fixture
async def around(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Surroundings]:
    async with surroundings(tmp_path, nats_server) as found:
        yield found


def listening(client: httpx.AsyncClient, scope: str | None = None) -> AbstractAsyncContextManager[Stream]:
    return opened(client, STREAM if scope is None else f"{STREAM}?scope={scope}")


async def message(stream: Stream, within: float = 5) -> tuple[str, Figures]:
    """The id and the figures of the next message."""
    said = dict(line.split(": ", 1) for line in (await stream.event(within)).decode().splitlines())
    assert said["event"] == "figures", said
    return said["id"], Figures.model_validate_json(said["data"])


async def put(around: Surroundings, scope: str, closed: int, position: int) -> None:
    await around.bucket.put(scope, figures(closed, position).model_dump_json().encode())


async def test_a_stream_sends_the_newest_at_once_and_each_change_whole(around: Surroundings) -> None:
    await around.put(closed=1, position=7)
    async with running(around.web()) as client, listening(client) as one:
        assert await message(one) == ("0:7", figures(1, 7))
        await around.put(closed=2, position=8)
        assert await message(one, within=1) == ("0:8", figures(2, 8))
        async with listening(client, "all") as late:
            assert await message(late, within=1) == ("0:8", figures(2, 8))


async def test_a_stream_of_one_scope_is_told_of_no_other(around: Surroundings) -> None:
    await put(around, "family.complaint", 1, 1)
    await around.put(closed=100, position=1)
    async with running(around.web()) as client, listening(client, "family.complaint") as complaints:
        assert (await message(complaints))[1].counts.closed == 1
        await around.put(closed=200, position=2)
        await put(around, "unit.water", 300, 2)
        await put(around, "family.complaint", 2, 3)
        assert (await message(complaints, within=1))[1].counts.closed == 2


async def test_a_scope_of_which_nothing_was_published_yet_is_waited_for(around: Surroundings) -> None:
    async with running(around.web()) as client, listening(client, "unit.water") as stream:
        await put(around, "unit.water", 4, 1)
        assert (await message(stream))[1].counts.closed == 4


async def test_older_and_unreadable_figures_are_not_passed_on(around: Surroundings) -> None:
    await around.put(closed=5, position=5)
    async with running(around.web()) as client, listening(client) as stream:
        assert (await message(stream))[0] == "0:5"
        await around.put(closed=4, position=4)
        await around.bucket.put("all", b'{"scope":"all"}')
        await around.put(closed=6, position=6)
        assert (await message(stream))[0] == "0:6"


async def test_a_stream_goes_on_after_the_bus_was_away(around: Surroundings) -> None:
    await around.put(closed=1, position=1)
    async with running(around.web()) as client, listening(client) as stream:
        await message(stream)
        await around.nats.stop()
        await around.nats.start()

        async def stored() -> bool:
            # Our own connection may come back later than the page's.
            with contextlib.suppress(NatsError):
                await around.put(closed=2, position=2)
                return True
            return False

        await eventually(stored, within=20)
        assert (await message(stream, within=20))[0] == "0:2"


async def test_open_streams_do_not_delay_the_stop_and_are_forgotten_when_left(around: Surroundings) -> None:
    await around.put(closed=1, position=1)
    started, loop = asyncio.Event(), asyncio.get_running_loop()
    web = around.web()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(web.run(started))
        await asyncio.wait_for(started.wait(), 10)
        async with httpx.AsyncClient(base_url=web.url, trust_env=False) as client:

            async def open_streams(number: int) -> bool:
                return bool((await client.get("/health")).json()["streams"] == number)

            async with listening(client, "unit.water"), listening(client) as stream:
                await message(stream)
                await eventually(lambda: open_streams(2))
            await eventually(lambda: open_streams(0))
            async with listening(client, "unit.water"), listening(client) as stream:
                await message(stream)
                stopping = loop.time()
                serving.cancel()
                await asyncio.wait([serving])
                assert loop.time() - stopping < 2


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/figures?famly=complaint", "famly"),
        ("/api/v1/figures?as_of=yesterday", "as_of"),
        ("/api/v1/figures.csv?by=colour", "by"),
        ("/api/v1/tasks?as_of=2026-11-23", "measure"),
        ("/api/v1/tasks?measure=open&limit=0", "limit"),
        ("/api/v1/task?source=city", "number"),
        (f"{STREAM}?scope=unit.a.b", "scope"),
    ],
)
async def test_a_wrong_parameter_is_named_with_what_is_expected(around: Surroundings, path: str, parameter: str) -> None:
    async with running(around.web()) as client:
        answer = await client.get(path)
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, said["parameter"]) == (422, parameter)
    assert said["expected"]


async def test_while_the_store_is_away_every_question_is_answered_with_the_reason(around: Surroundings, tmp_path: Path) -> None:
    absent = Database(databases.sqlite_url(tmp_path / "absent"))
    web = Web(around.settings, absent, Units(), StandingClock(), 0)
    async with running(web) as client:
        data = [await client.get(f"/api/v1/{path}") for path in ("figures?co_units=0", "figures.csv", "tasks?measure=open")]
        page = await client.get("/tasks?measure=open")
    await absent.close()
    assert [(answer.status_code, list(answer.json())) for answer in data] == [(503, ["reason"])] * 3
    assert page.status_code == 503
    assert "暂时读不到数据" in page.text


async def test_a_list_and_its_task_are_read_from_the_store(around: Surroundings) -> None:
    store = SqlTrackerStore(around.database)
    await committed(store, Draft(await taken(store)).take(sample.register(title="<b>河道</b>"), sample.sign(sample.at(1))))
    async with running(around.web()) as client:
        counted = (await client.get("/api/v1/figures?unit=bureau")).json()
        listed = (await client.get(f"{counted['tasks']}open")).json()
        task = (await client.get(listed["tasks"][0]["href"])).json()
        absent = await client.get("/api/v1/task?source=city&number=none")
        page = await client.get("/tasks?measure=open&unit=bureau")
        wrong = await client.get("/tasks?measure=opened")
    assert counted["as_of"] == "2027-01-22T01:00:00Z", "without an instant it is now"
    assert (listed["total"], listed["weight"], listed["tasks"][0]["title"]) == (1, 1, "<b>河道</b>")
    assert [entry["fact"] for entry in task["timeline"]] == ["registered", "near-due", "signed"]
    assert (absent.status_code, absent.json()) == (404, {"reason": "there is no task none of city"})
    assert "&lt;b&gt;河道&lt;/b&gt;" in page.text
    assert "<script" not in page.text
    assert (wrong.status_code, "参数 measure 有误" in wrong.text) == (422, True)
    assert all("default-src 'none'" in answer.headers["content-security-policy"] for answer in (page, wrong, absent))


async def test_the_figures_of_now_follow_the_store_and_are_those_that_the_journal_adds_up_to(around: Surroundings) -> None:
    store = SqlTrackerStore(around.database)
    draft = await committed(
        store, Draft(await taken(store)).take(sample.register(unit="bureau", policy="reported", due=sample.at(5)))
    )
    async with running(around.web()) as client:
        for question in ("unit=bureau", "unit=bureau&from=2026-11-01&to=2026-12-01", "family=directive&from=2026-11-20"):
            now = (await client.get(f"/api/v1/figures?{question}")).json()
            then = (
                await client.get("/api/v1/figures", params=dict(httpx.QueryParams(question)) | {"as_of": now["as_of"]})
            ).json()
            assert (now["counts"]["open"], now["counts"]["overdue_open"]) == (1, 1)
            assert now == then
            for instant in ("", f"&as_of={now['as_of'].replace('+', '%2B')}"):
                some = (await client.get(f"/api/v1/figures?{question}&by=unit,period{instant}")).json()
                none = (await client.get(f"/api/v1/figures?{question}&by=none{instant}")).json()
                assert some["left_out"] == ["families", "sources", "categories", "enterprises"]
                assert none["left_out"] == ["families", "sources", "units", "categories", "enterprises", "periods"]
                for answer in (some, none):
                    assert all(not answer[field] for field in answer["left_out"])
                    assert all(answer[field] == now[field] for field in ("counts", "rates", "handling", "flow"))
                assert (some["units"], some["periods"]) == (now["units"], now["periods"])
        await committed(store, draft.take(sample.approve(sample.at(6))))
        after = (await client.get("/api/v1/figures?unit=bureau")).json()
    assert (after["counts"]["open"], after["counts"]["closed_late"]) == (0, 1)
    assert after["positions"]["0"] > now["positions"]["0"]
