"""A policy: which transitions are open to a task, how long its clocks run, and when it warns."""

from datetime import timedelta, tzinfo
from typing import Literal

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.matter import Family
from shared.domain.period import CIVIL_CODE, Counting
from shared.domain.value import value

Flow = Literal["standard", "reported"]
"""standard: sign, handle, submit, approve or send back. reported: the sender handles the matter itself and only reports."""


@value
class Rule:
    """How one clock of a policy is set: budget, legal citation, how long before the due it warns, and how days are counted."""

    id: str
    budget: Budget
    citation: str
    near: tuple[Budget, ...]
    counting: Counting = CIVIL_CODE


@value
class Extensions:
    """How often and how far the finish due may be extended, and who grants it. It is asked for before the due has passed."""

    times: int
    longest: Budget
    granted_by: Literal["owner", "unit"]
    """owner: whoever gave the matter. unit: the head of the body that handles it (信访工作条例 art 34), told by any source."""
    citation: str


@value
class Returns:
    """Within which time from when it was given a unit may ask to return a matter that is not its affair."""

    within: Budget
    citation: str


@value
class Policy:
    """A policy as loaded from its TOML file; `version` goes into every fact that it decides."""

    id: str
    version: int
    title: str
    flow: Flow
    sign: Rule | None
    finish: dict[Family, Rule]
    """By the families that the policy is for."""
    extensions: Extensions | None
    """None where the policy knows no extension."""
    returns: Returns | None
    """None where a matter may not be returned."""
    suspended_on: tuple[str, ...]
    """The grounds on which a task may be suspended; none where it may not."""
    not_accepted_on: tuple[str, ...]
    """The grounds on which a task may be refused (不予受理); none where it may not."""
    park_for: timedelta
    """How long an event that is not yet legal is kept and tried again before it is rejected."""


Policies = dict[str, Policy]
DEFAULT_POLICY = "standard"


@value
class Rulebook:
    """What is decided by: the policies by id, and the calendar on which they count."""

    policies: Policies
    calendar: Calendar

    @property
    def zone(self) -> tzinfo:
        """The zone in which days begin and periods end."""
        return self.calendar.zone
