"""Notices: who is to be told of an alert, when and why; and whether a notice still holds when its time has come."""

from datetime import datetime
from hashlib import blake2b
from typing import Final, Literal

from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.matter import DUBAN, Matter
from shared.domain.person import Chosen, Role, Roster
from shared.domain.route import Route, route_of
from shared.domain.task import Task
from shared.domain.telling import Hours, Turn, first_turn, is_of_hours, is_urgent, next_turn
from shared.domain.value import value

Topic = Literal["sign", "respond", "finish", "internal", "answer", "look-back", "urge", "alarm"]
Kind = Literal["near", "overdue", "urge", "letter", "alarm"]
Dropped = Literal[
    "closed",
    "archived",
    "ended",
    "suspended",
    "extended",
    "answered",
    "withdrawn",
    "gone",
    "acknowledged",
    "covered",
    "passed-on",
]
"""Why somebody was not told: what became of the task or the clock; that somebody took note; that a higher rung was told; that
others have the task now, or are there in the person's place.
"""
_SHOWS: Final = 12


@value
class Word:
    """Somebody's word on a task: the event that said it, by source and id, the number of the letter (文号), and what it says."""

    source: str
    event: str
    letter: str = ""
    text: str = ""


@value
class Occasion:
    """What there is to tell of: an alert by task, clock, due-version and rung, or somebody's word on a task."""

    owner: str
    number: str
    topic: Topic
    version: int
    rung: str
    kind: Kind
    at: datetime
    due: datetime | None
    word: Word | None = None
    """What was said, of an urge or a letter."""

    @property
    def matter(self) -> Matter:
        """Of what."""
        return Matter(self.owner, self.number)


@value
class Reason:
    """Why a person is told."""

    route: str
    step: int
    role: Role
    instead_of: tuple[str, ...] = ()
    """Ids of those who are away, in whose place the person is told."""
    waited: Literal["", "hours", "step", "nobody"] = ""
    """For what: office hours, or that nobody of the steps before took note. `nobody`: no step of the route has anybody."""
    after: tuple[Budget, ...] = ()
    """How long after those of the step before: one lag after the other, where a step between told nobody new."""


@value
class Notice:
    """One person is to be told of one occasion, at the earliest at `tell_at`."""

    occasion: Occasion
    person: str
    reason: Reason
    tell_at: datetime
    urgent: bool
    channels: tuple[str, ...] = ()
    """Instead of the person's own; none named is those."""

    @property
    def id(self) -> str:
        """The same for the same person and occasion, however often it is planned."""
        one = self.occasion
        key = "\x1f".join((one.owner, one.number, one.topic, str(one.version), one.rung, self.person))
        return blake2b(key.encode(), digest_size=_SHOWS).hexdigest()


@value
class Acknowledged:
    """Somebody took note (知悉) of a task's alerts raised until then: of one clock in one due-version, or of all. `seen` is when
    the newest one was raised that was shown: none that is newer is covered.
    """

    owner: str
    number: str
    at: datetime
    person: str
    clock: str | None = None
    version: int | None = None
    seen: datetime | None = None

    def covers(self, occasion: Occasion) -> bool:
        """Whether this speaks of an occasion."""
        return (
            (self.owner, self.number) == (occasion.owner, occasion.number)
            and occasion.at <= (self.at if self.seen is None else min(self.at, self.seen))
            and self.clock in (None, occasion.topic)
            and self.version in (None, occasion.version)
        )


@value
class Office:
    """What an office says of whom to tell, and when."""

    roster: Roster
    routes: tuple[Route, ...]
    hours: Hours
    calendar: Calendar


def notices(occasion: Occasion, task: Task, office: Office, now: datetime | None = None) -> tuple[Notice, ...]:
    """Who is to be told of an occasion, each person once, in the order of the steps; nobody where no route covers it, and the
    keeper where nobody has any of its posts. `now` is when it is heard of: after a standstill the steps begin then.
    """
    urgent = _is_urgent(occasion, task)
    route = route_of(office.routes, task, occasion.topic, occasion.rung, urgent=urgent)
    if route is None:
        return ()
    found: dict[str, Notice] = {}
    at: Turn | None = None
    taken, empty = 0, False
    lags: tuple[Budget, ...] = ()
    for step in route.steps:
        # Where a step finds nobody, the next one takes its place: an empty post stops no alert.
        if at is None:
            at = first_turn(occasion.at, step.after, office.hours, office.calendar, urgent=urgent, now=now)
        elif not empty:
            at = next_turn(at, step.after, office.hours, office.calendar, urgent=urgent)
            lags = lags if step.after is None else (*lags, step.after)
        before = len(found)
        chosen_ones = [chosen for role in step.to for chosen in those_there(role, task, at.tell_at, office)]
        for chosen in chosen_ones:
            reason = Reason(route.name, taken, chosen.role, chosen.instead_of, at.waited, lags)
            notice = Notice(occasion, chosen.person.id, reason, at.tell_at, urgent, route.channels)
            found.setdefault(chosen.person.id, notice)
        empty = not chosen_ones
        taken += not empty
        lags = () if len(found) > before else lags
    return tuple(found.values()) or _to_the_keeper(occasion, task, office, route, urgent=urgent, now=now)


def _to_the_keeper(
    occasion: Occasion, task: Task, office: Office, route: Route, *, urgent: bool, now: datetime | None
) -> tuple[Notice, ...]:
    at = first_turn(occasion.at, None, office.hours, office.calendar, urgent=urgent, now=now).tell_at
    return tuple(
        Notice(occasion, one.person.id, Reason(route.name, 0, one.role, one.instead_of, "nobody"), at, urgent, route.channels)
        for one in those_there(Role.KEEPER, task, at, office)
    )


def alarm_notices(occasion: Occasion, office: Office) -> tuple[Notice, ...]:
    """Who is to be told, at once, that something is wrong with Duban itself: the first step of the first route of alarms."""
    route = next((one for one in office.routes if one.clock == "alarm"), None)
    if route is None:
        return ()
    found = {
        chosen.person.id: Notice(
            occasion, chosen.person.id, Reason(route.name, 0, chosen.role, chosen.instead_of), occasion.at, True, route.channels
        )
        for role in route.steps[0].to
        for chosen in those_there(role, None, occasion.at, office)
    }
    return tuple(found.values())


def _is_urgent(occasion: Occasion, task: Task) -> bool:
    if occasion.topic in ("urge", "alarm"):
        return task.priority == "extra_urgent" or is_of_hours(task)
    clock = next((one for one in task.clocks if one.name == occasion.topic), None)
    return clock is not None and is_urgent(task, clock, occasion.rung)


def those_there(role: Role, task: Task | None, at: datetime, office: Office) -> tuple[Chosen, ...]:
    """Those who have a post for a task, or for Duban itself, and are there at an instant, or who stands in for them."""
    roster, day = office.roster, at.astimezone(office.calendar.zone).date()
    unit, owner, handler = (None, DUBAN, None) if task is None else (task.unit, task.owner, roster.people.get(task.handler or ""))
    if role is Role.DUTY:
        return roster.on_duty(unit, at)
    if role is Role.HANDLER and handler is not None:
        return (roster.present(handler, role, day),)
    return roster.holders(role, unit, owner, day)


def standing(task: Task) -> tuple[Occasion, ...]:
    """The alerts that hold of the clocks that run: what those are told of who get the task now."""
    return tuple(
        Occasion(task.owner, task.number, clock.name.value, one.version, one.rung, one.kind, one.at, one.due)
        for clock in task.clocks
        if clock.stopped_at is None
        for one in task.raised(clock).values()
    )
