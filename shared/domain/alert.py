"""Alerts: a clock that crosses a rung is a fact, raised once; it is withdrawn by another fact when it turns out unfounded."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain import fact as f
from shared.domain.clock import Alert
from shared.domain.evolve import with_alert
from shared.domain.task import Task
from shared.domain.value import replace


def crossings(task: Task, before: datetime) -> f.Entries:
    """The alerts of all rungs that the task's clocks crossed before the instant, each at its own; the due itself is on time."""
    wakes_at = task.wakes_at
    if wakes_at is None or wakes_at >= before:
        return ()
    alerts = [clock.alert(rung) for clock in task.clocks for rung in task.waiting(clock) if rung.at < before]
    return _raised(task, sorted(alerts, key=lambda alert: alert.at))


def unfounded(before: Task, after: Task, at: datetime) -> f.Entries:
    """The withdrawals of alerts that an event at `at` proves unfounded: it stopped or replaced their clock before them."""
    if not before.alerts:
        return ()
    ended = [clock for clock in before.clocks if clock not in after.clocks]
    raised = (before.raised(clock).get(rung.name) for clock in ended for rung in clock.rungs if rung.at >= at)
    return _withdrawn(before, at, (alert for alert in raised if alert is not None))


def corrections(task: Task, refolded: Task, at: datetime) -> f.Entries:
    """What leads from the alerts on record to those of the refolded history.

    The fold raises what was crossed up to its last event. What a running clock crossed since then is on record only and holds.
    """
    running = [clock for clock in refolded.clocks if clock.stopped_at is None]
    on_record, found = alerts_of(task), alerts_of(refolded)
    holding = {*found, *(clock.alert(rung) for clock in running for rung in clock.rungs)}
    withdrawn = _withdrawn(task, at, (alert for alert in on_record if alert not in holding))
    # A rung that moved to another instant keeps its name: the old alert goes before the new one comes.
    return (*withdrawn, *_raised(task, (alert for alert in found if alert not in on_record)))


def alerts_of(task: Task) -> tuple[Alert, ...]:
    """The alerts that hold, of all episodes, the first episode's first."""
    former = () if task.previous is None else alerts_of(task.previous)
    return (*former, *task.alerts)


def carrying(task: Task, alerts: Iterable[Alert]) -> Task:
    """The task with these alerts instead of its own, each in its episode."""
    task = _silent(task)
    for alert in alerts:
        task = replace(task, **with_alert(task, alert))
    return task


def _silent(task: Task) -> Task:
    return replace(task, alerts=(), previous=None if task.previous is None else _silent(task.previous))


def _raised(task: Task, alerts: Iterable[Alert]) -> f.Entries:
    return tuple(f.Entry(task.matter, None, _fact(alert)) for alert in alerts)


def _withdrawn(task: Task, at: datetime, alerts: Iterable[Alert]) -> f.Entries:
    return tuple(f.Entry(task.matter, None, f.AlertWithdrawn(at, one.clock, one.version, one.rung)) for one in alerts)


def _fact(alert: Alert) -> f.NearDue | f.Overdue:
    fact = f.NearDue if alert.kind == "near" else f.Overdue
    return fact(alert.at, alert.clock, alert.version, alert.rung, alert.due)
