"""The tables of `people.toml` and `notify.toml`, as an office writes them; what is wrong in one is said by `shared.faults`."""

from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.domain.budget import BadBudget, Budget
from shared.domain.matter import Family
from shared.domain.notice import Topic
from shared.domain.person import Role
from shared.domain.task import Priority
from shared.faults import shaped


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


_Id = Annotated[str, shaped(r"[A-Za-z0-9._-]{1,64}", "id: write up to 64 letters, digits, dots, _ or -, such as air-1")]
_Words = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


def _a_post(role: Role) -> Role:
    if role is Role.DUTY:
        raise ValueError("duty is no post: write a table [[duty]] with from, to and person")
    return role


class PostTable(_Table):
    """A post of a person."""

    role: Annotated[Role, AfterValidator(_a_post)]
    units: _Words = ()
    sources: _Words = ()


class AwayTable(_Table):
    """Days of absence."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    stand_in: _Id

    @model_validator(mode="after")
    def _in_order(self) -> "AwayTable":
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")
        return self


class PersonTable(_Table):
    """One person."""

    id: _Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    post: tuple[PostTable, ...] = ()
    channels: _Words = ()
    email: Annotated[str, Field(max_length=254), shaped(r"[^@\s,;<>]+@[^@\s,;<>]+", "e-mail address")] | None = None
    mobile: Annotated[str, shaped(r"\+?[0-9-]{5,20}", "number: write digits, as 13800000000")] | None = None
    away: tuple[AwayTable, ...] = ()


class DutyTable(_Table):
    """A turn of duty."""

    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    person: _Id
    units: _Words = ()

    @model_validator(mode="after")
    def _in_order(self) -> "DutyTable":
        if (self.since.tzinfo is None) != (self.until.tzinfo is None):
            raise ValueError("says the zone of one of its ends only; write both without, in local time")
        if self.until <= self.since:
            raise ValueError(f"ends at {self.until}, not after it begins at {self.since}")
        return self


class PeopleTable(_Table):
    """All of `people.toml`."""

    person: tuple[PersonTable, ...] = ()
    duty: tuple[DutyTable, ...] = ()


class StepTable(_Table):
    """A step of a route."""

    to: Annotated[tuple[Role, ...], Field(min_length=1)]
    after: Annotated[Budget, BeforeValidator(_lag)] | None = None


def _in_turn(steps: tuple[StepTable, ...]) -> tuple[StepTable, ...]:
    for number, step in enumerate(steps[1:], 2):
        if step.after is None:
            raise ValueError(f"step {number} has no `after`: those who are told together are one step")
    return steps


_Rung = Annotated[
    str, shaped(r"near-.+|overdue|late-.+|urge|letter|\*", "rung: write near-*, overdue, late-1wd, urge, letter or *")
]


class RouteTable(_Table):
    """A route."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    steps: Annotated[tuple[StepTable, ...], Field(min_length=1), AfterValidator(_in_turn)]
    rungs: Annotated[tuple[_Rung, ...], Field(min_length=1)] = ("*",)
    family: Family | None = None
    source: str | None = None
    unit: str | None = None
    policy: str | None = None
    clock: Topic | None = None
    priority: Priority | None = None
    urgent: bool | None = None
    channels: _Words = ()


class HoursTable(_Table):
    """When people are told."""

    digest: time = time(9)
    settle_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    spread_seconds: Annotated[int, Field(ge=0, le=600)] = 20


class PageTable(_Table):
    """Where people reach the page."""

    url: Annotated[str, shaped(r"https?://[^\s/]+(/[^\s]*)?", "address such as https://duban.office.example")] | None = None


class NotifyTable(_Table):
    """All of `notify.toml`; its channels are another reader's."""

    hours: HoursTable = HoursTable()
    page: PageTable = PageTable()
    route: tuple[RouteTable, ...] = ()
    channel: Any = ()
