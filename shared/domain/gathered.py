"""The signals of a period: what is seen of one task after another, compared when all are there.

Split tasks are left out, their parts are in: the work is done there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.domain.pattern import at_once, at_the_last, last_hour, loops, on_a_day, same_texts
from shared.domain.signal import KINDS, Finding, Watch
from shared.domain.story import Moment, Story, closings, in_order, moments, texts


@dataclass
class Gathered:
    """What was seen of many tasks, to be compared when all are there."""

    closed: list[Moment] = field(default_factory=list)
    submitted: list[Moment] = field(default_factory=list)
    approved: list[Moment] = field(default_factory=list)
    requested: list[Moment] = field(default_factory=list)
    granted: list[Moment] = field(default_factory=list)
    loops: list[Finding] = field(default_factory=list)

    def add(self, story: Story, watch: Watch) -> None:
        """Take in one task."""
        if story.task.parts:
            return
        self.closed += filter(watch.sees, closings(story.task))
        self.submitted += filter(watch.sees, texts(story, "submitted"))
        self.approved += filter(watch.sees, texts(story, "approved"))
        self.requested += filter(watch.sees, moments(story, "extension-requested"))
        self.granted += filter(watch.sees, moments(story, "extension-granted"))
        self.loops += loops(story, watch)

    def findings(self, watch: Watch) -> list[Finding]:
        """Everything that reached its threshold, in no order of weight: by unit, kind and instant."""
        limits, zone = watch.thresholds, watch.calendar.zone
        found = [
            *last_hour(self.closed, limits, zone),
            *at_once(self.closed, limits),
            *self.loops,
            *same_texts("same-text", self.submitted, limits, limits.same_text_tasks),
            *same_texts("same-review", self.approved, limits, limits.same_review_tasks),
            *on_a_day("extensions-requested", self.requested, limits, zone),
            *on_a_day("extensions-granted", self.granted, limits, zone),
            *at_the_last(self.requested, limits, watch.calendar),
        ]
        return sorted(found, key=_place)


def findings(stories: Iterable[Story], watch: Watch) -> list[Finding]:
    """The signals of some tasks."""
    gathered = Gathered()
    for story in stories:
        gathered.add(story, watch)
    return gathered.findings(watch)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.unit, KINDS.index(finding.kind), [in_order(one) for one in finding.moments], finding.moments[0].text
