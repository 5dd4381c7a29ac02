"""`people.toml` and `notify.toml` as an office writes them, and what is refused in them and why."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.notice import Office
from shared.domain.person import Absence, Duty, Post, Role
from shared.domain.route import Route, Step, route_of
from shared.domain.telling import Hours
from shared.domain.value import replace
from shared.roster import BadRoster, load_office, page_url
from shared.units import Units
from tests.support.posts import SHIPPED
from tests.support.sample import CALENDAR, at, register
from tests.support.scenario import given, the
from tests.support.telling import local

UNITS = Units({"bureau": "区分局", "air": "大气科"}, {"air": "bureau"})
PEOPLE = """
[[person]]
id = "handler-1"
name = "大气科承办人"
channels = ["督办群", "邮件"]
email = "handler-1@office.test"
mobile = "+86-0632-0000000"
[[person.post]]
role = "handler"
units = ["air"]
[[person.post]]
role = "supervision"
sources = ["city"]
[[person.away]]
from = 2026-12-02
to = 2026-12-04
stand_in = "handler-2"

[[person]]
id = "handler-2"
name = "大气科另一承办人"

[[duty]]
from = 2026-12-05T17:30:00
to = 2026-12-06T08:30:00
person = "handler-2"
units = ["air"]
"""
NOTIFY = """
[hours]
digest = 10:30:00
settle_seconds = 0

[page]
url = "https://office.test/duban/"

[[route]]
name = "市级急件"
source = "city"
family = "directive"
priority = "extra_urgent"
clock = "finish"
rungs = ["near-*", "overdue"]
steps = [{ to = ["handler", "duty"] }, { to = ["head"], after = "4wh" }]
channels = ["短信"]

[[channel]]
name = "短信"
kind = "webhook"
"""


def office(folder: Path, people: str = PEOPLE, notify: str = NOTIFY) -> Office:
    (folder / "people.toml").write_text(people, encoding="utf-8")
    (folder / "notify.toml").write_text(notify, encoding="utf-8")
    return load_office(folder, UNITS, CALENDAR)


def test_people_are_read_with_posts_absences_and_the_rota(tmp_path: Path) -> None:
    roster = office(tmp_path).roster
    one = roster.people["handler-1"]
    assert (one.name, one.email, one.mobile) == ("大气科承办人", "handler-1@office.test", "+86-0632-0000000")
    assert one.channels == ("督办群", "邮件")
    assert one.posts == (Post(Role.HANDLER, ("air",)), Post(Role.SUPERVISION, sources=("city",)))
    assert one.absences == (Absence(date(2026, 12, 2), date(2026, 12, 4), "handler-2"),)
    assert roster.duties == (Duty(local("2026-12-05 17:30"), local("2026-12-06 08:30"), "handler-2", ("air",)),)
    assert roster.above == {"air": "bureau"}


def test_the_hours_the_page_and_the_routes_are_read_and_those_of_the_office_come_first(tmp_path: Path) -> None:
    found = office(tmp_path)
    assert found.hours == Hours(time(10, 30), timedelta(0), timedelta(seconds=20))
    assert page_url(tmp_path) == "https://office.test/duban"
    own, *shipped = found.routes
    assert own == Route(
        "市级急件",
        (Step((Role.HANDLER, Role.DUTY)), Step((Role.HEAD,), Budget(4, "wh"))),
        ("near-*", "overdue"),
        Family.DIRECTIVE,
        "city",
        clock="finish",
        priority="extra_urgent",
        channels=("短信",),
    )
    assert tuple(shipped) == SHIPPED


def test_the_first_route_that_covers_an_alert_in_all_its_fields_is_taken(tmp_path: Path) -> None:
    routes = office(tmp_path).routes
    task = the(given(register(at(0))).task)
    urgent = replace(task, priority="extra_urgent")
    names = [
        route.name
        for one, topic, rung in [(urgent, "finish", "overdue"), (urgent, "sign", "overdue"), (urgent, "finish", "late-1wd")]
        if (route := route_of(routes, one, topic, rung, urgent=False)) is not None
    ]
    assert names == ["市级急件", "到期", "逾期·第一级"]
    plain = route_of(routes, task, "finish", "overdue", urgent=False)
    assert plain is not None
    assert plain.name == "到期"


def test_an_installation_without_files_has_nobody_to_tell_and_the_shipped_routes(tmp_path: Path) -> None:
    found = load_office(tmp_path, UNITS, CALENDAR)
    assert (found.roster.people, found.hours, found.routes) == ({}, Hours(), SHIPPED)
    assert page_url(tmp_path) is None


def test_without_a_list_of_units_any_unit_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    assert load_office(tmp_path, Units(), CALENDAR).roster.people


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('id = "handler-2"', 'id = "handler-1"', "person handler-1 is listed 2 times"),
        ('id = "handler-2"\n', "", "person 大气科另一承办人: id is missing"),
        ('id = "handler-2"\nname = "大气科另一承办人"', 'emial = "x"', "person no. 2: id is missing"),
        ('role = "handler"', 'role = "section_head"', "'section_head' is none of handler, section-head, deputy-head"),
        ('["督办群", "邮件"]', '"邮件"', "person handler-1: channels: '邮件' is no list: write it in brackets"),
        ("from = 2026-12-02", 'from = "soon"', "person handler-1: away no. 1: from: 'soon' is no date such as 2026-12-01"),
        ('id = "handler-2"', 'id = "handler 2"', "person handler 2: id: 'handler 2' is no id: write up to 64 letters"),
        ('stand_in = "handler-2"', 'stand_in = "nobody"', "person handler-1 names nobody, who is not in the list"),
        ('stand_in = "handler-2"', 'stand_in = "handler-1"', "handler-1 is named as the stand-in of the same person"),
        ('person = "handler-2"', 'person = "nobody"', "duty from 2026-12-05 17:30:00 names nobody, who is not in the list"),
        ('role = "handler"\nunits = ["air"]', 'role = "handler"\nunits = ["soil"]', "unit soil is not in units.toml"),
        ('person = "handler-2"\nunits = ["air"]', 'person = "handler-2"\nunits = ["soil"]', "unit soil is not in units.toml"),
        (
            'role = "handler"',
            'role = "duty"',
            "person handler-1: post no. 1: role: duty is no post: write a table [[duty]] with from, to and",
        ),
        ('role = "handler"', 'role = "boss"', "person handler-1: post no. 1: role: 'boss' is none of handler, section-head"),
        (
            "to = 2026-12-04",
            "to = 2026-12-01",
            "person handler-1: away no. 1: ends on 2026-12-01, before it begins on 2026-12-02",
        ),
        ("to = 2026-12-06T08:30:00", "to = 2026-12-05T17:30:00", "duty no. 1: ends at 2026-12-05 17:30:00, not after it begins"),
        ("to = 2026-12-06T08:30:00", "to = 2026-12-06T08:30:00Z", "duty no. 1: says the zone of one of its ends only"),
        (
            "handler-1@office.test",
            "handler-1 at office.test",
            "person handler-1: email: 'handler-1 at office.test' is no e-mail address",
        ),
        ('mobile = "+86', 'mobile = "tel ', "person handler-1: mobile: 'tel -0632-0000000' is no number: write digits"),
        ('email = "', 'emial = "', "person handler-1: emial is no field; did you mean email?"),
        ('name = "大气科承办人"', "", "person handler-1: name is missing"),
        ('name = "大气科承办人"', "name = 大气科承办人", "Invalid value"),
    ],
)
def test_what_is_wrong_with_people_is_refused_with_file_place_and_reason(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in PEOPLE
    with pytest.raises(BadRoster) as refused:
        office(tmp_path, people=PEOPLE.replace(old, new))
    assert str(refused.value).startswith(f"{tmp_path / 'people.toml'}: ")
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "digest = 10:30:00",
            "digest = 12:30:00",
            "digest: 12:30 lies outside of the office hours 08:30-12:00, 13:30-17:30",
        ),
        ("digest = 10:30:00", "digest = 17:30:00", "hours: digest: 17:30 lies outside"),
        ("digest = 10:30:00", 'digest = "9"', "hours: digest: '9' is no time of day such as 09:00:00"),
        ("settle_seconds = 0", "settle_seconds = -1", "hours: settle_seconds: -1 is less than 0"),
        ("settle_seconds", "settle", "hours: settle is no field; did you mean settle_seconds?"),
        ("[hours]", "[hour]", "hour is no field; did you mean hours?"),
        ("[[route]]", "[[routes]]", "routes is no field; did you mean route?"),
        ('after = "4wh"', 'after = "1mo"', "route 市级急件: steps no. 2: after: '1mo' is no lag: write minutes, hours or days"),
        ('after = "4wh"', 'after = "soon"', "route 市级急件: steps no. 2: after: 'soon' is no budget"),
        (', after = "4wh"', "", "route 市级急件: steps: step 2 has no `after`"),
        ('["handler", "duty"]', "[]", "route 市级急件: steps no. 1: to: is empty"),
        ("steps = [", "step = [", "route 市级急件: steps is missing"),
        ('"near-*"', '"nearly"', "route 市级急件: rungs no. 1: 'nearly' is no rung: write near-*"),
        ('clock = "finish"', 'clock = "end"', "route 市级急件: clock: 'end' is none of sign, respond"),
        ('family = "directive"', 'family = "order"', "route 市级急件: family: 'order' is none of directive"),
        ('source = "city"', 'unit = "soil"', "unit soil is not in units.toml"),
        ('url = "https://office.test/duban/"', 'url = "office.test"', "page: url: 'office.test' is no address such as https://"),
    ],
)
def test_what_is_wrong_with_routes_is_refused_with_file_place_and_reason(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in NOTIFY
    with pytest.raises(BadRoster) as refused:
        office(tmp_path, notify=NOTIFY.replace(old, new))
    assert str(refused.value).startswith(f"{tmp_path / 'notify.toml'}: ")
    assert why in str(refused.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_bytes("[[person]]\nid = 'a'\nname = '李'".encode("gb18030"))
    with pytest.raises(BadRoster, match=r"people\.toml: .*utf-8"):
        load_office(tmp_path, UNITS, CALENDAR)
