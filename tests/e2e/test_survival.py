"""What `duban up` promises at its end, wanted or not: nothing accepted is lost, and nothing is left running."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from services.cli.main import EXIT_NOT_READY
from tests.support.bad_pushes import SOURCE, directive, just_now, on_task
from tests.support.duban import Up, asked, is_gone, nats_server_of, started, up
from tests.support.pushed import raw

PUSHED: Final = 4_000
STOP_SECONDS: Final = 5.0


@contextmanager
def reading(data: Path) -> Iterator[sqlite3.Connection]:
    """The database of a folder, read beside whoever writes."""
    with closing(sqlite3.connect(f"file:{data / 'duban.db'}?mode=ro", uri=True)) as connection:
        yield connection


def events_in(data: Path) -> int:
    """How many events are on record."""
    with reading(data) as connection:
        return int(connection.execute("SELECT count(*) FROM ledger WHERE event_id IS NOT NULL").fetchone()[0])


def alerts_in(data: Path) -> int:
    """How many alerts of a passed due there are."""
    with reading(data) as connection:
        return int(connection.execute("SELECT count(*) FROM alert WHERE rung = 'overdue'").fetchone()[0])


def test_after_kill_minus_nine_everything_accepted_is_there_and_nothing_twice(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "pushed.jsonl"
    file.write_bytes(b"\n".join(raw(directive(str(number), due=just_now(-30))) for number in range(PUSHED)))
    with up(data) as first, started("push", file, "--timeout", 1, "--json", data=data) as push:
        push.meanwhile(lambda: events_in(data) > PUSHED // 4, "is in the middle", within=30)
        first.process.kill()
        at_the_kill = events_in(data)
        assert PUSHED // 4 < at_the_kill < PUSHED, "it was not in the middle"
        with up(data) as second:
            assert push.ends(within=40) == 1
            answered = push.summary()
            assert push.err == ""
            assert answered["unanswered"] > 0
            assert 0 < answered["accepted"] <= events_in(data) >= at_the_kill
            again = asked("push", file, "--json", "--data", data)
            assert "waiting_for_partition" not in second.process.err, "its own lease of before does not hold it back"
            second.process.meanwhile(lambda: second.counts().get("overdue_open") == PUSHED, "counts all as overdue", within=10)
            second.process.meanwhile(lambda: alerts_in(data) == PUSHED, "raises all alerts", within=30)
    assert (again.code, again.json["accepted"] + again.json["duplicate"]) == (0, PUSHED)
    assert again.json["duplicate"] >= at_the_kill
    whole(data)


def whole(data: Path) -> None:
    """Every event is on record once, every overdue alert was raised once, and the books are in order."""
    assert events_in(data) == PUSHED
    counts = asked("figures", "--family", "directive", "--json", "--data", data).json["counts"]
    assert (counts["received"], counts["open"], counts["overdue_open"]) == (PUSHED, PUSHED, PUSHED)
    alerts = asked("alerts", "--kind", "overdue", "--json", "--data", data).json
    assert len({alert["subject"] for alert in alerts}) == len(alerts) == PUSHED
    assert asked("recount", "--data", data).code == 0
    assert asked("ledger", "verify", "--data", data).code == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is started on again and again."""
    return tmp_path_factory.mktemp("stopped") / "data"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_while_pages_are_open(folder: Path, tmp_path: Path, number: signal.Signals) -> None:
    with up(folder) as running:
        server = nats_server_of(folder)
        assert server is not None
        take_one(running, tmp_path, f"before-{number.name}")
        with httpx.stream("GET", f"{running.page}/events", trust_env=False, timeout=10) as page:
            chunks = page.iter_raw()
            assert b"event:" in next(chunks) + next(chunks, b"")
            begun = time.monotonic()
            running.process.send(number)
            assert running.process.ends(within=2 * STOP_SECONDS) == 0
            assert time.monotonic() - begun < STOP_SECONDS
        assert "Traceback" not in running.process.err
        assert is_gone(server)
    assert nobody_runs_on(folder, tmp_path)
    assert asked("task", "show", SOURCE, f"before-{number.name}", "--data", folder).code == 0


def take_one(running: Up, tmp_path: Path, number: str) -> None:
    file = tmp_path / "one.jsonl"
    file.write_bytes(raw(directive(number)) + b"\n" + raw(on_task("signed", number)))
    assert asked("push", file, "--data", running.data).code == 0


def nobody_runs_on(folder: Path, tmp_path: Path) -> bool:
    """Whether other commands are told that nothing runs."""
    file = tmp_path / "one.jsonl"
    refused = asked("push", file, "--data", folder)
    return refused.code == EXIT_NOT_READY and f"nothing runs on {folder}" in refused.err
