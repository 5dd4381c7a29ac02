"""`duban due` and `duban calendar show` as a user runs them."""

import json
from pathlib import Path

import pytest

from tests.support.duban import asked


def test_a_budget_is_counted_off_with_every_day_explained(tmp_path: Path) -> None:
    ended = asked("due", "--rule", "5wd", "--start", "2026-09-29", "--json", "--data", tmp_path)
    assert (ended.json["due"], ended.json["provisional"]) == ("2026-10-13T00:00:00+08:00", False)
    counted = [step["day"] for step in ended.json["trace"] if step["counted"]]
    assert counted == ["2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12"]
    assert ended.json["trace"][0] | {"kind": "workday"} == {
        "day": "2026-09-29",
        "counted": False,
        "why": "first-day",
        "kind": "workday",
        "name": "工作日",
    }
    assert next(step for step in ended.json["trace"] if step["day"] == "2026-10-10")["name"] == "补班"


def test_a_person_reads_the_end_as_an_office_writes_it(tmp_path: Path) -> None:
    ended = asked("due", "--rule", "5wd", "--start", "2026-09-29", "--data", tmp_path)
    assert "2026-09-29 00:00 → 2026-10-12 24:00" in ended.out
    assert "2026-10-10 六  4  计入" in ended.out


def test_a_rule_is_named_by_its_id_and_has_its_citation(tmp_path: Path) -> None:
    ended = asked("due", "--rule", "standard.finish.complaint", "--start", "2026-08-03T10:00", "--json", "--data", tmp_path)
    assert ended.json["due"] == "2026-10-09T00:00:00+08:00"
    assert "信访工作条例" in ended.json["citation"]


def test_many_starts_give_one_answer_a_line(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    starts.write_text("2026-12-28\n\n2026-11-10T09:00+08:00\n")
    ended = asked("due", "--rule", "5wd", "--starts", starts, "--data", tmp_path)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [(one["due"], one["provisional"]) for one in answers] == [
        ("2027-01-06T00:00:00+08:00", True),
        ("2026-11-18T00:00:00+08:00", False),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "5xx", "--start", "2026-01-01"], "standard.sign"),
        (["--rule", "5wd"], "--start INSTANT or --starts FILE"),
        (["--rule", "5wd", "--start", "yesterday"], "is no date"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_what_could(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = asked("due", *arguments, "--data", tmp_path, env={"COLUMNS": "400"})
    assert ended.code == 2
    assert said in ended.err


def test_a_line_that_is_no_instant_is_named(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    starts.write_text("2026-12-28\nsoon\n")
    ended = asked("due", "--rule", "5wd", "--starts", starts, "--data", tmp_path, env={"COLUMNS": "400"})
    assert ended.code == 2
    assert "line 2: 'soon'" in ended.err


def test_a_year_is_shown_with_its_days_off_and_its_make_up_days(tmp_path: Path) -> None:
    ended = asked("calendar", "show", 2026, "--json", "--data", tmp_path)
    kinds = {day["day"]: day["kind"] for day in ended.json["days"]}
    assert (kinds["2026-01-04"], kinds["2026-02-23"], len(kinds)) == ("make-up", "holiday", 39)
    assert (ended.json["working_days"], ended.json["provisional"], ended.json["published"]) == (248, False, "2025-11-04")
    assert "2026-09-20 日  补班" in asked("calendar", "show", 2026, "--data", tmp_path).out


def test_a_year_without_a_notice_says_so_and_the_offices_own_notice_settles_it(tmp_path: Path) -> None:
    assert asked("calendar", "show", 2027, "--json", "--data", tmp_path).json["provisional"] is True
    assert "暂定" in asked("calendar", "show", 2027, "--data", tmp_path).err
    (tmp_path / "calendars").mkdir()
    days = {"元旦": ["2027-01-01"], "劳动节": ["2027-05-01", "2027-05-02"], "国庆节": [f"2027-10-0{n}" for n in (1, 2, 3)]}
    lines = [f'off."{name}" = [{", ".join(its)}]' for name, its in days.items()]
    own = "\n".join(["[2027]", "work = [2027-01-02]", *lines])
    (tmp_path / "calendars" / "2027.toml").write_text(own, encoding="utf-8")
    shown = asked("calendar", "show", 2027, "--json", "--data", tmp_path).json
    assert (shown["provisional"], [day["kind"] for day in shown["days"]]) == (False, ["holiday", "make-up", *["holiday"] * 5])


def test_a_calendar_file_that_contradicts_a_notice_ends_every_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "own.toml").write_text('[[local]]\ndate = 2026-10-01\nreason = "台风"\n', encoding="utf-8")
    ended = asked("due", "--rule", "5wd", "--start", "2026-09-29", "--data", tmp_path)
    assert (ended.code, ended.out) == (78, "")
    assert "own.toml" in ended.err
    assert "2026-10-01" in ended.err


NOTICE = """关于2027年部分节假日安排的通知
一、元旦：2026年12月31日（周四）至2027年1月2日（周六）放假调休，共3天。2026年12月27日（周日）上班。
二、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。
三、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。
"""


def test_a_notice_is_imported_from_its_text_and_settles_what_was_provisional(tmp_path: Path) -> None:
    text = tmp_path / "notice.txt"
    text.write_text(NOTICE, encoding="utf-8")
    data = tmp_path / "data"
    imported = asked("calendar", "import", text, "--data", data)
    assert imported.code == 0
    assert "2026-12-27 日  周末    →  补班" in imported.out
    due = asked("due", "--rule", "5wd", "--start", "2026-12-25", "--json", "--data", data).json
    assert (due["due"], due["provisional"]) == ("2027-01-05T00:00:00+08:00", False)


def test_a_notice_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    text = tmp_path / "notice.txt"
    text.write_text(NOTICE.replace("共3天", "共5天"), encoding="utf-8")
    ended = asked("calendar", "import", text, "--data", tmp_path / "data")
    assert (ended.code, (tmp_path / "data").exists()) == (78, False)
    assert "the notice says 5 days" in ended.err


def test_a_file_that_contradicts_what_is_there_is_taken_away_again(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[local]]\ndate = 2026-10-01\nreason = "台风"\n', encoding="utf-8")
    assert asked("calendar", "import", own, "--data", tmp_path / "data").code == 78
    assert asked("due", "--rule", "5wd", "--start", "2026-09-29", "--json", "--data", tmp_path / "data").code == 0


def test_the_policies_are_listed_with_their_rules_and_citations(tmp_path: Path) -> None:
    listed = {one["id"]: one for one in asked("policy", "list", "--json", "--data", tmp_path).json}
    assert {"standard", "petition", "hotline-shandong"} <= listed.keys()
    assert [rule["budget"] for rule in listed["hotline-shandong"]["rules"]] == ["2wd", "5wd"]
    assert listed["petition"]["extension"] == {"times": 1, "longest": "30cd", "granted_by": "unit"}
    assert "信访工作条例" in asked("policy", "list", "--data", tmp_path).out


def test_a_policy_file_is_checked_before_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    good = (Path("shared/policies/petition.toml")).read_text(encoding="utf-8")
    file.write_text(good.replace('budget = "60cd"', 'budget = "45cd"'), encoding="utf-8")
    checked = asked("policy", "check", file, "--data", tmp_path)
    assert checked.code == 0
    assert "45cd" in checked.out
    assert "its version should be greater than 1" in checked.out
    file.write_text(good.replace('longest = "30cd"', 'longest = "soon"'), encoding="utf-8")
    refused = asked("policy", "check", file, "--data", tmp_path)
    assert (refused.code, refused.out) == (78, "")
    assert "extension.longest: 'soon' is no budget" in refused.err


def test_a_policy_that_does_not_go_with_the_others_is_refused_by_the_check(tmp_path: Path) -> None:
    shipped = Path("shared/policies/petition.toml").read_text(encoding="utf-8")
    own = tmp_path / "data" / "policies"
    own.mkdir(parents=True)
    (own / "first.toml").write_text(shipped.replace("version = 1", "version = 1\napplies_from = 2023-01-01"), encoding="utf-8")
    second = tmp_path / "second.toml"
    second.write_text(shipped.replace("version = 1", "version = 2\napplies_from = 2020-01-01"), encoding="utf-8")
    checked = asked("policy", "check", second, "--data", tmp_path / "data")
    assert checked.code == 78
    assert "applies_from: must be later than 2023-01-01" in checked.err
