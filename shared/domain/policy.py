"""A policy: which transitions are open to a task, how long its clocks run, and when it warns."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.matter import Family
from shared.domain.rule import Rule
from shared.domain.task import Closing, Task
from shared.domain.value import value

Flow = Literal["standard", "reported"]
"""standard: sign, handle, submit, approve or send back. reported: the sender handles the matter itself and only reports."""


@value
class Extensions:
    """How often and how far the finish due may be extended, and who grants it. It is asked for before the due has passed."""

    times: int
    longest: Budget
    granted_by: Literal["owner", "unit"]
    """owner: whoever gave the matter. unit: the head of the body that handles it (信访工作条例 art 34), told by any source."""
    citation: str
    answer: Rule | None = None
    """Within which time a request is to be answered."""


@value
class Returns:
    """Within which time from when it was given a unit may ask to return a matter that is not its affair."""

    within: Budget
    citation: str
    answer: Rule | None = None
    """Within which time a request is to be answered."""


@value
class Evaluations:
    """When the complainant may evaluate: so long after the closing; where nothing is closed, from one time to another after the
    receipt.
    """

    within: Budget
    unanswered_from: Budget | None
    unanswered_until: Budget | None
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
    respond: Rule | None = None
    internal: Rule | None = None
    look_back: Rule | None = None
    """Started by the closing in full."""
    evaluations: Evaluations | None = None
    """None where evaluations are taken at any time."""
    closing: Closing = "lead"
    """For tasks with co-units whose sender does not say it."""
    parts: Literal["any", "all"] | None = None
    """Whether a task that was split closes with any or with all of its parts; None: it is approved like others."""
    applies_from: date | None = None
    """The local day from which tasks are registered under this version; None: always."""
    earlier: "tuple[Policy, ...]" = ()
    """The versions before this one that are loaded, the latest first."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules for clocks, in the order in which a task meets them."""
        answers = [limits.answer for limits in (self.extensions, self.returns) if limits is not None]
        given = (self.sign, self.respond, *self.finish.values(), self.internal, *answers, self.look_back)
        return tuple([rule for rule in given if rule is not None])

    def on(self, day: date) -> "Policy | None":
        """The version under which a task is registered on a local day; None before the first one."""
        return next((one for one in (self, *self.earlier) if one.applies_from is None or one.applies_from <= day), None)

    def numbered(self, version: int) -> "Policy":
        """The version under which a task was registered; the next one that is loaded when it is not."""
        return next((one for one in (*reversed(self.earlier), self) if one.version >= version), self)


Policies = dict[str, Policy]
"""By id, each in its latest version."""
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

    def policy_of(self, task: Task) -> Policy | None:
        """The policy of a task, in the version under which it was registered; None when it is not loaded."""
        policy = self.policies.get(task.policy)
        if policy is not None and policy.earlier:
            policy = policy.numbered(task.policy_version)
        return policy if policy is not None and task.family in policy.finish else None

    def policy_on(self, id_: str, at: datetime) -> Policy | None:
        """The policy of that id that is in force at an instant."""
        policy = self.policies.get(id_)
        if policy is None or policy.applies_from is None:
            return policy
        return policy.on(at.astimezone(self.zone).date())
