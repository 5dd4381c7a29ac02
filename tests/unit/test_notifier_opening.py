"""A notifier that starts says whom it tells, and what is wrong in its files: nobody has to ask for it."""

from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from services.notifier.channels.load import load_channels
from services.notifier.opening import audience, log_opening
from shared.roster import load_office, page_url
from shared.units import Units
from tests.support import offices
from tests.support.sample import CALENDAR, START

KEEPER = '[[person]]\nid = "k"\nname = "管理员"\nchannels = ["mial"]\n[[person.post]]\nrole = "keeper"\n'


def opened(folder: Path) -> list[Any]:
    """What is logged of the files of a folder."""
    office, channels = load_office(folder, Units(), CALENDAR), load_channels(folder / "notify.toml")
    with capture_logs() as logged:
        log_opening(office, channels, page_url(folder), START)
    return logged


def test_each_problem_and_each_warning_is_an_event_of_its_own(tmp_path: Path) -> None:
    offices.written(tmp_path, offices.mail(25), KEEPER)
    first, *found = opened(tmp_path)
    assert (first["event"], first["people"], first["channels"]) == ("notifier.tells", 1, ["mail"])
    assert [(one["event"], one["log_level"]) for one in found] == [
        ("notifier.file_problem", "error"),
        ("notifier.file_warning", "warning"),
        ("notifier.file_warning", "warning"),
    ]
    assert "mial" in found[0]["said"]


def test_of_an_office_without_people_it_is_said_that_nobody_is_told(tmp_path: Path) -> None:
    assert [(one["event"], one["log_level"]) for one in opened(tmp_path)] == [("notifier.tells_nobody", "warning")]


def test_the_banner_counts_people_and_names_channels(tmp_path: Path) -> None:
    offices.written(tmp_path, offices.mail(25), KEEPER)
    people = load_office(tmp_path, Units(), CALENDAR).roster.people
    assert audience(people, ["mail", "robot"]) == "1, told by mail, robot and in the inbox"
    assert audience(people, []) == "1, told in the inbox only: notify.toml has no channel"
    assert audience({}, ["mail"]).startswith("nobody is told: there is no people.toml")
