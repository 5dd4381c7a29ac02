"""The people who have pages of their own: who they are, where they reach us, and the secret that their links are signed with."""

from dataclasses import dataclass

from shared.calendars import load_calendar
from shared.domain.calendar import Calendar
from shared.domain.person import Person, Role, Roster
from shared.notices.secret import secret_of
from shared.roster import load_office, page_url
from shared.settings import Settings
from shared.units import Units

_OF_NO_UNIT = frozenset({Role.ASSIGNER, Role.KEEPER})
"""Posts whose holders have no tasks to do."""


@dataclass(frozen=True)
class People:
    """What the office says of its people; nobody where there is no people.toml."""

    roster: Roster
    calendar: Calendar
    units: Units
    page: str
    """Where people reach the page, as notify.toml says; empty where it does not."""
    secret: bytes

    def name(self, id_: str) -> str:
        """What somebody is called; the id of who is not in the list any more."""
        person = self.roster.people.get(id_)
        return id_ if person is None else person.name

    def concerns(self, person: Person) -> "Concerns":
        """Which tasks concern a person by their posts."""
        posts = [post for post in person.posts if post.role not in _OF_NO_UNIT]
        return Concerns(tuple((self._units_of(post.units), frozenset(post.sources)) for post in posts))

    def _units_of(self, codes: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self.units.with_those_below(code) for code in codes))


@dataclass(frozen=True)
class Concerns:
    """The units and the sources of each post; none is all."""

    posts: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def __call__(self, unit: str, owner: str) -> bool:
        return any((not units or unit in units) and (not sources or owner in sources) for units, sources in self.posts)


def people_of(settings: Settings, units: Units) -> People:
    """The people of an installation. Raises BadRoster, BadCalendarFile, BadSecret."""
    calendar = load_calendar(settings.zone, settings.data / "calendars")
    roster = load_office(settings.data, units, calendar).roster
    return People(roster, calendar, units, page_url(settings.data) or "", secret_of(settings))
