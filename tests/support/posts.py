"""An office whose people are called by their posts, and the policies of its stories."""

from pathlib import Path
from typing import Final

from shared.domain.budget import Budget
from shared.domain.command import RegisterTask
from shared.domain.matter import Matter
from shared.domain.notice import Office
from shared.domain.person import Absence, Duty, Person, Post, Role, Roster
from shared.domain.policy import Rulebook
from shared.domain.route import Route
from shared.domain.telling import Hours
from shared.domain.value import replace
from shared.roster import load_office
from shared.units import Units
from tests.support import sample
from tests.support.sample import CALENDAR, CITY, POLICIES, RULEBOOK
from tests.support.telling import TellingOffice, local

SHIPPED: Final[tuple[Route, ...]] = load_office(Path("no-office-has-written-anything"), Units(), CALENDAR).routes
ABOVE: Final = {"air": "bureau", "water": "bureau", "squad": "air"}
POSTS: Final = {
    "handler-1": Post(Role.HANDLER, ("air",)),
    "handler-2": Post(Role.HANDLER, ("water",)),
    "head-of-air": Post(Role.SECTION_HEAD, ("air",)),
    "head-of-water": Post(Role.SECTION_HEAD, ("water",)),
    "deputy": Post(Role.DEPUTY_HEAD),
    "head": Post(Role.HEAD),
    "supervision": Post(Role.SUPERVISION),
    "assigner-city": Post(Role.ASSIGNER, sources=(CITY,)),
    "assigner-province": Post(Role.ASSIGNER, sources=("province",)),
    "keeper": Post(Role.KEEPER),
}
LADDER: Final = replace(
    POLICIES["reported"],
    finish={
        family: replace(rule, near=(Budget(1, "wd"),), late=(Budget(1, "wd"), Budget(5, "wd")))
        for family, rule in POLICIES["reported"].finish.items()
    },
)
OF_HOURS: Final = replace(
    LADDER,
    id="of-hours",
    finish={
        family: replace(
            rule,
            budget=Budget(24, "h"),
            near=(Budget(2, "h"), Budget(30, "min")),
            late=(Budget(1, "h"), Budget(4, "h")),
        )
        for family, rule in LADDER.finish.items()
    },
)
BOOK: Final[Rulebook] = replace(RULEBOOK, policies=POLICIES | {"reported": LADDER, "of-hours": OF_HOURS})


def person(id: str, *posts: Post, away: tuple[tuple[str, str, str], ...] = (), channels: tuple[str, ...] = ()) -> Person:
    """A person; `away` are the first and the last day, and who stands in."""
    absences = tuple(Absence(local(first).date(), local(last).date(), stand_in) for first, last, stand_in in away)
    return Person(id, id, posts, channels, absences=absences)


def roster(*changed: Person, without: tuple[str, ...] = (), duties: tuple[Duty, ...] = ()) -> Roster:
    """The people of all posts, with some as they are given and some posts empty."""
    people = {id: person(id, post) for id, post in POSTS.items()} | {one.id: one for one in changed}
    return Roster({id: one for id, one in people.items() if id not in without}, duties, ABOVE)


def duty(id: str, since: str, until: str, *units: str) -> Duty:
    """Who is on duty from one local time to another."""
    return Duty(local(since), local(until), id, units)


def story(began: str, people: Roster | None = None, routes: tuple[Route, ...] = SHIPPED) -> TellingOffice:
    """An office in which nothing has happened yet."""
    return TellingOffice(Office(people or roster(), routes, Hours(), CALENDAR), BOOK, local(began))


def given_to(
    unit: str, since: str, due: str | None, *, number: str = "7", policy: str = "reported", owner: str = CITY
) -> RegisterTask:
    """A matter of a source that a unit is to report on by a local time."""
    ends = None if due is None else local(due)
    made = sample.register(local(since), policy=policy, due=ends, unit=unit, source=owner, id_=f"register-{owner}-{number}")
    return replace(made, matter=Matter(owner, number), co_units=())
