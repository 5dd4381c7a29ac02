"""`duban task acknowledge`, `urge` and `assign`: what staff say by hand goes the way of every push and is answered in a line."""

from pathlib import Path

from tests.support.bad_pushes import SOURCE, directive
from tests.support.duban import asked, up
from tests.support.offices import PEOPLE, written
from tests.support.pushed import raw

LETTER = "督函〔2026〕3号"


def test_what_staff_say_of_a_task_is_on_record_and_answered(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "issued.jsonl"
    file.write_bytes(raw(directive("A")))
    idle = asked("task", "urge", SOURCE, "A", "--as", SOURCE, "--data", data)
    assert (idle.code, idle.out) == (75, ""), idle
    with up(data):
        assert asked("push", file, "--data", data).code == 0

        acknowledged = asked("task", "acknowledge", SOURCE, "A", "--person", "wang-1", "--data", data)
        assert (acknowledged.code, acknowledged.err) == (0, ""), acknowledged
        assert acknowledged.out == f"accepted: acknowledged, A of {SOURCE}, by bureau, at position 0-2\n"
        seen = ("--seen", "2026-11-23T09:00", "--as", "gx-bureau")
        assert asked("task", "acknowledge", SOURCE, "A", "--person", "li-2", *seen, "--data", data).code == 0
        by_bureau = ("--as", "gx-bureau", "--data", data)
        assert asked("task", "urge", SOURCE, "A", "--text", "请尽快反馈[1]", *by_bureau).code == 0
        assert asked("task", "urge", SOURCE, "A", "--letter", LETTER, *by_bureau).code == 0
        assigned = asked("task", "assign", SOURCE, "A", "--to", "李[2]", *by_bureau, "--json")
        assert (assigned.code, assigned.json["outcome"], assigned.json["position"]) == (0, "accepted", 6)

        wrong = asked("task", "assign", SOURCE, "A", "--to", " ", *by_bureau)
        assert (wrong.code, wrong.out.count("\n")) == (1, 1), wrong
        assert wrong.out.startswith(f"rejected: assigned, A of {SOURCE}; $.data.to: "), wrong
        early = asked("task", "acknowledge", SOURCE, "nobody-issued-it", "--person", "wang-1", "--data", data)
        assert (early.code, early.out) == (
            0,
            f"parked: acknowledged, nobody-issued-it of {SOURCE}; $.subject: no matter nobody-issued-it of {SOURCE} is known\n",
        )

        found = asked("task", "show", SOURCE, "A", "--data", data, "--json").json
        shown = asked("task", "show", SOURCE, "A", "--data", data)
    said = [(entry["fact"], entry["said"], entry["source"]) for entry in found["timeline"]]
    assert said[1:] == [
        ("acknowledged", "知悉：wang-1（此前全部提醒）", "bureau"),
        ("acknowledged", "知悉：li-2（所见的全部提醒）", "gx-bureau"),
        ("urged", "催办", "gx-bureau"),
        ("urged", f"督办函：{LETTER}", "gx-bureau"),
        ("assigned", "分派：李[2]", "gx-bureau"),
    ]
    assert len({entry["event"] for entry in found["timeline"]}) == 6
    assert all(entry["event"].startswith("cli-") for entry in found["timeline"][1:])
    assert (found["handler"], found["state"]["place"]) == ("李[2]", "pending")
    assert "handler 李[2]" in shown.out
    assert "分派：李[2]" in shown.out


def test_nobody_who_is_not_listed_takes_note(tmp_path: Path) -> None:
    written(tmp_path, "", PEOPLE)
    typo = asked("task", "acknowledge", SOURCE, "A", "--person", "air1", "--data", tmp_path)
    assert (typo.code, typo.out) == (2, "")
    assert "people.toml has no person air1; did you mean air-1 (大气科承办人) or air-0" in typo.err
    nothing_runs = asked("task", "acknowledge", SOURCE, "A", "--person", "air-1", "--data", tmp_path)
    assert nothing_runs.code == 75, nothing_runs


def test_who_is_given_a_task_may_stand_outside_of_the_list_with_a_warning(tmp_path: Path) -> None:
    written(tmp_path, "", PEOPLE)
    warned = asked("task", "assign", SOURCE, "A", "--to", "李四", "--data", tmp_path)
    assert warned.err.startswith(
        "duban: warning: nobody is told by the name 李四, but the handlers of the unit: people.toml has no person 李四\n"
    )
    known = asked("task", "assign", SOURCE, "A", "--to", "air-1", "--data", tmp_path)
    assert "warning" not in known.err
