"""The embedded nats-server: it keeps its data and its port, and leaves no orphan behind."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig

from shared.messaging.server import NatsServer, NatsServerFailed
from tests.support.deadline import eventually
from tests.support.servers import running_nats

ROOT = Path(__file__).parents[2]
STARTS_AND_WAITS = """
import asyncio, sys
from pathlib import Path
from shared.messaging.server import NatsServer

async def main():
    server = NatsServer(Path(sys.argv[1]))
    print(await server.start(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def stored(url: str) -> int:
    """Store a message in a stream that is made when it is absent; the number of messages then."""
    client = await nats.connect(url)
    try:
        js = client.jetstream()
        await js.add_stream(StreamConfig(name="KEPT", subjects=["kept"]))
        await js.publish("kept", b"1")
        return int((await js.stream_info("KEPT")).state.messages)
    finally:
        await client.close()


def pid_of(folder: Path) -> int:
    return int((folder / "nats.pid").read_text())


async def ended(pid: int) -> None:
    async def gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    await eventually(gone, within=10)


async def test_a_server_started_again_has_its_streams_and_its_port(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    first = await server.start()
    assert await stored(first) == 1
    await server.stop()

    async with running_nats(tmp_path / "nats") as again:
        assert again.url == first
        assert await stored(again.url) == 2


async def test_a_server_that_was_killed_has_what_it_acknowledged(nats_server: NatsServer, tmp_path: Path) -> None:
    for number in range(1, 11):
        assert await stored(nats_server.url) == number
    os.kill(pid_of(tmp_path / "nats"), signal.SIGKILL)
    assert await nats_server.wait() == -signal.SIGKILL

    await nats_server.start()
    assert await stored(nats_server.url) == 11


async def test_a_port_that_somebody_else_has_taken_is_not_insisted_on(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    first = await server.start()
    await server.stop()
    with socket.create_server(("127.0.0.1", int(first.rpartition(":")[2]))):
        async with running_nats(tmp_path / "nats") as again:
            assert again.url != first


async def test_a_server_ends_with_a_process_that_was_killed(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        STARTS_AND_WAITS,
        str(tmp_path / "nats"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"nats://127.0.0.1:")
    server = pid_of(tmp_path / "nats")

    process.kill()
    await process.communicate()

    await ended(server)


async def test_a_server_that_was_left_behind_is_ended_before_another_uses_its_store(tmp_path: Path) -> None:
    async with running_nats(tmp_path / "nats") as orphan:
        assert await stored(orphan.url) == 1
        left_behind = pid_of(tmp_path / "nats")
        async with running_nats(tmp_path / "nats") as server:
            assert pid_of(tmp_path / "nats") != left_behind
            await ended(left_behind)
            assert server.url == orphan.url, "senders know this port"
            assert await stored(server.url) == 2


async def test_the_server_of_another_folder_is_left_alone_whatever_an_old_pid_file_says(tmp_path: Path) -> None:
    async with running_nats(tmp_path / "other") as other:
        (tmp_path / "nats").mkdir()
        (tmp_path / "nats" / "nats.pid").write_text(str(pid_of(tmp_path / "other")))
        async with running_nats(tmp_path / "nats"):
            assert await stored(other.url) == 1


@pytest.mark.parametrize("left", ["", "nonsense", "0", "999999999"])
async def test_an_old_pid_file_is_no_hindrance(tmp_path: Path, left: str) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "nats.pid").write_text(left)
    async with running_nats(tmp_path / "nats") as server:
        assert await stored(server.url) == 1


async def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "store").write_text("a file where the folder should be")
    with pytest.raises(NatsServerFailed, match=r"nats\.log"):
        await NatsServer(tmp_path / "nats").start()


async def test_stopping_twice_or_before_the_start_is_no_error(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()
