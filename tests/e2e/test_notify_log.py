"""`duban notify log` that finds nothing says what may be the cause: an empty table answers nobody's question."""

from pathlib import Path

import pytest

from tests.support.duban import asked
from tests.support.offices import PEOPLE, written


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation that nothing runs on, with people and no matter."""
    written(tmp_path, "", PEOPLE)
    assert asked("migrate", "--data", tmp_path).code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        (("--person", "Air1"), "people.toml has no person Air1; did you mean air-1 (大气科承办人) or air-0 (大气科负责人)?"),
        (("--person", "主要领导"), "people.toml has no person 主要领导; did you mean head (主要领导)?"),
        (("--person", "zzz"), "people.toml has no person zzz"),
        (("--number", "SZ-2"), "there is no matter SZ-2"),
        (("--owner", "city", "--number", "SZ-2"), "there is no matter SZ-2 of city"),
        (("--person", "air-1"), "nobody was told of what was asked for, and nobody is to be"),
    ],
)
def test_who_finds_nothing_is_told_what_may_be_the_cause(data: Path, named: tuple[str, ...], hint: str) -> None:
    found = asked("notify", "log", *named, "--data", data)
    assert (found.code, found.out) == (0, "")
    assert found.err.startswith(f"duban: {hint}")


def test_where_there_are_no_people_that_is_the_cause(data: Path) -> None:
    (data / "people.toml").unlink()
    assert asked("notify", "log", "--data", data).err.startswith("duban: there is no people.toml, so nobody is told")
