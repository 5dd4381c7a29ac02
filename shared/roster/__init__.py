"""Who is told of what: `people.toml` with the people of an office, and the routes and hours of its `notify.toml`."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.domain.budget import BadBudget, Budget
from shared.domain.calendar import Calendar
from shared.domain.matter import Family
from shared.domain.notice import Office
from shared.domain.person import Absence, Duty, Person, Post, Role, Roster
from shared.domain.route import Route, Step
from shared.domain.task import Priority
from shared.domain.telling import Hours
from shared.units import Units

PEOPLE: Final = "people.toml"
NOTIFY: Final = "notify.toml"


class BadRoster(Exception):
    """A file of people or routes cannot be used; the message names the file, the place in it and the reason."""


def _lag(said: object) -> Budget:
    try:
        lag = Budget.parse(str(said))
    except BadBudget as error:
        raise ValueError(str(error)) from None
    if lag.unit in {"mo", "open"}:
        raise ValueError(f"{said!r} is no lag: write minutes, hours or days, such as 30min, 2h, 4wh or 1wd")
    return lag


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
_Words = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class _Post(_Table):
    role: Role
    units: _Words = ()
    sources: _Words = ()


class _Away(_Table):
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    stand_in: _Id

    @model_validator(mode="after")
    def _in_order(self) -> "_Away":
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")
        return self


class _Person(_Table):
    id: _Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    post: tuple[_Post, ...] = ()
    channels: _Words = ()
    email: Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=254)] | None = None
    mobile: Annotated[str, Field(pattern=r"^\+?[0-9-]{5,20}$")] | None = None
    away: tuple[_Away, ...] = ()


class _Duty(_Table):
    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    person: _Id
    units: _Words = ()


class _People(_Table):
    person: tuple[_Person, ...] = ()
    duty: tuple[_Duty, ...] = ()


class _Step(_Table):
    to: Annotated[tuple[Role, ...], Field(min_length=1)]
    after: Annotated[Budget, BeforeValidator(_lag)] | None = None


class _Route(_Table):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    steps: Annotated[tuple[_Step, ...], Field(min_length=1)]
    rungs: Annotated[_Words, Field(min_length=1)] = ("*",)
    family: Family | None = None
    source: str | None = None
    unit: str | None = None
    policy: str | None = None
    clock: str | None = None
    priority: Priority | None = None
    urgent: bool | None = None
    channels: _Words = ()


class _Hours(_Table):
    digest: time = time(9)
    settle_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    spread_seconds: Annotated[int, Field(ge=0, le=600)] = 20


class _Page(_Table):
    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None


class _Notify(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)  # channels are another reader's

    hours: _Hours = _Hours()
    page: _Page = _Page()
    route: tuple[_Route, ...] = ()


def load_office(data: Path, units: Units, calendar: Calendar) -> Office:
    """Whom an installation tells of what, and when; nobody where there are no people. Raises BadRoster."""
    notify = _parsed(data / NOTIFY, _Notify)
    shipped = _parsed(Path(__file__).parent / "routes.toml", _Notify)
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
    url: str | None = _parsed(data / NOTIFY, _Notify).page.url
    return None if url is None else url.rstrip("/")


def _roster(file: Path, units: Units, calendar: Calendar) -> Roster:
    said = _parsed(file, _People)
    known = Counter(one.id for one in said.person)
    for id_, times in known.items():
        if times > 1:
            raise BadRoster(f"{file}: person {id_} is listed {times} times")
    named = [(f"person {one.id}", away.stand_in) for one in said.person for away in one.away]
    named += [(f"duty from {one.since}", one.person) for one in said.duty]
    for where, id_ in named:
        if id_ not in known:
            raise BadRoster(f"{file}: {where} names {id_}, who is not in the list")
    _see_that_known(file, units, [unit for one in said.person for post in one.post for unit in post.units])
    people = {one.id: _person(one) for one in said.person}
    return Roster(people, tuple(_duty(one, calendar) for one in said.duty), dict(units.above))


def _see_that_known(file: Path, units: Units, named: Iterable[str]) -> None:
    for unit in named:
        if units and unit not in units:
            raise BadRoster(f"{file}: unit {unit} is not in units.toml")


def _person(said: _Person) -> Person:
    return Person(
        id=said.id,
        name=said.name,
        posts=tuple(Post(one.role, one.units, one.sources) for one in said.post),
        channels=said.channels,
        email=said.email,
        mobile=said.mobile,
        absences=tuple(Absence(one.first, one.last, one.stand_in) for one in said.away),
    )


def _duty(said: _Duty, calendar: Calendar) -> Duty:
    def local(at: datetime) -> datetime:
        return at if at.tzinfo is not None else at.replace(tzinfo=calendar.zone)

    return Duty(local(said.since), local(said.until), said.person, said.units)


def _route(said: _Route) -> Route:
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
    try:
        return model.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in problem["loc"])
        raise BadRoster(f"{file}: {where}: {problem['msg'].removeprefix('Value error, ')}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadRoster(f"{file}: {error}") from None
