"""`duban push`: publishes events over NATS and waits for the answer to each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import nats
import orjson
import typer
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NoStreamResponseError
from rich.table import Table

from contracts import subjects
from contracts.receipt import Reason, Receipt
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, progress, settings_for
from services.cli.place import nats_url
from shared.codec.events import digest
from shared.codec.receipts import decode_receipt
from shared.messaging.atomic import MOST_BYTES, MOST_MESSAGES, publish_atomically
from shared.messaging.broker import NatsUnreachable
from shared.settings import Settings

MOST_LINE_BYTES: Final = 1000 * 1000
"""A little under the server's max_payload, which counts headers, too."""
MOST_SUBJECT_BYTES: Final = 3500
"""A little under the server's max_control_line; it ends the connection of whoever sends a longer one."""
SHOWN: Final = 20
EventsFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="One CloudEvents event a line.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(push)


def push(
    file: EventsFile,
    data: DataOption = DEFAULT_DATA,
    patience: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for answers after the last one.")] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Publish events and wait for the receipt of each.

    Exit 1 when any was rejected or not answered. Pushing a file again is harmless: what was taken is answered as duplicate.

    Example: `duban push directives.jsonl`
    """
    settings = settings_for(data)
    pushed = asyncio.run(push_lines(settings, lines_of(file), patience))
    if as_json:
        print_json(pushed.summary())
    else:
        _show(pushed)
    raise typer.Exit(0 if pushed.is_clean else 1)


def lines_of(file: Path) -> list[bytes]:
    """The lines of a file that are not blank, as they stand."""
    return [line for line in file.read_bytes().splitlines() if line.strip()]


class Pushed:
    """What became of each line."""

    def __init__(self, lines: list[bytes]) -> None:
        self._waiting = Counter(digest(line) for line in lines)
        self._line_of = {digest(line): number for number, line in reversed(list(enumerate(lines, 1)))}
        self.total = len(lines)
        self.answers: list[tuple[int, Receipt]] = []
        self.refused: list[tuple[int, str]] = []

    def answered(self, receipt: Receipt) -> bool:
        """Note a receipt; False when it answers none of our lines."""
        if not self._waiting[receipt.digest]:
            return False
        self._waiting[receipt.digest] -= 1
        self.answers.append((self._line_of[receipt.digest], receipt))
        return True

    def refuse(self, line: bytes, why: str) -> None:
        """Note a line that the server did not take."""
        self._waiting[digest(line)] -= 1
        self.refused.append((self._line_of[digest(line)], why))

    @property
    def outcomes(self) -> Counter[str]:
        """How many lines ended how."""
        counted = Counter[str](receipt.outcome for _, receipt in self.answers)
        counted["rejected"] += len(self.refused)
        counted["unanswered"] = self.total - counted.total()
        return counted

    @property
    def is_clean(self) -> bool:
        """Whether every line was taken or known."""
        return not (self.outcomes["rejected"] or self.outcomes["unanswered"])

    def remarks(self) -> list[dict[str, Any]]:
        """The lines that deserve a look, with the reasons."""
        noted = [
            {
                "line": line,
                "id": receipt.id,
                "subject": receipt.subject,
                "outcome": receipt.outcome,
                "reasons": [reason.model_dump() for reason in (*receipt.reasons, *receipt.warnings)],
            }
            for line, receipt in self.answers
            if receipt.outcome in {"parked", "rejected"} or receipt.warnings
        ]
        refused = [
            {
                "line": line,
                "id": None,
                "subject": None,
                "outcome": "rejected",
                "reasons": [Reason(path="$", message=why).model_dump()],
            }
            for line, why in self.refused
        ]
        return sorted((*noted, *refused), key=lambda remark: remark["line"])

    def summary(self) -> dict[str, Any]:
        """The whole as JSON."""
        kinds = ("accepted", "duplicate", "parked", "rejected", "unanswered")
        return {"pushed": self.total, **{kind: self.outcomes[kind] for kind in kinds}, "remarks": self.remarks()}


async def push_lines(settings: Settings, lines: list[bytes], patience: float) -> Pushed:
    """Publish lines, then wait for receipts, for each at most `patience` seconds. Raises NothingRunning, NatsUnreachable."""
    pushed = Pushed(lines)
    async with client_of(nats_url(settings)) as client:
        receipts = await client.subscribe("duban.receipts.>", pending_msgs_limit=-1, pending_bytes_limit=-1)
        await client.flush()
        with progress("events") as bar:
            job = bar.add_task("pushing", total=pushed.total)
            async with asyncio.TaskGroup() as group:
                group.create_task(publish_all(client, lines, pushed.refuse))
                async for _ in _answers(receipts, pushed, patience):
                    bar.update(job, completed=pushed.total - pushed.outcomes["unanswered"])
    return pushed


async def _answers(receipts: Subscription, pushed: Pushed, patience: float) -> AsyncIterator[Receipt]:
    """Receipts of our lines until all are answered, or none came for so long."""
    while pushed.outcomes["unanswered"]:
        try:
            receipt = decode_receipt((await receipts.next_msg(timeout=patience)).data)
        except (NatsTimeout, ConnectionClosedError):
            return
        if pushed.answered(receipt):
            yield receipt


async def publish_all(client: Client, lines: Iterable[bytes], refuse: Callable[[bytes, str], None]) -> None:
    """Publish events in order, batch by batch; a line that the server does not take is refused with its reason."""
    batch: list[bytes] = []
    for line in lines:
        if len(batch) == MOST_MESSAGES or sum(map(len, batch)) + len(line) > MOST_BYTES:
            await _publish(client, batch, refuse)
            batch = []
        too_long = _too_long(line)
        if too_long is not None:
            refuse(line, too_long)
        else:
            batch.append(line)
    await _publish(client, batch, refuse)


def _too_long(line: bytes) -> str | None:
    if len(line) > MOST_LINE_BYTES:
        return f"{len(line):,} bytes are more than the server takes"
    if len(line) * 6 > MOST_SUBJECT_BYTES < len(subject_of(line).encode()):  # a space is %20 in two of its tokens
        return f"source, owner, subject and type together are longer than the {MOST_SUBJECT_BYTES:,} bytes of a NATS subject"
    return None


async def _publish(client: Client, batch: Sequence[bytes], refuse: Callable[[bytes, str], None]) -> None:
    if not batch:
        return None
    try:
        await publish_atomically(client, [(subject_of(line), line, None) for line in batch])
    except (NatsTimeout, ConnectionClosedError, TimeoutError):
        pass  # unknown, not refused: if it was stored the receipts come, if not it stays unanswered
    except (NoStreamResponseError, APIError) as error:
        if len(batch) == 1:
            return refuse(batch[0], str(error))
        for line in batch:  # one of them spoils it: let each stand for itself
            await _publish(client, [line], refuse)


def subject_of(line: bytes) -> str:
    """Where a line is to be published; one that is no event goes where it will be listed as rejected."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        event = None
    said = event if isinstance(event, dict) else {}
    source, owner, number, type_ = (_word(said.get(name)) for name in ("source", "owner", "subject", "type"))
    return subjects.for_event(source, owner or None, number, type_)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Client]:
    """A plain connection for as long as the context lasts. Raises NatsUnreachable."""
    try:
        client = await nats.connect(url, connect_timeout=5, max_reconnect_attempts=10, reconnect_time_wait=1, error_cb=_ignore)
    except (NatsError, OSError, TimeoutError):
        raise NatsUnreachable(f"no NATS server answers at {url}") from None
    try:
        yield client
    finally:
        await client.close()


async def _ignore(_error: Exception) -> None:
    """Errors that concern a call are raised by the call."""


def _show(pushed: Pushed) -> None:
    outcomes = pushed.outcomes
    kinds = ("accepted", "duplicate", "parked", "rejected", "unanswered")
    output.print(" · ".join(f"{kind} {outcomes[kind]}" for kind in kinds), highlight=False)
    remarks = pushed.remarks()
    if not remarks:
        return
    table = Table("line", "subject", "outcome", "field", "reason")
    for remark in remarks[:SHOWN]:
        for reason in remark["reasons"]:
            table.add_row(str(remark["line"]), remark["subject"] or "—", remark["outcome"], reason["path"], reason["message"])
    output.print(table)
    if len(remarks) > SHOWN:
        output.print(f"and {len(remarks) - SHOWN} more; --json lists all")
