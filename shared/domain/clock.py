"""A clock of a task: budget and segments are the record, the due instant follows; it alerts at its rungs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Literal

from shared.domain.budget import FIXED, OPEN_ENDED
from shared.domain.policy import Rule
from shared.domain.value import value


class ClockName(StrEnum):
    """Which clock of a task."""

    SIGN = "sign"
    FINISH = "finish"


@value
class Segment:
    """A stretch in which the clock ran; `until` is None while it runs."""

    since: datetime
    until: datetime | None


@value
class Rung:
    """One alert instant. Raised once; withdrawn when it turns out to be unfounded."""

    name: str
    kind: Literal["near", "overdue"]
    at: datetime
    raised: bool = False
    withdrawn: bool = False


@value
class Clock:
    """One clock. `version` counts its due dates: extending, suspending, amending make a new one."""

    name: ClockName
    rule: str
    citation: str
    budget: str
    anchor: datetime
    due: datetime | None
    version: int
    segments: tuple[Segment, ...]
    rungs: tuple[Rung, ...]

    @property
    def stopped_at(self) -> datetime | None:
        """When the clock stopped; None while it runs."""
        return self.segments[-1].until

    def stopped(self, at: datetime) -> "Clock":
        """The clock after it stopped at `at`; a stopped clock stays as it is."""
        if self.stopped_at is not None:
            return self
        return replace(self, segments=(*self.segments[:-1], replace(self.segments[-1], until=at)))

    def crossings(self, before: datetime) -> Iterator[Rung]:
        """Rungs not yet raised that a running clock crossed before the instant. The due itself is still on time."""
        if self.stopped_at is None:
            yield from (rung for rung in self.rungs if not rung.raised and rung.at < before)

    def unfounded(self) -> Iterator[Rung]:
        """Raised rungs that would not have been raised had we known in time that the clock stopped before them."""
        stop = self.stopped_at
        if stop is not None:
            yield from (rung for rung in self.rungs if rung.raised and not rung.withdrawn and stop <= rung.at)

    def with_rung(self, name: str, *, raised: bool = True, withdrawn: bool = False) -> "Clock":
        """The clock with one rung marked."""
        rungs = tuple(replace(r, raised=raised, withdrawn=withdrawn) if r.name == name else r for r in self.rungs)
        return replace(self, rungs=rungs)

    @property
    def is_overdue(self) -> bool:
        """Whether the overdue rung was raised and holds."""
        return any(rung.kind == "overdue" and rung.raised and not rung.withdrawn for rung in self.rungs)


def started(name: ClockName, rule: Rule, anchor: datetime, zone: tzinfo, *, policy_version: int) -> Clock:
    """A clock that starts to run at `anchor` under a policy's rule."""
    due = rule.budget.due(anchor, zone)
    return _running(name, f"{rule.id}@{policy_version}", rule, str(rule.budget), anchor, due, version=1)


def started_with_due(name: ClockName, rule: Rule, anchor: datetime, due: datetime | None, *, version: int = 1) -> Clock:
    """A clock whose due the sender gave; None is the sender's `open_ended`. The rule still says when it warns."""
    budget = FIXED if due is not None else OPEN_ENDED
    return _running(name, "sender", rule, budget, anchor, due, version=version)


def _running(
    name: ClockName, rule_id: str, rule: Rule, budget: str, anchor: datetime, due: datetime | None, *, version: int
) -> Clock:
    citation = rule.citation if rule_id != "sender" else ""
    return Clock(name, rule_id, citation, budget, anchor, due, version, (Segment(anchor, None),), _rungs(rule, anchor, due))


def _rungs(rule: Rule, anchor: datetime, due: datetime | None) -> tuple[Rung, ...]:
    # A warning whose instant lies before the start would only repeat what the registration itself tells.
    if due is None:
        return ()
    near = tuple(Rung(name, "near", due - lead) for name, lead in rule.near if due - lead > anchor)
    return (*near, Rung("overdue", "overdue", due))
