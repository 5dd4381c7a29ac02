"""What stands in the way is said in one clear line, with an exit code that is not 0."""

import asyncio
import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from services.cli.main import EXIT_CONFIG, EXIT_NOT_READY, EXIT_USAGE
from tests.support import databases
from tests.support.bad_pushes import directive
from tests.support.duban import Ended, asked, duban, up
from tests.support.pushed import raw

NOBODY: Final = 65534
AS_NOBODY: Final = f"import os; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
"""Run after the program is loaded, which another user may not be allowed to read."""
COMMANDS: Final = (
    ("up",),
    ("serve",),
    ("migrate",),
    ("demo",),
    ("push",),
    ("replay",),
    ("figures",),
    ("trend",),
    ("signals",),
    ("report",),
    ("report", "template"),
    ("report", "seal"),
    ("report", "list"),
    ("report", "show"),
    ("report", "diff"),
    ("indicator", "list"),
    ("indicator", "check"),
    ("due",),
    ("alerts",),
    ("units",),
    ("recount",),
    ("calendar", "show"),
    ("calendar", "import"),
    ("policy", "list"),
    ("policy", "check"),
    ("campaign", "list"),
    ("campaign", "check"),
    ("campaign", "events"),
    ("task", "show"),
    ("task", "explain"),
    ("task", "actions"),
    ("task", "acknowledge"),
    ("task", "urge"),
    ("task", "assign"),
    ("rejected", "list"),
    ("ledger", "verify"),
    ("notify", "check"),
    ("notify", "test"),
    ("notify", "log"),
    ("silence", "add"),
    ("silence", "end"),
    ("silence", "list"),
    ("key", "give"),
    ("key", "revoke"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of one event."""
    file = tmp_path / "one.jsonl"
    file.write_bytes(raw(directive("1")))
    return file


def says(ended: Ended, code: int, *words: str) -> None:
    """One line on standard error and nothing else."""
    assert ended.code == code, ended
    assert ended.out == "", ended
    assert ended.err.startswith("duban: "), ended
    assert ended.err.endswith("\n"), ended
    assert ended.err.count("\n") == 1, ended
    for word in words:
        assert word in ended.err, ended


def migrated(data: Path) -> Path:
    """A folder with an empty database of this version; the file."""
    data.mkdir(parents=True)

    async def _migrate() -> None:
        async with databases.migrated(databases.sqlite_url(data)):
            pass

    asyncio.run(_migrate())
    return data / "duban.db"


def write(file: Path, text: str) -> Path:
    """A file in a folder that is made for it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_port_in_use(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        says(duban("up", "--data", tmp_path / "data", "--port", port), EXIT_CONFIG, f"port {port}", "--port")
    assert not (tmp_path / "data").exists(), "nothing was begun"


def test_a_folder_that_cannot_be(tmp_path: Path, file: Path) -> None:
    data = write(tmp_path / "a-file", "") / "data"
    for ended in side_by_side(("up", "--port", 0), ("replay", file), ("demo", "--port", 0), data=data):
        says(ended, EXIT_CONFIG, f"{data} cannot be written")


def test_a_folder_that_this_user_may_not_write(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    try:
        ended = duban("up", "--port", "0", "--data", data, loaded=AS_NOBODY if os.geteuid() == 0 else "")
    finally:
        data.chmod(0o755)
    says(ended, EXIT_CONFIG, f"{data} cannot be written", "Permission denied")


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with closing(sqlite3.connect(migrated(data))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    says(duban("up", "--port", 0, "--data", data), EXIT_CONFIG, "newer version (9999)", "upgrade duban")
    for command in ("migrate", "figures", "recount"):
        says(asked(command, "--data", data), EXIT_CONFIG, "newer version (9999)", "upgrade duban")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(data / "duban.db", "this was a database once\n" * 500)
    says(duban("up", "--port", 0, "--data", data), EXIT_CONFIG, "database cannot be used", "not a database")
    says(asked("figures", "--data", data), EXIT_CONFIG, "database cannot be read", "not a database")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("policies/own.toml", "id = own\n", ("own.toml", "line 1")),
        ("policies/own.toml", 'id = "own"\nversion = 0\n', ("own.toml", "version")),
        ("units.toml", "[[unit]\n", ("units.toml", "line 1")),
        ("units.toml", '[[unit]]\ncode = "a"\n', ("units.toml", "unit a: name is missing")),
        ("campaigns/own.toml", "id = own\n", ("own.toml", "line 1")),
        ("campaigns/own.toml", 'id = "a.b"\n', ("own.toml", "id", "NATS subject")),
    ],
    ids=["policy no TOML", "policy wrong", "units no TOML", "units wrong", "campaign no TOML", "campaign wrong"],
)
def test_a_corrupt_file_of_the_office(tmp_path: Path, name: str, text: str, words: tuple[str, ...]) -> None:
    write(tmp_path / "data" / name, text)
    says(duban("up", "--port", 0, "--data", tmp_path / "data"), EXIT_CONFIG, *words)
    assert not (tmp_path / "data" / "duban.db").exists(), "nothing was begun"


def test_a_folder_that_another_duban_uses(tmp_path: Path, file: Path) -> None:
    data = tmp_path / "data"
    with up(data) as running:
        before = (data / "running.json").read_bytes()
        for ended in (*side_by_side(("up", "--port", 0), ("replay", file), data=data), asked("migrate", "--data", data)):
            says(ended, EXIT_CONFIG, f"{data} is in use")
        assert (data / "running.json").read_bytes() == before
        assert asked("push", file, "--data", data).code == 0, "the first one goes on"
        assert running.process.is_running


def test_nothing_runs_and_nothing_is_there(tmp_path: Path, file: Path) -> None:
    data = tmp_path / "none"
    says(asked("push", file, "--data", data), EXIT_NOT_READY, f"nothing runs on {data}", "duban up --data")
    says(asked("figures", "--data", data), EXIT_CONFIG, f"there is no data in {data}", "duban up --data")
    assert not data.exists()


def side_by_side(*commands: tuple[object, ...], data: Path) -> list[Ended]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda command: duban(*command, "--data", data), commands))


@pytest.fixture(scope="module")
def surroundings_at_fault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ended]]:
    """Commands in wrong surroundings, by the variable; run side by side, because some wait for an answer first."""
    folder = tmp_path_factory.mktemp("surroundings")
    file = folder / "one.jsonl"
    file.write_bytes(raw(directive("1")))
    silent = "nats://127.0.0.1:1"
    cases = {
        "nats of push": (("push", file), {"DUBAN_NATS_URL": silent}),
        "nats of up": (("up", "--port", 0), {"DUBAN_NATS_URL": silent}),
        "database named": (("up", "--port", 0), {"DUBAN_DATABASE_URL": "mysql://localhost/duban"}),
        "database away": (("up", "--port", 0), {"DUBAN_DATABASE_URL": "postgresql://duban@127.0.0.1:1/duban"}),
    }
    with ThreadPoolExecutor() as pool:
        running = {
            name: pool.submit(duban, *arguments, "--data", folder / name.replace(" ", "-"), env=env)
            for name, (arguments, env) in cases.items()
        }
        yield {name: run.result() for name, run in running.items()}


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("nats of push", EXIT_NOT_READY, ("no NATS server answers at nats://127.0.0.1:1",)),
        ("nats of up", EXIT_NOT_READY, ("no NATS server answers at nats://127.0.0.1:1",)),
        ("database named", EXIT_CONFIG, ("DUBAN_DATABASE_URL", "mysql", "postgresql")),
        ("database away", EXIT_CONFIG, ("the database cannot be used", "127.0.0.1")),
    ],
)
def test_surroundings_at_fault(surroundings_at_fault: dict[str, Ended], case: str, code: int, words: tuple[str, ...]) -> None:
    says(surroundings_at_fault[case], code, *words)


@pytest.mark.parametrize(
    ("variable", "value", "code", "words"),
    [
        ("DUBAN_TIMEZONE", "Mars/Olympus", EXIT_USAGE, ("no such time zone", "Mars/Olympus", "Asia/Shanghai")),
        ("DUBAN_PARTITIONS", "many", EXIT_USAGE, ("integer",)),
        ("DUBAN_SECRET", "short", EXIT_USAGE, ("less than 16 characters",)),
        ("DUBAN_SOURCE", "", EXIT_USAGE, ("at least 1 character",)),
        ("DUBAN_DATABASE_URL", "duban", EXIT_CONFIG, ("postgresql://user:password@host/database",)),
    ],
)
def test_a_variable_at_fault(tmp_path: Path, variable: str, value: str, code: int, words: tuple[str, ...]) -> None:
    says(asked("figures", "--data", tmp_path, env={variable: value}), code, variable, *words)


def test_an_instant_that_is_none(tmp_path: Path) -> None:
    migrated(tmp_path / "data")
    ended = asked("figures", "--as-of", "yesterday", "--data", tmp_path / "data")
    assert ended.code == EXIT_USAGE
    assert "'yesterday' is no date" in ended.err


def test_every_command_has_a_help_with_an_example() -> None:
    helps = {command: asked(*command, "--help") for command in COMMANDS}
    for command, shown in helps.items():
        assert shown.code == 0, command
        assert "Example" in shown.out, command
        assert f"duban {' '.join(command)}" in shown.out.partition("Example")[2], command
        assert "--data" in shown.out, command


def test_no_command_is_missing_from_this_list() -> None:
    listed = asked("--help").out.partition("Commands")[2]
    assert set(re.findall(r"^│ (\w+) ", listed, re.MULTILINE)) == {command[0] for command in COMMANDS}
