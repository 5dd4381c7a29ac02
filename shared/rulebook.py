"""The policies and the calendar of an installation: what we ship with what its folder adds."""

from datetime import tzinfo
from pathlib import Path

from shared.calendars import load_calendar
from shared.domain.policy import Rulebook
from shared.policies import load_policies


def load_rulebook(zone: tzinfo, data: Path | None = None) -> Rulebook:
    """With the policies of `data`/policies, the notices and local days of `data`/calendars. Raises BadPolicy, BadCalendarFile."""
    own = None if data is None else data / "policies"
    return Rulebook(load_policies(own), load_calendar(zone, None if data is None else data / "calendars"))
