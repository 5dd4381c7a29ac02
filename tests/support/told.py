"""Whether every deadline was told exactly once: in the ledger, in the table of alerts and on the bus."""

from collections import Counter
from typing import Any

import orjson

from contracts import subjects
from shared.storage.audit import recount, verify
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from tests.support import tracking
from tests.support.deadline import eventually
from tests.support.sample import SHANGHAI
from tests.support.tracking import Outside

Key = tuple[str, str, int, str]
"""Number, clock, due-version and rung of an alert."""

_ALERTS = ("near-due", "overdue")


async def published(world: Outside) -> list[dict[str, Any]]:
    """Everything that lies in DUBAN_OUT, in order."""
    last = (await world.js.stream_info(subjects.STREAM_OUT)).state.last_seq
    found: list[dict[str, Any]] = []
    subscription = await world.js.subscribe(f"{subjects.facts_of(0)}", stream=subjects.STREAM_OUT, ordered_consumer=True)
    try:
        while len(found) < last:
            found.append(orjson.loads((await subscription.next_msg(timeout=10)).data))
    finally:
        await subscription.unsubscribe()
    return found


async def told_once(world: Outside, database: Database, wanted: set[Key], within: float) -> None:
    """Wait until so many deadlines are told; each is told once, nothing else is, and the books are in order."""

    async def all_claimed() -> bool:
        async with ReadStore(database).snapshot() as snapshot:
            return await snapshot.count("alert") >= len(wanted)

    await eventually(all_claimed, within)
    rows = await tracking.ledger(database)

    async def all_out() -> bool:
        return (await world.js.stream_info(subjects.STREAM_OUT)).state.messages >= len(rows)

    await eventually(all_out, within)
    facts = await published(world)
    assert [fact["position"] for fact in facts] == list(range(1, len(rows) + 1))
    for bodies in (facts, [orjson.loads(row.body) for row in rows]):
        assert Counter(map(_key, filter(_is_alert, bodies))) == Counter(wanted)
    async with ReadStore(database).snapshot() as snapshot:
        assert {(one.matter.number, one.clock, one.version, one.rung) for one in await snapshot.alerts(None)} == wanted
        assert (await recount(snapshot, SHANGHAI, lambda _: None)).differences == ()
        assert (await verify(snapshot, lambda _: None)).broken is None


def _is_alert(body: dict[str, Any]) -> bool:
    return body["type"].split(".")[2] in _ALERTS


def _key(body: dict[str, Any]) -> Key:
    data = body["data"]
    return body["subject"], data["clock"], data["version"], data["rung"]
