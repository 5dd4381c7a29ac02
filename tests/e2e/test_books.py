"""Commands that look at the books of a small history, and what they say of books that somebody has changed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_pushes import SOURCE, directive, just_now, on_task
from tests.support.copied import copied
from tests.support.duban import asked, up
from tests.support.pushed import raw

HISTORY = (
    directive("closed", due=just_now(86_400)),
    on_task("signed", "closed") | {"time": just_now(-50)},
    on_task("progressed", "closed", percent=40) | {"time": just_now(-40)},
    on_task("submitted", "closed") | {"time": just_now(-30)},
    on_task("approved", "closed", grade="full") | {"time": just_now(-20)},
    directive("overdue", due=just_now(-10)),
    directive("near", due=just_now(3_600), unit="water", policy="reported") | {"time": just_now(-2 * 86_400)},
    directive("parked"),
    on_task("approved", "parked", grade="full") | {"time": just_now(-20)},
    directive("no-unit", unit=None),
)
UNITS = '[[unit]]\ncode = "enforcement"\nname = "执法大队"\n'


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small history, on which nothing runs any more."""
    folder = tmp_path_factory.mktemp("books")
    data, file = folder / "data", folder / "history.jsonl"
    file.write_bytes(b"\n".join(map(raw, HISTORY)))
    data.mkdir()
    (data / "units.toml").write_text(UNITS, encoding="utf-8")
    with up(data) as running:
        pushed = asked("push", file, "--data", data, "--json").json
        assert (pushed["accepted"], pushed["parked"]) == (len(HISTORY) - 1, 1), pushed
        running.process.meanwhile(lambda: running.counts().get("overdue_open") == 1, "raises the alert", within=5)
    return data


def shown(data: Path, *arguments: str) -> tuple[str, Any]:
    """What a command shows to a person, and to a program."""
    human, machine = asked(*arguments, "--data", data), asked(*arguments, "--json", "--data", data)
    assert (human.code, machine.code, human.err, machine.err) == (0, 0, "", ""), (human, machine)
    return human.out, machine.json


def test_a_task_with_its_clocks_and_everything_that_happened(data: Path) -> None:
    human, task = shown(data, "task", "show", SOURCE, "closed")
    assert task["state"]["place"] == "closed"
    facts = [entry["fact"] for entry in task["timeline"] if entry["source"]]
    assert facts == ["registered", "signed", "recorded", "submitted", "approved"]
    assert [clock["name"] for clock in task["clocks"]] == ["sign", "finish"]
    assert all(word in human for word in ("指令 closed", "state closed", "unit enforcement", "finish", "submitted-closed"))


def test_a_task_that_waits_for_something_says_for_what(data: Path) -> None:
    human, task = shown(data, "task", "show", SOURCE, "parked")
    assert [(event["id"], event["source"]) for event in task["parked"]] == [("approved-parked", SOURCE)]
    assert task["parked"][0]["reason"] in human


def test_a_task_that_is_none(data: Path) -> None:
    ended = asked("task", "show", SOURCE, "nothing", "--data", data)
    assert (ended.code, ended.out, ended.err) == (1, "", f"duban: there is no task nothing of {SOURCE}\n")


def test_alerts_by_kind(data: Path) -> None:
    human, every = shown(data, "alerts")
    _, overdue = shown(data, "alerts", "--kind", "overdue")
    _, near = shown(data, "alerts", "--kind", "near")
    assert [(alert["source"], alert["subject"], alert["clock"], alert["rung"]) for alert in overdue] == [
        (SOURCE, "overdue", "finish", "overdue")
    ]
    assert overdue[0]["at"] == overdue[0]["due"]
    assert overdue[0]["withdrawn"] is False
    assert [(alert["subject"], alert["clock"], alert["rung"]) for alert in near] == [("near", "finish", "near-1cd")]
    assert len(every) == len(overdue) + len(near)
    assert all(alert["subject"] in human for alert in every)


def test_units_registered_or_not(data: Path) -> None:
    human, units = shown(data, "units")
    assert units == [
        {"code": "enforcement", "name": "执法大队", "registered": True, "tasks": 3},
        {"code": "water", "name": None, "registered": False, "tasks": 1},
    ]
    assert "执法大队" in human


def test_figures_by_unit(data: Path) -> None:
    human, figures = shown(data, "figures", "--by", "unit")
    assert {group["key"]: group["counts"]["received"] for group in figures["units"]} == {"": 1, "enforcement": 3, "water": 1}
    assert (figures["counts"]["received"], figures["counts"]["closed"], figures["counts"]["overdue_open"]) == (5, 1, 1)
    closure, on_time = figures["rates"]["closure"], figures["rates"]["on_time_closure"]
    assert (closure["numerator"], closure["denominator"], closure["value"], closure["few"]) == (1, 5, 0.2, True)
    assert (on_time["numerator"], on_time["denominator"], on_time["value"]) == (1, 2, 0.5)
    assert "20.00%" in human
    assert "water" in human


def test_a_rate_of_nothing_has_no_value(data: Path) -> None:
    human, figures = shown(data, "figures", "--family", "complaint")
    closure = figures["rates"]["closure"]
    assert (closure["numerator"], closure["denominator"], closure["value"], closure["interval"]) == (0, 0, None, None)
    assert "—" in human


def test_books_in_order(data: Path) -> None:
    human, recount = shown(data, "recount")
    assert (recount["tasks"], recount["differences"]) == (5, [])
    assert "no difference" in human
    human, verified = shown(data, "ledger", "verify")
    assert (verified["rows"], verified["broken"]) == (recount["facts"], None)
    assert verified["heads"]["0"][0] == recount["facts"]
    assert verified["heads"]["0"][1] in human, "in one piece, to be compared with a leader's copy"


@pytest.fixture
def tampered(data: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of the books in which somebody ran one statement."""

    def _run(statement: str) -> Path:
        copy = copied(data, tmp_path / "copy")
        with opened(copy) as connection:
            assert connection.execute(statement).rowcount == 1
        return copy

    return _run


@contextmanager
def opened(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "duban.db")) as connection:
        connection.create_function("other_byte", 2, other_byte)
        yield connection
        connection.commit()


def other_byte(blob: bytes, place: int) -> bytes:
    """The bytes with one of them changed."""
    return blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET body = other_byte(body, 40) WHERE position = 3",
        "UPDATE ledger SET body = other_byte(body, 0) WHERE position = 3",
        "UPDATE ledger SET event = other_byte(event, 40) WHERE position = 3",
        "UPDATE ledger SET hash = other_byte(hash, 0) WHERE position = 3",
        "UPDATE ledger SET number = 'another' WHERE position = 3",
        "DELETE FROM ledger WHERE position = 3",
    ],
    ids=["a byte of a fact", "its first byte", "a byte of an event", "a hash", "a column", "a row"],
)
def test_a_ledger_that_was_changed_is_named_by_its_position(tampered: Callable[[str], Path], statement: str) -> None:
    copy = tampered(statement)
    human, machine = asked("ledger", "verify", "--data", copy), asked("ledger", "verify", "--json", "--data", copy)
    assert (human.code, machine.code) == (1, 1)
    named = "position 3 is missing" if statement.startswith("DELETE") else "partition 0, position 3:"
    assert named in machine.json["broken"]
    assert named in human.out


def test_a_ledger_that_was_cut_is_named_by_its_end(tampered: Callable[[str], Path]) -> None:
    copy = tampered("DELETE FROM ledger WHERE position = (SELECT max(position) FROM ledger)")
    ended = asked("ledger", "verify", "--data", copy)
    assert ended.code == 1
    assert "broken at partition 0 ends at position" in ended.out


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE journal SET body = other_byte(body, 0) WHERE chunk = 0", "journal of partition 0"),
        ("DELETE FROM journal", "journal of partition 0"),
        ("DELETE FROM task WHERE number = 'near'", f"task near of {SOURCE} is in the ledger only"),
        ("UPDATE ledger SET body = other_byte(body, 0) WHERE position = 3", "position 3"),
    ],
    ids=["a line of the journal", "no journal", "no task", "an unreadable fact"],
)
def test_what_the_ledger_does_not_say_is_named_by_a_recount(tampered: Callable[[str], Path], statement: str, named: str) -> None:
    copy = tampered(statement)
    human, machine = asked("recount", "--data", copy), asked("recount", "--json", "--data", copy)
    assert (human.code, machine.code) == (1, 1)
    assert any(named in difference for difference in machine.json["differences"])
    assert named in human.out
