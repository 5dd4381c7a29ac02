"""The `duban` command as a process of its own, and `duban up` for as long as a test needs it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest

from services.cli.main import main
from tests.support.books import assert_kept_in
from tests.support.deadline import met

_T = TypeVar("_T")

SCRIPT: Final = Path(sys.executable).with_name("duban")
START_SECONDS: Final = 40.0
"""A cold start on a busy machine."""


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, read as JSON."""
        assert self.out.startswith(("{", "[")), self
        return json.loads(self.out)


def surroundings(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: ours, but nothing of it says anything to duban unless the test does."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_") and name != "COLUMNS"}
    return inherited | {"PYTHONUTF8": "1"} | dict(env or {})


def duban(*arguments: object, env: Mapping[str, str] | None = None, within: float = 60, loaded: str = "") -> Ended:
    """Run a command to its end. `loaded` is Python that its process runs once the program is loaded."""
    command = [SCRIPT] if not loaded else [sys.executable, "-c", f"from services.cli.main import main\n{loaded}\nmain()"]
    ended = subprocess.run(
        [*map(str, command), *map(str, arguments)],
        env=surroundings(env),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def asked(*arguments: object, env: Mapping[str, str] | None = None) -> Ended:
    """The same within this process, for commands whose start is not the point; those that run services are not for this."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("DUBAN_")]:
            patch.delenv(name)
        for name, value in ({"COLUMNS": "200"} | dict(env or {})).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["duban", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
    code = end.value.code
    assert code is None or isinstance(code, int), code
    return Ended(code or 0, out.getvalue(), err.getvalue())


class Process:
    """A command that runs on."""

    def __init__(self, popen: "subprocess.Popen[bytes]", out: Path, err: Path, data: Path, serves: bool) -> None:
        self._popen = popen
        self.serves = serves
        self._out = out
        self._err = err
        self.data = data

    @property
    def out(self) -> str:
        """What it has printed so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it has said on standard error so far."""
        return self._err.read_text(encoding="utf-8")

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def prints(self, text: str, within: float = START_SECONDS) -> str:
        """Wait until it has printed a text; all that it printed."""
        self.meanwhile(lambda: text in self.out, f"prints {text!r}", within)
        return self.out

    def meanwhile(self, outcome: Callable[[], _T], what: str, within: float) -> _T:
        """Wait for an outcome while it runs."""

        def _look() -> _T:
            seen = outcome()
            assert seen or self.is_running, f"ended with {self._popen.returncode} before it {what}: {self.out}{self.err}"
            return seen

        return met(_look, within, what)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._popen.send_signal(number)

    def ends(self, within: float) -> int:
        """Wait for its end; the exit code."""
        return self._popen.wait(within)

    def summary(self) -> Any:
        """What it has printed, read as JSON."""
        return json.loads(self.out)

    def kill(self) -> None:
        """End it as a power cut would, and see that its NATS server follows."""
        server = nats_server_of(self.data) if self.serves else None
        self._popen.kill()
        self._popen.wait(10)
        if server is not None:
            met(lambda: is_gone(server), 10, f"nats-server {server} follows its parent")


@contextmanager
def started(*arguments: object, data: Path, env: Mapping[str, str] | None = None, damaged: bool = False) -> Iterator[Process]:
    """A command on a data folder; whatever happens, nothing of it is left afterwards. What served leaves clean books behind,
    unless the test has damaged them.
    """
    with tempfile.TemporaryDirectory(prefix="duban-said-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            command = [str(SCRIPT), *map(str, arguments), "--data", str(data)]
            popen = subprocess.Popen(command, env=surroundings(env), stdout=to_out, stderr=to_err, cwd=folder)
        process = Process(popen, out, err, data, serves=arguments[0] != "push")
        try:
            yield process
        finally:
            process.kill()
    if process.serves and not damaged:
        assert_kept_in(data, env or {})


@dataclass(frozen=True)
class Up:
    """`duban up`, ready."""

    process: Process
    page: str
    nats: str

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.process.data

    def counts(self) -> dict[str, int]:
        """The counts of all tasks on its page; empty while there are none."""
        found: dict[str, int] = self.figures().get("counts", {})
        return found

    def figures(self) -> dict[str, Any]:
        """The figures on its page; empty while there are none."""
        answer = httpx.get(f"{self.page}/api/v1/figures", trust_env=False, timeout=5)
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found


@contextmanager
def up(data: Path, env: Mapping[str, str] | None = None, *, damaged: bool = False) -> Iterator[Up]:
    """`duban up` on a folder, on a free port."""
    with started("up", "--port", 0, data=data, env=env, damaged=damaged) as process:
        said = process.prints("duban push first.jsonl")
        yield Up(process, _said(said, "page"), _said(said, "NATS"))


def _said(banner: str, what: str) -> str:
    found = re.search(rf"^  {what} +(\S+)$", banner, re.MULTILINE)
    assert found, banner
    return found[1]


def nats_server_of(data: Path) -> int | None:
    """The process id of the NATS server that runs on a data folder."""
    try:
        pid = int((data / "nats" / "nats.pid").read_text())
        return pid if b"nats-server" in Path(f"/proc/{pid}/cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has collected yet has ended, too."""
    try:
        os.kill(pid, 0)
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
