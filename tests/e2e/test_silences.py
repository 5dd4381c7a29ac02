"""`duban silence`: what nobody is told of for a while, and a warning where it names what no file lists."""

from pathlib import Path

import pytest

from tests.support.duban import asked
from tests.support.offices import PEOPLE, written

UNITS = '[[unit]]\ncode = "air"\nname = "大气科"\n'
UNKNOWN_UNIT = "duban: warning: unit aire is not in units.toml; what events give to it is silenced all the same\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation that nothing runs on, with units and people."""
    written(tmp_path, "", PEOPLE)
    (tmp_path / "units.toml").write_text(UNITS, encoding="utf-8")
    assert asked("migrate", "--data", tmp_path).code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("named", "warning"),
    [
        (("--unit", "air", "--person", "air-1"), ""),
        (("--unit", "aire"), UNKNOWN_UNIT),
        (
            ("--person", "aire-1"),
            "duban: warning: people.toml has no person aire-1; did you mean air-1 (大气科承办人) or air-0 (大气科负责人)?\n",
        ),
        ((), ""),
    ],
)
def test_a_silence_of_what_nobody_knows_is_made_with_a_warning(data: Path, named: tuple[str, ...], warning: str) -> None:
    made = asked("silence", "add", "--reason", "搬迁", "--until", "2099-01-01", *named, "--data", data)
    assert (made.code, made.err) == (0, warning)
    [silence] = asked("silence", "list", "--json", "--data", data).json
    assert [silence[name.removeprefix("--")] for name in named[::2]] == list(named[1::2])


def test_where_an_office_lists_no_units_any_unit_is_as_good_as_another(data: Path) -> None:
    (data / "units.toml").unlink()
    assert asked("silence", "add", "--reason", "搬迁", "--until", "2099-01-01", "--unit", "x", "--data", data).err == ""
