"""`duban notify check` finds what leads nowhere, and warns of what reaches fewer people than it looks."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.channels.load import load_channels
from services.notifier.checking import problems, warnings
from shared.domain.notice import Office
from shared.domain.person import Role
from shared.domain.value import replace
from shared.roster import load_office, page_url
from shared.units import Units
from tests.support import offices
from tests.support.sample import CALENDAR, START

SMS = '[[channel]]\nname = "sms"\nkind = "webhook"\npreset = "sms"\nurl = "https://sms.test/send"\n\n'
NOTIFY = offices.robot("http://127.0.0.1:9") + offices.mail(25) + SMS + '[page]\nurl = "https://duban.test"\n'
ALL_POSTS = "".join(f'\n[[person.post]]\nrole = "{role}"\n' for role in Role if role is not Role.DUTY)
DUTY = '\n[[duty]]\nfrom = 2026-11-22T17:30:00\nto = 2026-11-24T08:30:00\nperson = "all"\n'
PEOPLE = f'[[person]]\nid = "all"\nname = "全能"\nemail = "a@b.test"\nmobile = "13800000000"\n{ALL_POSTS}{DUTY}'


def checked(folder: Path, people: str = PEOPLE, notify: str = NOTIFY) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Problems and warnings of an office."""
    offices.written(folder, notify, people)
    office, channels = load_office(folder, Units(), CALENDAR), load_channels(folder / "notify.toml")
    return problems(office, channels), warnings(office, channels, page_url(folder), START)


def reached_by(*channels: str) -> str:
    return PEOPLE.replace('name = "全能"', f'name = "全能"\nchannels = {list(channels)}')


def test_of_files_without_fault_nothing_is_said(tmp_path: Path) -> None:
    assert checked(tmp_path, reached_by("mail", "sms", "robot")) == ((), ())


def test_channels_of_people_and_of_routes_have_to_exist(tmp_path: Path) -> None:
    route = '[[route]]\nname = "急件"\nsteps = [{ to = ["handler"] }]\nchannels = ["robot", "fax"]\n'
    found, _ = checked(tmp_path, reached_by("pager", "mial"), NOTIFY + route)
    assert found == (
        "people.toml names channels that notify.toml does not have: mial (did you mean mail?), pager",
        "route 急件 names channels that notify.toml does not have: fax",
    )


@pytest.mark.parametrize(
    ("people", "warning"),
    [
        (reached_by("mail").replace('email = "a@b.test"', ""), "person all has no email, which channel mail needs"),
        (reached_by("sms").replace('mobile = "13800000000"', ""), "person all has no mobile, which channel sms needs"),
        (
            PEOPLE.replace('role = "keeper"', 'role = "head"'),
            "nobody is keeper (系统管理员): when Duban itself is in trouble, nobody is told",
        ),
        (
            PEOPLE.replace('role = "deputy-head"', 'role = "head"').replace(DUTY, ""),
            "nobody is deputy-head (分管领导), duty (值班人员): a step that finds nobody gives its place to the next one",
        ),
    ],
)
def test_what_reaches_nobody_is_warned_of(tmp_path: Path, people: str, warning: str) -> None:
    assert checked(tmp_path, people) == ((), (warning,))


def test_a_rota_that_is_over_is_none(tmp_path: Path) -> None:
    _, found = checked(tmp_path, PEOPLE.replace("2026-11-24T08:30:00", "2026-11-23T08:30:00"))
    assert [said[:14] for said in found] == ["nobody is duty"]


def test_a_role_that_no_route_names_is_missed_by_nobody(tmp_path: Path) -> None:
    offices.written(tmp_path, NOTIFY, PEOPLE.replace('role = "supervision"', 'role = "head"'))
    office: Office = load_office(tmp_path, Units(), CALENDAR)
    few = replace(office, routes=tuple(one for one in office.routes if one.name == "临期"))
    assert warnings(few, {}, None, START) == ()
    assert warnings(few, {}, None, START + timedelta(days=1)) == ()


def test_links_to_this_machine_are_warned_of_where_messages_are_sent(tmp_path: Path) -> None:
    _, found = checked(tmp_path, notify=NOTIFY.partition("[page]")[0])
    assert [said[:33] for said in found] == ["notify.toml says no url in [page]"]
    assert checked(tmp_path, notify="") == ((), ())
