"""A recount in a process of its own: python -m shared.storage.recounting, told by JSON on standard input, answering by JSON.

Folding a large ledger takes minutes of one processor and holds every task in memory. In here it takes neither from a service, and
when it is done the memory is given back. The process ends with the one that started it: that one's end closes its input.
"""

import asyncio
import os
import struct
import sys
import threading
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from shared.domain.value import value
from shared.storage.audit import Recount, recount
from shared.storage.engine import Database
from shared.storage.reading import ReadStore

NICE: Final = 10
"""Whoever has something to do for people comes first."""


class RecountFailed(Exception):
    """The recount came to no end; the message is what its process said last."""


@value
class Recounted:
    """What a recount found, with the ledger positions that it is true for."""

    recount: Recount
    positions: dict[int, int]


async def recount_beside(url: str, zone: str) -> Recounted:
    """Recount a database in a process of its own, which is ended when the caller is cancelled. Raises RecountFailed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", __name__),  # -P: a folder named `shared` where we were started is none of ours
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the service, which ends the recount itself
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        # Its input stays open: the end of it is the end of the process.
        process.stdin.write(orjson.dumps([url, zone]) + b"\n")
        out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
        if await process.wait() != 0:
            raise RecountFailed((err.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()
    found = orjson.loads(out)
    positions = {int(partition): position for partition, position in found["positions"].items()}
    return Recounted(Recount(found["facts"], found["tasks"], tuple(found["differences"])), positions)


async def _recounted(url: str, zone: str) -> Recounted:
    database = Database(url)
    try:
        async with ReadStore(database).snapshot() as snapshot:
            positions = await snapshot.positions()
            return Recounted(await recount(snapshot, ZoneInfo(zone), lambda _facts: None), positions)
    except (ValueError, LookupError, TypeError, struct.error) as error:
        # Not what we wrote, so somebody else did: that is an alarm like any other difference.
        return Recounted(Recount(0, 0, (f"the books cannot be read: {error!r}",)), {})
    finally:
        await database.close()


def _end_with_parent() -> None:
    # Not by sys.stdin, whose lock the interpreter would find taken at its end.
    while os.read(0, 1):
        pass
    os._exit(1)


def main() -> None:
    """Read what to recount, recount, write what was found."""
    url, zone = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICE)
    found = asyncio.run(_recounted(url, zone))
    positions = {str(partition): position for partition, position in found.positions.items()}
    sys.stdout.buffer.write(orjson.dumps(vars(found.recount) | {"positions": positions}))


if __name__ == "__main__":
    main()
