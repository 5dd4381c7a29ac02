"""Alerts: a clock that crosses a rung is a fact, raised once; it is withdrawn by another fact when it turns out unfounded."""

from dataclasses import replace
from datetime import datetime

from shared.domain import fact as f
from shared.domain.clock import Clock, Rung
from shared.domain.task import Task


def crossings(task: Task, before: datetime) -> f.Entries:
    """The alerts of all rungs that the task's running clocks crossed before the instant, each at its own instant."""
    alerts = [_alert(clock, rung) for clock in task.clocks for rung in clock.crossings(before)]
    return tuple(f.Entry(task.matter, None, alert) for alert in sorted(alerts, key=lambda alert: alert.at))


def unfounded(task: Task, at: datetime) -> f.Entries:
    """The withdrawals of alerts that do not hold: the clock had stopped before them, and we were told late."""
    return tuple(
        f.Entry(task.matter, None, f.AlertWithdrawn(at, clock.name, clock.version, rung.name))
        for clock in task.clocks
        for rung in clock.unfounded()
    )


def with_alerts_of(old: Task, new: Task) -> Task:
    """A refolded task with what is on record of its alerts: which were raised, which withdrawn."""
    by_version = {(clock.name, clock.version): clock for clock in old.clocks}
    return replace(new, clocks=tuple(_carried(by_version.get((clock.name, clock.version)), clock) for clock in new.clocks))


def missing(now: Task, refolded: Task) -> f.Entries:
    """The alerts that the refolded history raises and that are not on record."""
    alerts = [
        _alert(clock, rung)
        for clock, other in zip(now.clocks, refolded.clocks, strict=True)
        for rung, wanted in zip(clock.rungs, other.rungs, strict=True)
        if wanted.raised and not rung.raised
    ]
    return tuple(f.Entry(now.matter, None, alert) for alert in alerts)


def _carried(old: Clock | None, new: Clock) -> Clock:
    recorded = {} if old is None else {rung.name: rung for rung in old.rungs}
    return replace(new, rungs=tuple(_flags(recorded.get(rung.name), rung, new) for rung in new.rungs))


def _flags(old: Rung | None, rung: Rung, clock: Clock) -> Rung:
    if old is None or not old.raised:
        return replace(rung, raised=False)
    founded = clock.stopped_at is None or clock.stopped_at > rung.at
    if old.withdrawn and founded:
        return replace(rung, raised=False)  # it holds again, so it is raised again
    return replace(rung, raised=True, withdrawn=old.withdrawn)


def _alert(clock: Clock, rung: Rung) -> f.NearDue | f.Overdue:
    assert clock.due is not None, "a clock without a due has no rungs"
    fact = f.NearDue if rung.kind == "near" else f.Overdue
    return fact(max(rung.at, clock.anchor), clock.name, clock.version, rung.name, clock.due)
