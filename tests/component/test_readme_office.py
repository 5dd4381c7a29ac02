"""The office that the README sets up can be used as it stands there, and is the same in both languages."""

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Final

import pytest

from services.notifier.channels.load import load_channels
from services.notifier.checking import problems, warnings
from shared.roster import load_office, page_url
from shared.units import Units
from tests.support.sample import CALENDAR, at

ROOT: Final = Path(__file__).parents[2]
_FILE: Final = re.compile(r"^    \[\[(person|channel)\]\]\n(?:(?:    .*)?\n)+", re.MULTILINE)


def files_in(readme: str) -> dict[str, str]:
    """The two files, by the table that each begins with."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    return {found[1]: textwrap.dedent(found[0]) for found in _FILE.finditer(text)}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_its_files_are_taken_and_somebody_is_told_when_duban_is_in_trouble(tmp_path: Path, readme: str) -> None:
    said = files_in(readme)
    (tmp_path / "people.toml").write_text(said["person"], encoding="utf-8")
    (tmp_path / "notify.toml").write_text(said["channel"], encoding="utf-8")
    for secret in re.findall(r'_file = "([^"]+)"', said["channel"]):
        (tmp_path / secret).write_text("a-secret", encoding="utf-8")
    office, channels = load_office(tmp_path, Units(), CALENDAR), load_channels(tmp_path / "notify.toml", {})
    assert problems(office, channels) == ()
    [few] = warnings(office, channels, page_url(tmp_path), at(0))
    assert few.startswith("nobody is deputy-head (分管领导), head (主要领导), supervision (督查室), assigner (交办单位): ")


def test_both_languages_set_up_the_same_office() -> None:
    english, chinese = files_in("README.md"), files_in("README.zh-CN.md")
    assert {name: tomllib.loads(said) for name, said in english.items()} == {
        name: tomllib.loads(said) for name, said in chinese.items()
    }
