"""A report is sealed with and without a running duban; what comes late is a correction; what was changed is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from contracts.sealed import Correction
from tests.support.bad_pushes import SOURCE, directive, on_task
from tests.support.copied import copied
from tests.support.duban import Up, asked, up
from tests.support.pushed import raw

FIRST, SECOND = "2023H1-1", "2023H1-2"
AS_OF = "2023-06-19T09:00:00+08:00"
HISTORY = (
    directive("closed", due="2023-05-01T00:00:00+08:00", policy="reported") | {"time": "2023-04-03T09:00:00+08:00"},
    on_task("approved", "closed", grade="full") | {"time": "2023-04-20T09:00:00+08:00"},
    directive("late", due="2023-05-02T00:00:00+08:00", policy="reported") | {"time": "2023-04-04T09:00:00+08:00"},
)
LATE = on_task("approved", "late", grade="full") | {"time": "2023-04-28T09:00:00+08:00"}


def pushed(data: Path, *events: dict[str, object]) -> None:
    file = data.parent / "events.jsonl"
    file.write_bytes(b"\n".join(map(raw, events)))
    answer = asked("push", file, "--data", data, "--json").json
    assert answer["accepted"] == len(events), answer


def sealed(data: Path, *more: str) -> dict[str, str]:
    ended = asked("report", "seal", "--period", "2023H1", "--as-of", AS_OF, "--data", data, "--json", *more)
    assert ended.code == 0, ended
    found: dict[str, str] = ended.json
    return found


def corrections(data: Path, number: str) -> list[int]:
    return [one["nth"] for one in asked("report", "show", number, "--data", data, "--json").json["corrections"]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sealed while duban runs, sealed again while it does not, corrected by an event that came late, started once more."""
    data = tmp_path_factory.mktemp("sealed") / "data"
    with up(data) as running:
        pushed(data, *HISTORY)
        assert sealed(data, "--note", "半年报告 [draft]")["number"] == FIRST
    assert sealed(data)["number"] == SECOND
    with up(data) as running:
        pushed(data, LATE)
        running.process.meanwhile(lambda: corrections(data, SECOND) == [1], "corrects the reports", within=20)
    with up(data) as running:
        running.process.meanwhile(lambda: running.counts().get("closed") == 2, "has looked again", within=20)
    return data


def test_both_ways_of_sealing_freeze_the_same_figures(data: Path) -> None:
    first, second = (asked("report", "show", number, "--data", data, "--json") for number in (FIRST, SECOND))
    assert (first.code, second.code, first.json["broken"]) == (0, 0, None)
    assert first.json["figures"]["counts"] == second.json["figures"]["counts"]
    assert first.json["figures"]["rates"]["closure"]["value"] == 0.5
    assert first.json["hash"] != second.json["hash"], "another number, another instant"


def test_the_list_has_every_report(data: Path) -> None:
    found = asked("report", "list", "--data", data, "--json").json
    assert [(one["number"], one["note"], one["corrections"], one["broken"]) for one in found] == [
        (FIRST, "半年报告 [draft]", 1, None),
        (SECOND, "", 1, None),
    ]
    human = asked("report", "list", "--data", data).out
    assert "半年报告 [draft]" in human
    assert human.count("holds") == 2


def test_what_came_late_is_a_difference_with_both_values_and_its_task(data: Path) -> None:
    ended = asked("report", "diff", FIRST, "--data", data, "--json")
    assert ended.code == 1
    whole = {one["figure"]: (one["sealed"], one["now"]) for one in ended.json["changes"] if one["dimension"] is None}
    assert whole["counts.closed"] == (1, 2)
    assert whole["rates.closure.value"] == (0.5, 1.0)
    assert ended.json["tasks"] == [{"source": SOURCE, "subject": "late"}]
    human = asked("report", "diff", FIRST, "--data", data)
    assert human.code == 1
    assert "50.00%" in human.out
    assert f"changed by {SOURCE} late" in human.out


def test_the_correction_says_the_same_once(data: Path) -> None:
    shown = asked("report", "show", FIRST, "--data", data, "--json").json
    [correction] = shown["corrections"]
    differing = asked("report", "diff", FIRST, "--data", data, "--json").json
    assert correction["changes"] == differing["changes"]
    assert correction["holds"] is True
    assert "correction 1" in asked("report", "show", FIRST, "--data", data).out
    with closing(sqlite3.connect(data / "duban.db")) as connection:
        [(content,)] = connection.execute("SELECT content FROM correction WHERE number = ?", [FIRST]).fetchall()
    assert Correction.model_validate_json(content).sealed_hash == shown["hash"]


def test_a_report_of_what_is_known_now_has_no_difference(data: Path, tmp_path: Path) -> None:
    copy = copied(data, tmp_path / "copy")
    number = sealed(copy)["number"]
    ended = asked("report", "diff", number, "--data", copy)
    assert (number, ended.code, ended.out) == ("2023H1-3", 0, "no difference\n")


def test_what_cannot_be_sealed_or_found(data: Path) -> None:
    future = asked("report", "seal", "--period", "2023H1", "--as-of", "2999-01-01", "--data", data)
    assert (future.code, "still to come" in future.err) == (1, True)
    assert asked("report", "seal", "--period", "2023H7", "--data", data).code == 2
    for command in ("show", "diff"):
        assert asked("report", command, "2023H1-9", "--data", data).code == 2


@contextmanager
def changed(data: Path, to: Path, statement: str) -> Iterator[Path]:
    """A copy of the books in which somebody ran one statement."""
    copy = copied(data, to)
    with closing(sqlite3.connect(copy / "duban.db")) as connection, connection:
        assert connection.execute(statement).rowcount >= 1
    yield copy


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE sealed SET content = replace(content, '\"closed\":1', '\"closed\":2') WHERE number = '{FIRST}'",
        f"UPDATE sealed SET note = '' WHERE number = '{FIRST}'",
        f"UPDATE correction SET content = '{{}}' WHERE number = '{FIRST}'",
    ],
    ids=["figures", "note", "correction"],
)
def test_a_row_that_somebody_changed_is_found(data: Path, tmp_path: Path, statement: str) -> None:
    with changed(data, tmp_path / "copy", statement) as copy:
        human = asked("report", "show", FIRST, "--data", copy)
        assert (human.code, "NOT WHAT WAS" in human.out) == (1, True), human
        assert asked("report", "show", FIRST, "--data", copy, "--json").code == 1
        assert asked("report", "show", SECOND, "--data", copy).code == 0


def test_a_kept_head_proves_the_ledger_and_shows_a_chain_that_was_made_anew(data: Path, tmp_path: Path) -> None:
    kept, other, none = tmp_path / "kept.json", tmp_path / "other.jsonl", tmp_path / "none"
    kept.write_text(asked("ledger", "verify", "--data", data, "--json").out)
    assert asked("ledger", "verify", "--data", data, "--against", kept).code == 0
    kept.write_text(asked("report", "show", FIRST, "--data", data, "--json").out)
    proved = asked("ledger", "verify", "--data", data, "--against", kept)
    assert (proved.code, "1 kept heads" in proved.out) == (0, True)
    other.write_text('{"heads":{"0":[2,"00"]}}\n\n{"heads":{"0":[1,"00"]}}\n')
    ended = asked("ledger", "verify", "--data", data, "--against", other)
    assert (ended.code, "position 1: its hash is not that of the kept copy" in ended.out) == (1, True), ended
    other.write_text('{"heads":{"0":[99,"00"]}}')
    ended = asked("ledger", "verify", "--data", data, "--against", other)
    assert (ended.code, "the kept copy knows position 99" in ended.out) == (1, True), ended
    none.write_text("")
    assert asked("ledger", "verify", "--data", data, "--against", none).code == 2


def metric(running: Up, name: str) -> float | None:
    text = httpx.get(f"{running.page}/metrics", trust_env=False, timeout=5).text
    found = [line.split()[-1] for line in text.splitlines() if line.split("{")[0].split()[0] == name]
    return float(found[0]) if found else None


def audited(data: Path, *, damaged: bool) -> tuple[float, str, float]:
    """What the auditor finds: the metric, the log, and what the metrics say of the ledger."""
    with up(data, {"DUBAN_AUDIT_EVERY": "0.5"}, damaged=damaged) as running:
        running.process.meanwhile(lambda: metric(running, "duban_auditor_seconds"), "recounts", within=30)
        found = metric(running, "duban_auditor_differences")
        assert found is not None
        assert metric(running, "duban_auditor_last_run_timestamp_seconds")
        assert metric(running, "duban_figures_age_seconds") is not None
        return found, running.process.out + running.process.err, metric(running, "duban_ledger_position") or 0


def test_the_auditor_agrees_with_books_in_order(data: Path, tmp_path: Path) -> None:
    found, said, position = audited(copied(data, tmp_path / "copy"), damaged=False)
    assert (found, "auditor." in said) == (0, False), said
    assert position == asked("recount", "--data", data, "--json").json["facts"]


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        ("UPDATE task SET body = (SELECT body FROM task WHERE number = 'closed') WHERE number = 'late'", "is in the ledger only"),
        ("UPDATE change SET body = '1/0' WHERE id = 0", "against the ledger"),
        ("UPDATE task SET body = 'nothing' WHERE number = 'late'", "the books cannot be read"),
    ],
    ids=["task", "journal", "nothing that can be read"],
)
def test_the_auditor_finds_books_that_somebody_changed(data: Path, tmp_path: Path, statement: str, saying: str) -> None:
    with changed(data, tmp_path / "copy", statement) as copy:
        found, said, _ = audited(copy, damaged=True)
    assert found > 0
    assert "auditor.differences" in said
    assert saying in said


def test_the_auditor_finds_a_line_of_the_journal_that_somebody_added(data: Path, tmp_path: Path) -> None:
    copy = copied(data, tmp_path / "copy")
    with closing(sqlite3.connect(copy / "duban.db")) as connection, connection:
        [(body,)] = connection.execute("SELECT body FROM journal").fetchall()
        connection.execute("UPDATE journal SET body = ?, lines = lines + 1", [body + body[:32]])
    found, said, _ = audited(copy, damaged=True)
    assert found > 0
    assert "against the ledger" in said
