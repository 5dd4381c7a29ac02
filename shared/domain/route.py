"""Routes: who is told of which alert, step by step."""

from fnmatch import fnmatchcase

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.person import Role
from shared.domain.task import Priority, Task
from shared.domain.value import value


@value
class Step:
    """Those who are told together, so long after those of the step before were told; the first step so long after the alert. A
    later step is taken only while nobody has acknowledged the alert and it still holds.
    """

    to: tuple[Role, ...]
    after: Budget | None = None


@value
class Route:
    """Which alerts go this way: all fields that are given must match; a rung matches a pattern such as `near-*`."""

    name: str
    steps: tuple[Step, ...]
    rungs: tuple[str, ...] = ("*",)
    family: Family | None = None
    source: str | None = None
    unit: str | None = None
    policy: str | None = None
    clock: str | None = None
    priority: Priority | None = None
    urgent: bool | None = None
    """Of hours, or of days."""
    channels: tuple[str, ...] = ()
    """Instead of each person's own; none named is those."""

    def covers(self, task: Task, topic: str, rung: str, *, urgent: bool) -> bool:
        """Whether an alert of a task goes this way."""
        asked = (
            (self.family, task.family),
            (self.source, task.owner),
            (self.unit, task.unit),
            (self.policy, task.policy),
            (self.clock, topic),
            (self.priority, task.priority),
            (self.urgent, urgent),
        )
        return all(wanted is None or wanted == found for wanted, found in asked) and any(
            fnmatchcase(rung, pattern) for pattern in self.rungs
        )


def route_of(routes: tuple[Route, ...], task: Task, topic: str, rung: str, *, urgent: bool) -> Route | None:
    """The first route that an alert goes."""
    return next((route for route in routes if route.covers(task, topic, rung, urgent=urgent)), None)
