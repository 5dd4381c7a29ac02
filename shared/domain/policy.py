"""A policy: which transitions are open to a task, how long its clocks run, and when it warns."""

from datetime import timedelta
from typing import Literal

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.value import value

Flow = Literal["standard", "reported"]
"""standard: sign, handle, submit, approve or send back. reported: the sender handles the matter itself and only reports."""


@value
class Rule:
    """How one clock of a policy is set: budget, legal citation, and how long before the due it warns."""

    id: str
    budget: Budget
    citation: str
    near: tuple[tuple[str, timedelta], ...]


@value
class Policy:
    """A policy as loaded from its TOML file; `version` goes into every fact that it decides."""

    id: str
    version: int
    title: str
    flow: Flow
    sign: Rule | None
    finish: dict[Family, Rule]
    park_for: timedelta
    """How long an event that is not yet legal is kept and tried again before it is rejected."""


Policies = dict[str, Policy]
DEFAULT_POLICY = "standard"
