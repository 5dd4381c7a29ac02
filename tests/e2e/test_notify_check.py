"""`duban notify check` where there is nobody to tell: most likely another folder was meant, so it is no success."""

from pathlib import Path

from tests.support.duban import asked


def test_a_folder_without_people_is_said_to_tell_nobody(tmp_path: Path) -> None:
    checked = asked("notify", "check", "--data", tmp_path)
    assert (checked.code, checked.err) == (1, f"duban: no people.toml in {tmp_path}: nobody is told\n")
    assert "person" not in checked.out
    assert asked("notify", "check", "--data", tmp_path, "--json").json["problems"] == [
        f"no people.toml in {tmp_path}: nobody is told"
    ]


def test_a_file_without_people_is_no_better(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text("", encoding="utf-8")
    checked = asked("notify", "check", "--data", tmp_path)
    assert (checked.code, checked.err) == (1, f"duban: {tmp_path / 'people.toml'} lists nobody: nobody is told\n")
