"""Matters with extensions, suspensions and other ends, pushed over a real NATS, their timeline and clocks read line by line."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_pushes import SOURCE, directive
from tests.support.duban import asked, up
from tests.support.pushed import raw

# In 2023 the whole year is known. 2023-09-18 is a Monday; 29 September to 6 October are days off, 7 and 8 October are worked.


def told(what: str, number: str, when: str, **data: Any) -> dict[str, Any]:
    event = directive(number) | {"id": f"{what}-{number}-{when}", "time": f"{when}+08:00"}
    return event if what == "issued" else event | {"type": f"duban.task.{what}.v1", "data": data}


HISTORY = (
    told("issued", "A", "2023-09-18T09:00"),
    told("signed", "A", "2023-09-18T10:00"),
    told("extension-requested", "A", "2023-09-25T10:00", until="2023-11-15T00:00:00+08:00", reason="汛期无法施工"),
    told("extension-granted", "A", "2023-09-26T10:00", until="2023-11-10T00:00:00+08:00"),
    told("suspended", "A", "2023-10-10T09:00", ground="鉴定"),
    told("resumed", "A", "2023-10-17T09:00"),
    told("submitted", "A", "2023-11-01T09:00"),
    told("sent-back", "A", "2023-11-02T09:00", reason="照片不全"),
    told("submitted", "A", "2023-11-03T09:00"),
    told("approved", "A", "2023-11-16T23:00", grade="stage"),
    told("issued", "B", "2023-09-18T09:00"),
    told("signed", "B", "2023-09-18T10:00"),
    told("suspended", "B", "2023-09-22T09:00", ground="听证"),
    told("resumed", "B", "2023-09-27T09:00"),
    told("issued", "C", "2023-09-18T09:00"),
    told("not-accepted", "C", "2023-09-18T11:00", ground="非职责范围"),
    told("issued", "D", "2023-09-18T09:00"),
    told("merged", "D", "2023-09-18T11:00", into_number="A"),
    told("issued", "E", "2023-09-18T09:00"),
    told("excluded", "E", "2023-09-18T11:00", approver="督查室", reason="坐标不在本区"),
)
TOO_LATE = told("extension-requested", "B", "2023-12-25T09:00", until="2024-01-01T00:00:00+08:00", reason="晚了")
TOO_LONG = told("extension-requested", "B", "2023-09-28T09:00", until="2024-06-01T00:00:00+08:00", reason="太长")
AFTER_CLOSING = told("signed", "A", "2023-11-17T09:00")
REFUSED = (
    (TOO_LATE, "$.time", "到期前申请"),
    (told("suspended", "B", "2023-09-28T09:00", ground="太忙"), "$.data.ground", "听证、鉴定"),
    (TOO_LONG, "$.data.until", "no later"),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lifecycle")
    data, file, refused = folder / "data", folder / "history.jsonl", folder / "refused.jsonl"
    file.write_bytes(b"\n".join(map(raw, HISTORY)))
    refused.write_bytes(b"\n".join(raw(event) for event in (AFTER_CLOSING, *(event for event, _, _ in REFUSED))))
    with up(data) as running:
        pushed = asked("push", file, "--data", data, "--json").json
        assert pushed["accepted"] == len(HISTORY), pushed
        running.process.meanwhile(lambda: "late-5wd" in rungs_of(data, "B"), "raises the last alert of what is late", within=20)
        before = asked("task", "show", SOURCE, "B", "--data", data, "--json").json
        answered = asked("push", refused, "--data", data, "--json").json
        assert (answered["rejected"], answered["parked"]) == (len(REFUSED), 1), answered
        # A relapse told late would make it right, so it waits; what is in the way is said at once.
        [waits] = [remark for remark in answered["remarks"] if remark["outcome"] == "parked"]
        assert "sign is not open while the task is closed" in waits["reasons"][0]["message"]
        assert asked("task", "show", SOURCE, "B", "--data", data, "--json").json == before, "what is refused changes nothing"
    return data


def rungs_of(data: Path, number: str) -> set[str]:
    """What was raised of a matter so far."""
    return {alert["rung"] for alert in asked("alerts", "--data", data, "--json").json if alert["subject"] == number}


def shown(data: Path, command: str, number: str) -> Any:
    return asked("task", command, SOURCE, number, "--data", data, "--json").json


def test_the_timeline_of_a_matter_from_its_issue_to_its_closing(data: Path) -> None:
    entries = [(entry["fact"], entry["at"][:16]) for entry in shown(data, "show", "A")["timeline"] if entry["source"]]
    assert entries == [
        ("registered", "2023-09-18T01:00"),
        ("signed", "2023-09-18T02:00"),
        ("extension-requested", "2023-09-25T02:00"),
        ("extension-granted", "2023-09-26T02:00"),
        ("suspended", "2023-10-10T01:00"),
        ("resumed", "2023-10-17T01:00"),
        ("submitted", "2023-11-01T01:00"),
        ("sent-back", "2023-11-02T01:00"),
        ("submitted", "2023-11-03T01:00"),
        ("approved", "2023-11-16T15:00"),
    ]


def test_its_due_was_extended_and_moved_by_the_week_that_it_stood_still(data: Path) -> None:
    explained = shown(data, "explain", "A")
    sign, finish, _ = explained["clocks"]
    assert (sign["due"], sign["segments"][0]["until"]) == ("2023-09-19T09:00:00+08:00", "2023-09-18T10:00:00+08:00")
    assert (finish["version"], finish["due"]) == (3, "2023-11-17T00:00:00+08:00")
    assert finish["rule"] == "standard.extension@1"
    assert [part["until"] for part in finish["segments"]] == [
        "2023-09-26T10:00:00+08:00",
        "2023-10-10T09:00:00+08:00",
        "2023-11-16T23:00:00+08:00",
    ]
    assert (explained["extensions"]["granted"], explained["extensions"]["left"]) == (1, 0)


def test_a_period_that_stood_still_is_explained_day_by_day(data: Path) -> None:
    finish = shown(data, "explain", "B")["clocks"][1]
    why = {day["day"]: day["why"] for day in finish["trace"]}
    assert (why["2023-09-18"], why["2023-09-22"], why["2023-09-23"], why["2023-09-27"], why["2023-09-28"]) == (
        "first-day",
        "counted",
        "stood-still",
        "stood-still",
        "counted",
    )
    assert sum(day["counted"] for day in finish["trace"]) == 30
    assert finish["due"] == "2023-10-24T00:00:00+08:00"
    assert "中止不计" in asked("task", "explain", SOURCE, "B", "--data", data).out


def test_matters_that_ended_without_closing_say_how(data: Path) -> None:
    assert {number: shown(data, "show", number)["state"]["how"] for number in "CDE"} == {
        "C": "not_accepted",
        "D": "merged",
        "E": "excluded",
    }


def test_the_figures_count_what_is_closed_and_open_and_not_what_ended(data: Path) -> None:
    counts = asked("figures", "--as-of", "2023-11-30", "--data", data, "--json").json["counts"]
    said = {"received": 5, "closed": 1, "closed_on_time": 1, "closed_late": 0, "open": 1, "overdue_open": 1}
    assert {name: counts[name] for name in said} == said
    assert (counts["not_accepted"], counts["merged"], counts["excluded"], counts["extended"]) == (1, 1, 1, 1)
    assert asked("recount", "--data", data).code == 0


@pytest.mark.parametrize(("event", "path", "saying"), REFUSED)
def test_what_the_policy_forbids_is_refused_with_the_rule_and_what_is_allowed(
    data: Path, event: dict[str, Any], path: str, saying: str
) -> None:
    listed = asked("rejected", "list", "--data", data, "--json").json
    [found] = [push for push in listed if push["id"] == event["id"]]
    assert [reason["path"] for reason in found["reasons"]] == [path]
    assert saying in found["reasons"][0]["message"]
