"""One matter of each family from its push to the archive, over a real NATS: extension, suspension, return, closing in two stages,
relapse. In 2023 the whole calendar is known; every date below is counted by hand.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.duban import asked, up
from tests.support.pushed import raw
from tests.support.sample import SHANGHAI

OWNER: Final = "city"
UNIT: Final = "gx-bureau"
Wire = dict[str, Any]


def event(number: str, type_: str, when: str, by: str = OWNER, **data: Any) -> Wire:
    return {
        "specversion": "1.0",
        "id": f"{number}-{type_}-{when}",
        "source": by,
        "owner": OWNER,
        "type": f"duban.{type_}.v1",
        "subject": number,
        "time": f"2023-{when}:00+08:00" if len(when) == 11 else f"{when}:00+08:00",
        "data": data,
    }


DIRECTIVE = [
    event("ZL-1", "directive.issued", "03-01T09:00", title="清理河道", unit="GX-A"),
    event("ZL-1", "task.return-requested", "03-01T10:00", UNIT, reason="非本单位职责"),
    event("ZL-1", "task.return-approved", "03-01T15:00"),
    event("ZL-1", "task.transferred", "03-02T09:00", to_unit="GX-B"),
    event("ZL-1", "task.signed", "03-02T10:00", UNIT),
    event("ZL-1", "task.extension-requested", "03-20T09:00", UNIT, until="2023-04-15T00:00:00+08:00", reason="汛期"),
    event("ZL-1", "task.extension-granted", "03-21T09:00", until="2023-04-15T00:00:00+08:00"),
    event("ZL-1", "task.suspended", "03-27T09:00", UNIT, ground="鉴定"),
    event("ZL-1", "task.resumed", "04-03T09:00", UNIT),
    event("ZL-1", "task.submitted", "04-10T09:00", UNIT),
    event("ZL-1", "task.sent-back", "04-11T09:00", reason="照片不全"),
    event("ZL-1", "task.submitted", "04-12T09:00", UNIT),
    event("ZL-1", "task.approved", "04-13T09:00", grade="stage"),
    event("ZL-1", "task.approved", "05-10T09:00", grade="full"),
    event("ZL-1", "task.relapsed", "06-20T09:00", reason="再次淤积", due="2023-07-20T00:00:00+08:00"),
    event("ZL-1", "task.signed", "06-20T10:00", UNIT),
    event("ZL-1", "task.submitted", "07-01T09:00", UNIT),
    event("ZL-1", "task.approved", "07-02T09:00", grade="full"),
    event("ZL-1", "task.archived", "07-10T09:00"),
]
COMPLAINT = [
    event("XF-1", "complaint.received", "03-01T09:00", title="夜间异味", unit="GX-A", policy="petition"),
    event("XF-1", "task.return-requested", "03-02T09:00", UNIT, reason="属地不清"),
    event("XF-1", "task.return-refused", "03-03T09:00", reason="属本区"),
    event("XF-1", "task.signed", "03-03T10:00", UNIT),
    event("XF-1", "task.accepted", "03-10T09:00", UNIT),
    event("XF-1", "task.suspended", "03-20T09:00", UNIT, ground="听证"),
    event("XF-1", "task.resumed", "03-27T09:00", UNIT),
    event("XF-1", "task.extension-requested", "05-01T09:00", UNIT, until="2023-06-10T00:00:00+08:00", reason="检测未出"),
    event("XF-1", "task.extension-granted", "05-04T09:00", UNIT, until="2023-06-10T00:00:00+08:00"),
    event("XF-1", "task.submitted", "05-20T09:00", UNIT),
    event("XF-1", "task.approved", "05-22T09:00", grade="stage"),
    event("XF-1", "task.approved", "06-12T09:00", grade="full"),
    event("XF-1", "complaint.evaluated", "06-15T09:00", of="handling_unit", level="satisfied"),
    event("XF-1", "task.archived", "06-20T09:00"),
    event("XF-1", "task.relapsed", "06-25T09:00", reason="异味又起"),
    event("XF-1", "task.signed", "06-25T10:00", UNIT),
    event("XF-1", "task.accepted", "06-26T09:00", UNIT),
    event("XF-1", "task.submitted", "07-04T09:00", UNIT),
    event("XF-1", "task.approved", "07-05T09:00", grade="full"),
    event("XF-1", "task.archived", "07-06T09:00"),
]
JUNE = {"precision": "month_end", "date": "2023-06-01"}
THIRD_QUARTER = {"precision": "quarter_end", "date": "2023-09-01"}
PLAN = "rectification-plan"
RECTIFICATION = [
    event("ZG-1", "rectification.assigned", "03-01T09:00", title="雨污分流", unit="GX-A", policy=PLAN, due=JUNE),
    event("ZG-1", "task.return-requested", "03-02T09:00", UNIT, reason="应由综合执法牵头"),
    event("ZG-1", "task.return-approved", "03-03T09:00"),
    event("ZG-1", "task.transferred", "03-06T09:00", to_unit="GX-B"),
    event("ZG-1", "task.signed", "03-07T09:00", UNIT),
    event("ZG-1", "rectification.planned", "03-10T09:00", UNIT, measures=["改造管网"]),
    event("ZG-1", "task.suspended", "04-03T09:00", UNIT, ground="不可抗力"),
    event("ZG-1", "task.resumed", "04-13T09:00", UNIT),
    event("ZG-1", "task.extension-requested", "06-01T09:00", UNIT, until=THIRD_QUARTER, reason="管线迁改"),
    event("ZG-1", "task.extension-granted", "06-05T09:00", until=THIRD_QUARTER),
    event("ZG-1", "task.submitted", "08-01T09:00", UNIT),
    event("ZG-1", "task.approved", "08-03T09:00", grade="stage"),
    event("ZG-1", "task.approved", "09-20T09:00", grade="full"),
    event("ZG-1", "task.looked-back", "11-10T09:00", result="relapsed"),
    event("ZG-1", "task.signed", "11-11T09:00", UNIT),
    event("ZG-1", "task.submitted", "12-01T09:00", UNIT),
    event("ZG-1", "task.approved", "12-05T09:00", grade="full"),
    event("ZG-1", "task.looked-back", "2024-02-01T09:00", result="held"),
    event("ZG-1", "task.archived", "2024-02-02T09:00"),
]
MATTERS = {"ZL-1": DIRECTIVE, "XF-1": COMPLAINT, "ZG-1": RECTIFICATION}
OTHER_WORDS = {
    "directive.issued": "registered",
    "complaint.received": "registered",
    "rectification.assigned": "registered",
    "rectification.planned": "recorded",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("families")
    file = folder / "history.jsonl"
    file.write_bytes(b"\n".join(raw(one) for one in (*DIRECTIVE, *COMPLAINT, *RECTIFICATION)))
    with up(folder / "data"):
        pushed = asked("push", file, "--data", folder / "data", "--json").json
        assert pushed["accepted"] == len(DIRECTIVE) + len(COMPLAINT) + len(RECTIFICATION), pushed
    return folder / "data"


def task(data: Path, number: str) -> Any:
    return asked("task", "show", OWNER, number, "--data", data, "--json").json


def local(instant: str | None) -> str | None:
    """An instant in UTC as the clock on the wall in Shanghai says it, to the hour; None stays None."""
    if instant is None:
        return None
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H")


def clocks(episode: Any) -> dict[str, list[tuple[str | None, str | None]]]:
    """Each clock of an episode: until when each of its stretches ran, and the due in it."""
    return {one["name"]: [(local(s["until"]), local(s["due"])) for s in one["segments"]] for one in episode["clocks"]}


@pytest.mark.parametrize("number", sorted(MATTERS))
def test_the_timeline_tells_every_event_in_its_order(data: Path, number: str) -> None:
    told = [(entry["fact"], local(entry["at"])) for entry in task(data, number)["timeline"] if entry["source"]]
    expected = []
    for one in MATTERS[number]:
        what = one["type"].removeprefix("duban.").removesuffix(".v1")
        word = "relapsed" if one["data"].get("result") == "relapsed" else what.partition(".")[2]
        expected.append((OTHER_WORDS.get(what, word), one["time"][:13]))
    assert told == expected


def test_the_clocks_of_the_directive(data: Path) -> None:
    now = task(data, "ZL-1")
    assert (now["state"]["place"], now["episode"], now["unit"]) == ("archived", 2, "GX-B")
    assert clocks(now["previous"]) == {
        "sign": [("2023-03-01T15", "2023-03-02T09"), ("2023-03-02T10", "2023-03-03T09")],
        "finish": [
            ("2023-03-21T09", "2023-04-01T00"),
            ("2023-03-27T09", "2023-04-15T00"),
            ("2023-04-13T09", "2023-04-22T00"),
        ],
        "answer": [("2023-03-21T09", "2023-03-24T00")],
    }
    assert clocks(now) == {"sign": [("2023-06-20T10", "2023-06-21T09")], "finish": [("2023-07-02T09", "2023-07-20T00")]}
    previous = now["previous"]
    assert (local(previous["state"]["at"]), local(previous["state"]["full_at"])) == ("2023-04-13T09", "2023-05-10T09")
    assert (previous["sent_back"], previous["extensions"], now["sent_back"]) == (1, 1, 0)


def test_the_clocks_of_the_complaint(data: Path) -> None:
    now = task(data, "XF-1")
    assert (now["state"]["place"], now["episode"]) == ("archived", 2)
    assert clocks(now["previous"]) == {
        "sign": [("2023-03-03T10", "2023-03-04T00")],
        "respond": [("2023-03-10T09", "2023-03-17T00")],
        "finish": [
            ("2023-03-20T09", "2023-05-10T00"),
            ("2023-05-04T09", "2023-05-17T00"),
            ("2023-05-22T09", "2023-06-10T00"),
        ],
    }
    assert clocks(now) == {
        "sign": [("2023-06-25T10", "2023-06-28T00")],
        "respond": [("2023-06-26T09", "2023-07-11T00")],
        "finish": [("2023-07-05T09", "2023-08-26T00")],
    }
    assert [(one["of"], one["level"]) for one in now["previous"]["evaluations"]] == [("handling_unit", "satisfied")]


def test_the_clocks_of_the_rectification(data: Path) -> None:
    now = task(data, "ZG-1")
    assert (now["state"]["place"], now["episode"]) == ("archived", 2)
    assert clocks(now["previous"]) == {
        "sign": [("2023-03-03T09", "2023-03-09T00"), ("2023-03-07T09", "2023-03-14T00")],
        "finish": [
            ("2023-04-03T09", "2023-07-01T00"),
            ("2023-06-05T09", "2023-07-11T00"),
            ("2023-08-03T09", "2023-10-01T00"),
        ],
        "answer": [("2023-03-03T09", "2023-03-08T00")],
        "look-back": [("2023-11-10T09", "2023-12-21T00")],
    }
    assert clocks(now) == {
        "sign": [("2023-11-11T09", "2023-11-18T00")],
        "finish": [("2023-12-05T09", None)],
        "look-back": [("2024-02-01T09", "2024-03-06T00")],
    }
    assert {one["name"]: one["version"] for one in now["clocks"]} == {"sign": 3, "finish": 4, "look-back": 2}


def counts(data: Path, family: str, as_of: str) -> list[int]:
    found = asked("figures", "--family", family, "--as-of", as_of, "--data", data, "--json").json["counts"]
    return [found[name] for name in ("received", "closed", "closed_on_time", "closed_late", "open", "overdue_open")]


def test_the_figures_count_each_episode_and_a_relapse_undoes_no_closing(data: Path) -> None:
    assert counts(data, "directive", "2023-03-15") == [1, 0, 0, 0, 1, 0]
    assert counts(data, "directive", "2023-05-01") == [1, 1, 1, 0, 0, 0]
    assert counts(data, "directive", "2023-06-30") == [2, 1, 1, 0, 1, 0]
    assert counts(data, "directive", "2024-12-31") == [2, 2, 2, 0, 0, 0]
    assert counts(data, "complaint", "2023-06-30") == [2, 1, 1, 0, 1, 0]
    assert counts(data, "complaint", "2024-12-31") == [2, 2, 2, 0, 0, 0]
    assert counts(data, "rectification", "2023-11-30") == [2, 1, 1, 0, 1, 0]
    assert counts(data, "rectification", "2024-12-31") == [2, 2, 1, 0, 0, 0]
    assert asked("recount", "--data", data).code == 0
    assert asked("ledger", "verify", "--data", data).code == 0


def test_the_alerts_are_those_of_the_clocks_that_came_near_their_end(data: Path) -> None:
    raised = asked("alerts", "--data", data, "--json").json
    assert [one["kind"] for one in raised].count("overdue") == 0
    assert {(one["subject"], one["clock"], one["rung"], local(one["at"])) for one in raised if one["clock"] != "sign"} == {
        ("XF-1", "finish", "near-15cd", "2023-05-02T00"),
    }


def test_a_proposed_policy_is_tried_on_what_happened(data: Path, tmp_path: Path) -> None:
    stricter = tmp_path / "stricter.toml"
    shipped = Path("shared/policies/standard.toml").read_text(encoding="utf-8")
    stricter.write_text(shipped.replace('longest = "30cd"', 'longest = "5cd"'), encoding="utf-8")
    bounds = ("--from", "2023-01-01", "--to", "2024-01-01", "--at", "2024-12-31")
    tried = asked("policy", "simulate", stricter, *bounds, "--data", data, "--json").json
    assert tried["matters"] == 3
    [changed] = tried["changed"]
    assert (changed["number"], changed["now"]["word"], changed["proposed"]["word"]) == ("ZL-1", "on-time", "on-time")
    refused = [id_.removeprefix("ZL-1-task.extension-")[:7] for id_, _ in changed["refused"]]
    assert refused == ["request", "granted"]


def test_what_is_open_after_the_end_is_told(data: Path) -> None:
    told = asked("task", "actions", OWNER, "ZL-1", "--as", UNIT, "--data", data, "--json").json
    assert told["state"] == "archived"
    opened = {one["action"] for one in told["actions"] if one["open"]}
    assert opened == {"relapse", "record", "respond", "note", "acknowledge", "urge", "assign", "evaluate", "look-back"}
