"""A matter under the sample policy `whole`, which has every clock and limit, given to one unit unless co-units are named."""

from datetime import datetime
from typing import Any, Final

from shared.domain.clock import Clock, ClockName
from shared.domain.command import Command, Due, RegisterTask
from shared.domain.policy import Rulebook
from shared.domain.task import Closing, Task
from shared.domain.value import replace
from tests.support.sample import CALENDAR, POLICIES, START, accept, approve, at, register, sign, submit
from tests.support.scenario import the


def whole(
    when: datetime = START, *, due: Due | None = None, co_units: tuple[str, ...] = (), closing: Closing | None = None, **more: Any
) -> RegisterTask:
    """The registration of a matter under the policy `whole`."""
    return replace(register(when, policy="whole", due=due), co_units=co_units, closing=closing, **more)


def clock_of(task: Task | None, name: ClockName) -> Clock:
    """The clock of that name, which the task must have."""
    clock = the(task).clock(name)
    assert clock is not None
    return clock


def under(policy: str = "whole", **changes: Any) -> Rulebook:
    """The sample rulebook with one policy changed."""
    return Rulebook(POLICIES | {policy: replace(POLICIES[policy], **changes)}, CALENDAR)


IN_HAND: Final[list[Command]] = [whole(), sign(at(hours=1)), accept(at(1))]
"""Taken up on the second day: due at 24:00 of 24 December."""
CLOSED: Final[list[Command]] = [*IN_HAND, submit(at(5)), approve(at(6))]
"""Closed in full on the seventh day."""
