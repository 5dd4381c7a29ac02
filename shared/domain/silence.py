"""Silences: windows in which nobody is told of some tasks, with a reason and an end."""

from datetime import datetime

from shared.domain.matter import Family
from shared.domain.notice import Notice
from shared.domain.person import Roster
from shared.domain.task import Task
from shared.domain.value import value


@value
class Silence:
    """From one instant to another nobody is told of what all given fields match; none given is everything, as in maintenance. A
    unit is meant with those below it, as in posts.
    """

    id: str
    reason: str
    by: str
    since: datetime
    until: datetime
    family: Family | None = None
    unit: str | None = None
    owner: str | None = None
    number: str | None = None
    person: str | None = None

    def covers(self, notice: Notice, task: Task | None, at: datetime, roster: Roster) -> bool:
        """Whether somebody is not to be told of something at an instant. Alarms are never silenced."""
        if notice.occasion.topic == "alarm" or not self.since <= at < self.until:
            return False
        asked = (
            (self.family, task and task.family),
            (self.owner, notice.occasion.owner),
            (self.number, notice.occasion.number),
            (self.person, notice.person),
        )
        if self.unit is not None and self.unit not in roster.chain(task.unit if task is not None else None):
            return False
        return all(wanted is None or wanted == found for wanted, found in asked)
