"""Killed at random moments, an office tells everybody of everything: each notice once, each message under its id."""

import asyncio
import os
import random
import re
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.told import Wanted, logged
from tests.support.deadline import eventually
from tests.support.matters import barely, later
from tests.support.offices import written
from tests.support.receivers import WebReceiver, web_receiver
from tests.support.tracking import outside

KILLS: Final = int(os.environ.get("DUBAN_KILLS", "5"))
"""`make faults` kills it twenty times."""
OF_A_ROUND: Final = 15
NUMBERS: Final = re.compile(r"（(\d+)）")
PEOPLE: Final = 30
GATEWAY: Final = """
[[channel]]
name = "gateway"
kind = "webhook"
url = "URL/tell"
allow_private = true
body = "{{ lines | tojson }}"
secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
"""


def people() -> str:
    """Handlers of a unit each."""
    person = '[[person]]\nid = "pN"\nname = "承办人N"\nchannels = ["gateway"]\n'
    person += '[[person.post]]\nrole = "handler"\nunits = ["uN"]\n'
    return "\n".join(person.replace("N", str(n)) for n in range(PEOPLE))


async def started(url: str, nats_url: str, folder: Path) -> asyncio.subprocess.Process:
    """The office's process, at work."""
    command = (sys.executable, "-m", "tests.support.office_program", url, nats_url, str(folder))
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=Path(__file__).parents[2]
        )
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if line == b"started\n":
            return process
    raise AssertionError(f"it did not start: {(folder / 'log').read_text()}")


@pytest.mark.timeout(300)
async def test_everybody_is_told_of_everything_however_often_the_office_is_killed(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    draw, folder = random.Random(5), tmp_path / "office"
    async with web_receiver() as web, outside(nats_url) as world:
        written(folder, GATEWAY.replace("URL", web.url), people())
        for round_ in range(KILLS):
            numbers = range(round_ * OF_A_ROUND, (round_ + 1) * OF_A_ROUND)
            await world.push_all([barely(f"{n}", later(-60), unit=f"u{n % PEOPLE}") for n in numbers])
            process = await started(database.url.render_as_string(hide_password=False), nats_url, folder)
            await asyncio.sleep(draw.uniform(0, 0.8))  # the moment is the point
            process.send_signal(signal.SIGKILL)
            await process.wait()
        process = await started(database.url.render_as_string(hide_password=False), nats_url, folder)
        try:
            await eventually(lambda: all_told(database), 90)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        await agreed(database, web)


async def all_told(database: Database) -> bool:
    async with ReadStore(database).snapshot() as snapshot:
        found = await logged(snapshot, Wanted(), 10_000)
    overdue = [one for one in found if one.notice.occasion.kind == "overdue"]
    settled = all(one.state != "waiting" and all(sent.state != "sending" for sent in one.deliveries) for one in found)
    return settled and len(overdue) == KILLS * OF_A_ROUND


async def agreed(database: Database, web: WebReceiver) -> None:
    """What people received is what the log says."""
    async with ReadStore(database).snapshot() as snapshot:
        found = await logged(snapshot, Wanted(), 10_000)
    told = [one for one in found if one.state == "told"]
    assert Counter(one.notice.occasion.number for one in told) == {str(n): 1 for n in range(KILLS * OF_A_ROUND)}
    assert all([sent.state for sent in one.deliveries] == ["delivered"] for one in told)
    received = Counter(one.headers["webhook-id"] for one in web.received)
    assert set(received) == {sent.id for one in told for sent in one.deliveries}
    said = {(one.headers["webhook-id"], *sorted(NUMBERS.findall(one.body.decode()))) for one in web.received}
    assert len(said) == len(received), "the same id is of the same tasks, however late they are by then"
