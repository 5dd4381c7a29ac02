"""Who is told of what: `people.toml` with the people of an office, and the routes and hours of its `notify.toml`."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from shared.domain.calendar import Calendar
from shared.domain.notice import Office
from shared.domain.person import Absence, Duty, Person, Post, Roster
from shared.domain.route import Route, Step
from shared.domain.telling import Hours
from shared.faults import fault_of
from shared.roster.tables import DutyTable, NotifyTable, PeopleTable, PersonTable, RouteTable
from shared.units import Units

PEOPLE: Final = "people.toml"
NOTIFY: Final = "notify.toml"


class BadRoster(Exception):
    """A file of people or routes cannot be used; the message names the file, the place in it and the reason."""


def load_office(data: Path, units: Units, calendar: Calendar) -> Office:
    """Whom an installation tells of what, and when; nobody where there are no people. Raises BadRoster."""
    notify = _parsed(data / NOTIFY, NotifyTable)
    shipped = _parsed(Path(__file__).parent / "routes.toml", NotifyTable)
    said = "digest" in notify.hours.model_fields_set
    if said and not any(start <= notify.hours.digest < end for start, end in calendar.hours):
        hours = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in calendar.hours)
        raise BadRoster(f"{data / NOTIFY}: hours: digest: {notify.hours.digest:%H:%M} lies outside of the office hours {hours}")
    _see_that_known(data / NOTIFY, units, [one.unit for one in notify.route if one.unit is not None])
    return Office(
        roster=_roster(data / PEOPLE, units, calendar),
        routes=tuple(_route(one) for one in (*notify.route, *shipped.route)),
        hours=Hours(
            notify.hours.digest,
            timedelta(seconds=notify.hours.settle_seconds),
            timedelta(seconds=notify.hours.spread_seconds),
        ),
        calendar=calendar,
    )


def page_url(data: Path) -> str | None:
    """Where people reach the page, as `notify.toml` says, without a slash at its end. Raises BadRoster."""
    url: str | None = _parsed(data / NOTIFY, NotifyTable).page.url
    return None if url is None else url.rstrip("/")


def _roster(file: Path, units: Units, calendar: Calendar) -> Roster:
    said = _parsed(file, PeopleTable)
    known = Counter(one.id for one in said.person)
    for id_, times in known.items():
        if times > 1:
            raise BadRoster(f"{file}: person {id_} is listed {times} times")
    named = [(f"person {one.id}", away.stand_in) for one in said.person for away in one.away]
    named += [(f"duty from {one.since}", one.person) for one in said.duty]
    for one in said.person:
        if any(away.stand_in == one.id for away in one.away):
            raise BadRoster(f"{file}: person {one.id} is named as the stand-in of the same person")
    for where, id_ in named:
        if id_ not in known:
            raise BadRoster(f"{file}: {where} names {id_}, who is not in the list")
    posts = [post for one in said.person for post in one.post]
    _see_that_known(file, units, [unit for one in (*posts, *said.duty) for unit in one.units])
    people = {one.id: _person(one) for one in said.person}
    return Roster(people, tuple(_duty(one, calendar) for one in said.duty), dict(units.above))


def _see_that_known(file: Path, units: Units, named: Iterable[str]) -> None:
    for unit in named:
        if units and unit not in units:
            raise BadRoster(f"{file}: unit {unit} is not in units.toml")


def _person(said: PersonTable) -> Person:
    return Person(
        id=said.id,
        name=said.name,
        posts=tuple(Post(one.role, one.units, one.sources) for one in said.post),
        channels=said.channels,
        email=said.email,
        mobile=said.mobile,
        absences=tuple(Absence(one.first, one.last, one.stand_in) for one in said.away),
    )


def _duty(said: DutyTable, calendar: Calendar) -> Duty:
    def local(at: datetime) -> datetime:
        return at if at.tzinfo is not None else at.replace(tzinfo=calendar.zone)

    return Duty(local(said.since), local(said.until), said.person, said.units)


def _route(said: RouteTable) -> Route:
    return Route(
        name=said.name,
        steps=tuple(Step(one.to, one.after) for one in said.steps),
        rungs=said.rungs,
        family=said.family,
        source=said.source,
        unit=said.unit,
        policy=said.policy,
        clock=said.clock,
        priority=said.priority,
        urgent=said.urgent,
        channels=said.channels,
    )


def _parsed(file: Path, model: Any) -> Any:
    if not file.exists():
        return model()
    document: dict[str, Any] = {}
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return model.model_validate(document)
    except ValidationError as error:
        raise BadRoster(f"{file}: {fault_of(error, document, model)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadRoster(f"{file}: {error}") from None
