"""Budgets in working hours and the time for which each unit had a matter, as the command tells them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_pushes import SOURCE, directive
from tests.support.duban import asked, up
from tests.support.pushed import raw


def told(what: str, when: str, **data: Any) -> dict[str, Any]:
    event = directive("A") | {"id": f"{what}-{when}", "time": f"{when}+08:00"}
    return event if what == "issued" else event | {"type": f"duban.task.{what}.v1", "data": data}


# 2023-09-28 is a Thursday; 29 September to 6 October are days off, Saturday and Sunday, 7 and 8 October, are worked. The
# transfer is told last.
HISTORY = (
    told("issued", "2023-09-28T16:00"),
    told("signed", "2023-10-08T09:00"),
    told("suspended", "2023-10-09T08:30", ground="听证"),
    told("resumed", "2023-10-10T08:30"),
    told("submitted", "2023-10-10T09:00"),
    told("approved", "2023-10-10T10:00", grade="full"),
    told("transferred", "2023-10-07T10:00", to_unit="water", reason="河道归水务"),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("holding")
    data, file = folder / "data", folder / "history.jsonl"
    file.write_bytes(b"\n".join(map(raw, HISTORY)))
    with up(data):
        pushed = asked("push", file, "--data", data, "--json").json
        assert pushed["accepted"] == len(HISTORY), pushed
    (data / "units.toml").write_text('[[unit]]\ncode = "water"\nname = "水务局[2]"\n', encoding="utf-8")
    return data


def test_it_is_told_which_unit_had_a_matter_for_how_long(data: Path) -> None:
    first, second = asked("task", "explain", SOURCE, "A", "--data", data, "--json").json["holding"]
    assert first == {
        "unit": HISTORY[0]["data"].get("unit"),
        "since": "2023-09-28T16:00:00+08:00",
        "until": "2023-10-07T10:00:00+08:00",
        "working_minutes": 3 * 60,
        "natural_minutes": (8 * 24 + 18) * 60,
        "suspended_minutes": 0,
    }
    assert (second["unit"], second["since"], second["until"]) == ("water", first["until"], "2023-10-10T10:00:00+08:00")
    assert (second["working_minutes"], second["suspended_minutes"]) == (6 * 60 + 450 + 90, 450)


def test_a_person_reads_it_with_the_names_of_the_units(data: Path) -> None:
    shown = asked("task", "explain", SOURCE, "A", "--data", data, env={"COLUMNS": "200"}).out
    table = shown[shown.index("各单位持有时间") :].splitlines()
    assert "3 小时 0 分" in table[1]
    assert [part in table[2] for part in ("水务局[2]", "2023-10-10 10:00", "15 小时 0 分", "中止 7 小时 30 分")] == [True] * 4


def test_a_budget_in_working_hours_is_counted_in_the_hours_of_the_office(tmp_path: Path) -> None:
    due = ("due", "--rule", "8wh", "--start", "2026-09-30T16:00", "--json", "--data", tmp_path / "data")
    assert asked(*due).json["due"] == "2026-10-08T16:30:00+08:00"
    assert asked(*due).json["trace"] == []
    own = tmp_path / "own.toml"
    own.write_text('[hours]\nmorning = ["09:00", "12:00"]\nafternoon = ["14:00", "17:00"]\n', encoding="utf-8")
    ended = asked("calendar", "import", own, "--data", tmp_path / "data")
    assert "08:30-12:00、13:30-17:30 → 09:00-12:00、14:00-17:00" in ended.out
    assert asked(*due).json["due"] == "2026-10-09T10:00:00+08:00"
