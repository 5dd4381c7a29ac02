"""The people of an office: who holds which post for which units, who stands in for whom, and who is on duty when."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from shared.domain.value import value


class Role(StrEnum):
    """A place in the ladder of those who are told."""

    HANDLER = "handler"
    SECTION_HEAD = "section-head"
    DEPUTY_HEAD = "deputy-head"
    HEAD = "head"
    SUPERVISION = "supervision"
    ASSIGNER = "assigner"
    DUTY = "duty"
    KEEPER = "keeper"

    @property
    def zh(self) -> str:
        """The word that an office uses."""
        return _ZH[self]


_ZH: Final = {
    Role.HANDLER: "承办人",
    Role.SECTION_HEAD: "科室负责人",
    Role.DEPUTY_HEAD: "分管领导",
    Role.HEAD: "主要领导",
    Role.SUPERVISION: "督查室",
    Role.ASSIGNER: "交办单位",
    Role.DUTY: "值班人员",
    Role.KEEPER: "系统管理员",
}


@value
class Post:
    """A role that a person has for some units with those below them, or for some sources; none named is all of them."""

    role: Role
    units: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@value
class Absence:
    """Local days, both ends included, on which another person (代理人) is told instead."""

    first: date
    last: date
    stand_in: str


@value
class Person:
    """One person; `channels` are the names of those that reach them, the first choice first."""

    id: str
    name: str
    posts: tuple[Post, ...]
    channels: tuple[str, ...] = ()
    email: str | None = None
    mobile: str | None = None
    absences: tuple[Absence, ...] = ()

    def absence(self, day: date) -> Absence | None:
        """The absence on a day, if there is one."""
        return next((one for one in self.absences if one.first <= day <= one.last), None)


@value
class Duty:
    """Who is on duty (值班) from one instant to another, for some units with those below them, or all."""

    since: datetime
    until: datetime
    person: str
    units: tuple[str, ...] = ()


@value
class Chosen:
    """A person who is told, as the stand-in of those named in `instead_of`, who are away."""

    person: Person
    role: Role
    instead_of: tuple[str, ...] = ()


@value
class Roster:
    """All people by id, the rota of those on duty, and the unit above each unit that has one."""

    people: Mapping[str, Person]
    duties: tuple[Duty, ...] = ()
    above: Mapping[str, str] = field(default_factory=dict)

    def holders(self, role: Role, unit: str | None, source: str, day: date) -> tuple[Chosen, ...]:
        """Those who hold a role for a unit on a day; stand-ins for who is away."""
        return tuple(self.present(person, role, day) for person in self.posted(role, unit, source))

    def posted(self, role: Role, unit: str | None, source: str) -> tuple[Person, ...]:
        """Those who hold a role for a unit, or where none does for the unit above it, and so on."""
        for level in (*self.chain(unit), None):
            found = tuple(person for person in self.people.values() if _holds(person, role, level, source))
            if found:
                return found
        return ()

    def on_duty(self, unit: str | None, at: datetime) -> tuple[Chosen, ...]:
        """Those on duty at an instant for a unit."""
        chain = set(self.chain(unit))
        return tuple(
            Chosen(self.people[duty.person], Role.DUTY)
            for duty in self.duties
            if duty.since <= at < duty.until and (not duty.units or chain & set(duty.units))
        )

    def present(self, person: Person, role: Role, day: date) -> Chosen:
        """The person, or who stands in on a day; the last of a circle of people who are all away is told all the same."""
        away: list[str] = []
        while (absence := person.absence(day)) is not None and absence.stand_in not in away and absence.stand_in != person.id:
            away.append(person.id)
            person = self.people[absence.stand_in]
        return Chosen(person, role, tuple(away))

    def chain(self, unit: str | None) -> Iterator[str]:
        """A unit and those above it, the nearest first; nothing of no unit."""
        while unit is not None:
            yield unit
            unit = self.above.get(unit)


def _holds(person: Person, role: Role, unit: str | None, source: str) -> bool:
    """Whether a person holds a role for exactly this unit, or for None: for all units."""
    return any(
        post.role is role
        and (unit in post.units if unit is not None else not post.units)
        and (not post.sources or source in post.sources)
        for post in person.posts
    )
