"""`duban replay`: history through the same path as live events, on a clock that the events' own times drive."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Final

import orjson
import typer
from nats.aio.subscription import Subscription

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, instant, output, print_json, progress, settings_for
from services.cli.feed import EventsFile, client_of, lines_of, publish_all
from services.cli.installation import installed
from services.cli.place import make_folder
from services.cli.run import run_until_signalled
from services.tracker.service import Tracker
from shared.clock import ReplayClock
from shared.codec.receipts import decode_receipt
from shared.domain.matter import DUBAN
from shared.observability import configure_logging
from shared.settings import Settings

RECEIPTS_SECONDS: Final = 5.0
"""How long to wait for receipts still on the way when everything is processed; they are counted for the summary only."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(replay)


def replay(
    file: EventsFile,
    data: DataOption = DEFAULT_DATA,
    until: Annotated[
        str | None, typer.Option("--until", help="Replay no later events, and drive the clocks to this instant.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay events of the past, in the order of the file.

    They go over NATS through the tracker as live ones do; alerts are recorded at their historical instants and nobody is
    notified. After an interruption, run it again: what was taken is known. Exit 1 when any event was rejected.

    Example: `duban replay 2011q3.jsonl --data ./history --until 2011-10-01`
    """
    configure_logging()
    settings = settings_for(data)
    make_folder(settings.data)
    ended = Counter[str]()
    run_until_signalled(_replay(settings, lines_of(file), instant(until, settings.zone), ended))
    if as_json:
        print_json(ended)
    else:
        output.print(" · ".join(f"{kind} {count}" for kind, count in ended.items()), highlight=False)
    raise typer.Exit(1 if ended["rejected"] or not ended["finished"] else 0)


async def _replay(settings: Settings, lines: list[bytes], until: datetime | None, ended: Counter[str]) -> None:
    history = [line for line in lines if until is None or _not_after(line, until)]
    clock = ReplayClock()
    async with installed(settings) as installation, asyncio.TaskGroup() as group:
        tracker = Tracker(installation.settings, installation.database, installation.rulebook, clock, installation.holder)
        started = asyncio.Event()
        tracking = group.create_task(tracker.run(started))
        await started.wait()
        await _feed(installation.settings, tracker, history, ended)
        await tracker.drive_to(clock.now() if until is None else until)
        await tracker.published()
        ended["finished"] = 1
        tracking.cancel()


async def _feed(settings: Settings, tracker: Tracker, lines: list[bytes], ended: Counter[str]) -> None:
    """Publish the lines and wait until the tracker has answered everything that the stream holds."""
    assert settings.nats_url is not None
    async with client_of(settings.nats_url) as client:
        receipts = await client.subscribe("duban.receipts.>", pending_msgs_limit=-1, pending_bytes_limit=-1)
        await client.flush()
        with progress("events") as bar:
            job = bar.add_task("replaying", total=len(lines))
            async with asyncio.TaskGroup() as group:
                counting = group.create_task(_count(receipts, ended, len(lines), lambda: bar.advance(job)))
                for chunk in at_splits(lines):
                    await publish_all(client, chunk, lambda *_: ended.update(["rejected"]))
                    await tracker.idle()
                await asyncio.wait([counting], timeout=RECEIPTS_SECONDS)
                counting.cancel()


def at_splits(lines: list[bytes]) -> Iterator[list[bytes]]:
    """The lines in pieces, each of which ends where something follows for other tasks: at a split, and at what is said of a part.
    What follows is published by the tracker, and a replay's clock must not run on before it.
    """
    parts: set[tuple[str, str]] = set()
    piece: list[bytes] = []
    for line in lines:
        piece.append(line)
        if parts or b".split." in line:
            made, about = _parts_of(line)
            parts |= made
            if made or about in parts:
                yield piece
                piece = []
    if piece or not lines:
        yield piece


def _parts_of(line: bytes) -> tuple[set[tuple[str, str]], tuple[str, str] | None]:
    """The parts that an event makes, and the matter that it is about; nothing for what cannot be read."""
    try:
        event = orjson.loads(line)
        owner, number = event.get("owner") or event["source"], event["subject"]
        if event["type"] != "duban.task.split.v1":
            return set(), (owner, number)
        first, parts = event["data"].get("first", 1), event["data"]["parts"]
        return {(owner, f"{number}/{one}") for one in range(first, first + len(parts))}, (owner, number)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return set(), None


async def _count(receipts: Subscription, ended: Counter[str], expected: int, tick: Callable[[], None]) -> None:
    async for message in receipts.messages:
        receipt = decode_receipt(message.data)
        if receipt.source == DUBAN:
            continue  # what followed from the events by itself
        ended[receipt.outcome] += 1
        tick()
        if ended.total() >= expected:
            return


def _not_after(line: bytes, until: datetime) -> bool:
    """Whether an event is of the history up to an instant; what cannot be read is for the tracker to reject."""
    try:
        return datetime.fromisoformat(orjson.loads(line)["time"]) <= until
    except (ValueError, KeyError, TypeError):
        return True
