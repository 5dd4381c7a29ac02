"""Who had a matter for how long: a stretch for each unit that had it, in working time and in time as it passes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain import fact as f
from shared.domain.calendar import Calendar
from shared.domain.evolve import evolve
from shared.domain.task import Suspended, Task
from shared.domain.value import value

_MINUTE: Final = timedelta(minutes=1)
_GIVES: Final = (f.Registered, f.Transferred, f.Relapsed)
"""Facts with which somebody receives the matter, though it be the unit that had it before."""


@value
class Held:
    """A stretch in which one unit had the matter."""

    unit: str | None
    """Code of the unit; None while the matter was with its owner: before a unit was named, or after an approved return."""
    since: datetime
    until: datetime | None
    """None while the unit still has it."""
    working_minutes: int
    """Whole minutes of office hours on working days, those in which the matter stood still left out."""
    natural_minutes: int
    """Whole minutes that passed, those in which the matter stood still among them."""
    suspended_minutes: int
    """Whole minutes of office hours on working days in which the matter stood still."""


@dataclass
class _Stretch:
    """A stretch while it is read. Its bounds never run backwards: an event that waited for another is applied after it."""

    unit: str | None
    since: datetime
    until: datetime | None = None
    stood: list[tuple[datetime, datetime]] = field(default_factory=list)
    stands_since: datetime | None = None

    def stand(self, at: datetime) -> None:
        if self.stands_since is None:
            self.stands_since = at

    def run(self, at: datetime) -> None:
        if self.stands_since is not None:
            self.stood.append((self.stands_since, at))
            self.stands_since = None

    def held(self, now: datetime, calendar: Calendar) -> Held:
        end = max(self.since, now) if self.until is None else self.until
        stands = [] if self.stands_since is None else [(self.stands_since, end)]
        stood = sum((calendar.working_time(*one) for one in (*self.stood, *stands)), timedelta(0))
        working = calendar.working_time(self.since, end) - stood
        return Held(
            unit=self.unit,
            since=self.since,
            until=self.until,
            working_minutes=working // _MINUTE,
            natural_minutes=(end - self.since) // _MINUTE,
            suspended_minutes=stood // _MINUTE,
        )


def holding(entries: f.Entries, until: datetime, calendar: Calendar) -> tuple[Held, ...]:
    """The stretches of one matter's history, the first one first. The entries are in the matter's own order, as `fold` tells
    them, so that what was told late counts where it belongs. A stretch that has not ended is counted up to `until`.
    """
    stretches: list[_Stretch] = []
    task: Task | None = None
    at: datetime | None = None
    for entry in entries:
        before, task = task, evolve(task, entry)
        at = entry.fact.at if at is None else max(at, entry.fact.at)
        _follow(stretches, before, task, at, given=isinstance(entry.fact, _GIVES))
    return tuple([stretch.held(until, calendar) for stretch in stretches])


def _follow(stretches: list[_Stretch], before: Task | None, after: Task, at: datetime, *, given: bool) -> None:
    was_held = before is not None and before.is_open
    moved = before is None or given or before.unit != after.unit
    if was_held and (moved or not after.is_open):
        stretches[-1].run(at)
        stretches[-1].until = at
    if after.is_open and (moved or not was_held):
        stretches.append(_Stretch(after.unit, at))
    if after.is_open and isinstance(after.state, Suspended):
        stretches[-1].stand(at)
    elif after.is_open:
        stretches[-1].run(at)
