"""A clock of a task: budget and segments are the record, the due instant follows; it alerts at its rungs."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final, Literal

from shared.domain.budget import FIXED, GIVEN, OPEN_ENDED, Budget, DuePeriod, is_of_hours
from shared.domain.calendar import Calendar
from shared.domain.period import Counting, Due, Pause, due, first_day, spelled, trace
from shared.domain.rule import Rule
from shared.domain.shift import ahead, behind, last_day, resumed
from shared.domain.value import replace, value


class ClockName(StrEnum):
    """Which clock of a task."""

    SIGN = "sign"
    """签收."""
    RESPOND = "respond"
    """响应, or the notice that a complaint was taken up (受理告知)."""
    FINISH = "finish"
    """办结: the due that counts to the outside."""
    INTERNAL = "internal"
    """The unit's own, earlier due for finishing."""
    ANSWER = "answer"
    """The answer to a request for extension or return that waits."""
    LOOK_BACK = "look-back"
    """回头看 after the closing."""


SENDER: Final = "sender"
"""In place of a rule's id: the due was given, by whoever sent the matter or by a leader of the unit."""
RungKind = Literal["near", "overdue"]


@value
class Segment:
    """A stretch in which the clock ran under one due; `until` is None while it runs."""

    since: datetime
    until: datetime | None
    due: datetime | None


@value
class Rung:
    """An instant at which a running clock alerts."""

    name: str
    kind: RungKind
    at: datetime


@value
class Alert:
    """An alert that was raised and holds: a clock, in one of its due-versions, crossed a rung."""

    clock: ClockName
    version: int
    rung: str
    kind: RungKind
    at: datetime
    due: datetime


@value
class Clock:
    """One clock. `version` counts its due dates: extending, suspending, amending make a new one, in a segment of its own."""

    name: ClockName
    rule: str
    citation: str
    budget: str
    anchor: datetime
    due: datetime | None
    version: int
    segments: tuple[Segment, ...]
    rungs: tuple[Rung, ...]
    """The earliest first."""
    calendar: str
    """Version of the calendar that the due was counted on; empty for a due that the sender gave."""
    provisional: bool
    """Whether the due rests on a day that a notice of the State Council may yet change."""
    days: str = ""
    """The days of the present due-version from the anchor's on, a letter each (`LETTERS`); empty where no days are counted."""

    @property
    def since(self) -> datetime:
        """Since when this due-version runs."""
        return self.segments[-1].since

    @property
    def stopped_at(self) -> datetime | None:
        """When the clock stopped; None while it runs."""
        return self.segments[-1].until

    @property
    def is_of_hours(self) -> bool:
        """Whether it has no more than 24 hours from when its due was set."""
        return is_of_hours(self.budget, self.anchor, self.since, self.due)

    def stopped(self, at: datetime) -> "Clock":
        """The clock after it stopped at `at`, at the earliest when it began to run; a stopped clock stays as it is."""
        if self.stopped_at is not None:
            return self
        return replace(self, segments=(*self.segments[:-1], replace(self.segments[-1], until=max(at, self.since))))

    def renewed(self, rule: Rule, due: datetime | DuePeriod | None, at: datetime, calendar: Calendar) -> "Clock":
        """The clock in its next due-version, which the sender gave at `at`. The rule still says when it warns."""
        since = max(at, self.since)
        given = started_with_due(self.name, rule, since, due, calendar)
        segments = (*self.stopped(since).segments, Segment(since, None, given.due))
        return _warning(replace(given, anchor=self.anchor, version=self.version + 1, segments=segments), rule, calendar)

    def restarted(self, rule: Rule, at: datetime, calendar: Calendar) -> "Clock":
        """The clock in its next due-version, counted anew from `at`, at the earliest when it last ran."""
        at = max(at, self.stopped_at or self.since)
        fresh = due(rule.budget, rule.counting, at, calendar)
        again = replace(
            self,
            anchor=at,
            due=fresh.at,
            version=self.version + 1,
            segments=(*self.stopped(at).segments, Segment(at, None, fresh.at)),
            calendar=calendar.version,
            provisional=fresh.provisional,
            days=fresh.days,
        )
        return _warning(again, rule, calendar)

    def resumed(self, rule: Rule, at: datetime, calendar: Calendar) -> "Clock":
        """The clock in its next due-version after it stood still: what was left runs from `at`."""
        ran = [(one.since, one.until) for one in self.segments if one.until is not None]
        assert len(ran) == len(self.segments), "a clock that runs is not resumed"
        at = max(at, ran[-1][1])
        budget = None if self.budget in GIVEN else Budget.parse(self.budget)
        ends = Due(None, provisional=False)
        if self.due is not None:
            ends = resumed(self.due, budget, rule.counting, self.anchor, ran, at, calendar, provisional=self.provisional)
        segments = (*self.segments, Segment(at, None, ends.at))
        again = replace(
            self,
            due=ends.at,
            version=self.version + 1,
            segments=segments,
            calendar=calendar.version if budget is not None else "",
            provisional=ends.provisional,
            days="" if budget is None else _spelled(budget, rule, self.anchor, segments, ends.at, calendar),
        )
        return _warning(again, rule, calendar)

    def recounted(self, rule: Rule, at: datetime, calendar: Calendar) -> "Clock":
        """The running clock as another calendar has it from `at`: a due that moved is a new due-version. What the sender gave and
        what was granted stays; only its warnings in working days may move.
        """
        ends = self._counted_on(rule, calendar)
        if ends.at == self.due:
            return _warning(replace(self, provisional=ends.provisional), rule, calendar)
        since = max(at, self.since)
        segments = (*self.stopped(since).segments, Segment(since, None, ends.at))
        again = replace(
            self,
            due=ends.at,
            version=self.version + 1,
            segments=segments,
            calendar=calendar.version,
            provisional=ends.provisional,
            days=_spelled(Budget.parse(self.budget), rule, self.anchor, segments, ends.at, calendar),
        )
        return _warning(again, rule, calendar)

    def _counted_on(self, rule: Rule, calendar: Calendar) -> Due:
        if self.due is None or self.budget in GIVEN:
            return Due(self.due, provisional=self.provisional)
        budget = Budget.parse(self.budget)
        ends, ran = due(budget, rule.counting, self.anchor, calendar), list[tuple[datetime, datetime]]()
        for one in self.segments:
            if one.since < self.anchor:
                continue  # of a count that was begun anew
            if ran and ran[-1][1] < one.since:
                assert ends.at is not None, "a budget that ends was given"
                was = ends.provisional
                ends = resumed(ends.at, budget, rule.counting, self.anchor, ran, one.since, calendar, provisional=was)
            if one.until is not None:
                ran.append((one.since, one.until))
        return ends

    def alert(self, rung: Rung) -> Alert:
        """The alert that a rung of this clock raises: at its instant, or when the due was set if that lay in the past then."""
        assert self.due is not None, "a clock without a due has no rungs"
        return Alert(self.name, self.version, rung.name, rung.kind, max(rung.at, self.since), self.due)


def started(name: ClockName, rule: Rule, anchor: datetime, calendar: Calendar, *, policy_version: int, version: int = 1) -> Clock:
    """A clock that starts to run at `anchor` under a policy's rule."""
    ends = due(rule.budget, rule.counting, anchor, calendar)
    begun = Clock(
        name=name,
        rule=f"{rule.id}@{policy_version}",
        citation=rule.citation,
        budget=str(rule.budget),
        anchor=anchor,
        due=ends.at,
        version=version,
        segments=(Segment(anchor, None, ends.at),),
        rungs=(),
        calendar=calendar.version,
        provisional=ends.provisional,
        days=ends.days,
    )
    return _warning(begun, rule, calendar)


def started_with_due(
    name: ClockName, rule: Rule, anchor: datetime, due: datetime | DuePeriod | None, calendar: Calendar, *, version: int = 1
) -> Clock:
    """A clock whose due the sender gave, as an instant or as coarsely as plans are written; None is no due. The rule still says
    when it warns. The budget keeps how precise the due is.
    """
    at = due.due(calendar.zone) if isinstance(due, DuePeriod) else due
    precision = due.precision if isinstance(due, DuePeriod) else FIXED
    begun = Clock(
        name=name,
        rule=SENDER,
        citation="",
        budget=precision if at is not None else OPEN_ENDED,
        anchor=anchor,
        due=at,
        version=version,
        segments=(Segment(anchor, None, at),),
        rungs=(),
        calendar="",
        provisional=False,
    )
    return _warning(begun, rule, calendar)


def pauses_of(anchor: datetime, segments: Sequence[Segment], counting: Counting, calendar: Calendar) -> list[Pause]:
    """The days on which a period that is counted from `anchor` stood still and ran again."""
    counted = [one for one in segments if one.since >= anchor]
    return [
        (first_day(counting, one.until, calendar), first_day(counting, following.since, calendar))
        for one, following in pairwise(counted)
        if one.until is not None and one.until < following.since
    ]


def _spelled(
    budget: Budget, rule: Rule, anchor: datetime, segments: Sequence[Segment], due: datetime | None, calendar: Calendar
) -> str:
    if due is None:
        return ""
    pauses = pauses_of(anchor, segments, rule.counting, calendar)
    return spelled(trace(budget, rule.counting, anchor, calendar, pauses=pauses, last=last_day(due, calendar)))


def _warning(clock: Clock, rule: Rule, calendar: Calendar) -> Clock:
    """The clock with the rungs of its present due-version."""
    since, ends, of_hours = clock.since, clock.due, clock.is_of_hours
    if ends is None:
        return replace(clock, rungs=())
    # A warning whose instant lies before the due was set would only repeat what the setting itself tells.
    leads = [(lead, ahead(ends, lead, calendar)) for lead in rule.leads(of_hours=of_hours)]
    near = [Rung(f"near-{lead}", "near", at) for lead, at in leads if at > since]
    late = [Rung(f"late-{lag}", "overdue", behind(ends, lag, calendar)) for lag in rule.lags(of_hours=of_hours)]
    told_again = sorted(late, key=lambda rung: rung.at)
    rungs = (*sorted(near, key=lambda rung: rung.at), Rung("overdue", "overdue", ends), *told_again)
    return replace(clock, rungs=rungs)
