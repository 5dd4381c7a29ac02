"""Whom an installation tells of what, as its files say."""

from shared.domain.notice import Office
from shared.roster import load_office
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.units import load_units


def office_of(settings: Settings) -> Office:
    """The people, routes and hours of an installation. Raises BadRoster and what a rulebook raises."""
    units = load_units(settings.data / "units.toml")
    return load_office(settings.data, units, load_rulebook(settings.zone, settings.data).calendar)
