"""Whom an installation tells of what, as its files say; and what is said of a person whom they do not list."""

from collections.abc import Mapping

from shared.domain.notice import Office
from shared.domain.person import Person
from shared.nearest import nearest
from shared.roster import load_office
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.units import load_units


def office_of(settings: Settings) -> Office:
    """The people, routes and hours of an installation. Raises BadRoster and what a rulebook raises."""
    units = load_units(settings.data / "units.toml")
    return load_office(settings.data, units, load_rulebook(settings.zone, settings.data).calendar)


def stranger(said: str, people: Mapping[str, Person]) -> str | None:
    """That an id is nobody's, with those whose id or name looks like it; None where it is somebody's, or nobody is listed."""
    if not people or said in people:
        return None
    meant = {one.name: one.id for one in people.values()} | {id: id for id in people}
    ids = dict.fromkeys(meant[one] for one in nearest(said, meant))
    hint = " or ".join(f"{id} ({people[id].name})" for id in ids)
    return f"people.toml has no person {said}" + (f"; did you mean {hint}?" if hint else "")
