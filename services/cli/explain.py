"""`task explain`: for each clock of a task, day by day, why it is due when it is, and which unit had the matter for how long."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, local, local_end, output, print_json, settings_for
from services.cli.look import over
from services.cli.one_task import NumberArgument, OwnerArgument, found_of
from shared.clock import SystemClock
from shared.codec.events import decode_known
from shared.domain.clock import Clock, Segment
from shared.domain.explain import days_of
from shared.domain.history import fold
from shared.domain.holding import Held, holding
from shared.domain.matter import Matter
from shared.domain.period import Counted
from shared.domain.policy import Policy, Rulebook
from shared.domain.setting import rule_of
from shared.domain.task import Task
from shared.ports import LedgerRow
from shared.rulebook import load_rulebook
from shared.units import Units, load_units

WHY: Final = {
    "first-day": "起始日不计",
    "counted": "计入",
    "not-working": "非工作日不计",
    "rolled": "期满日顺延",
    "stood-still": "中止不计",
}


def task_explain(
    owner: OwnerArgument,
    number: NumberArgument,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Why each clock of a task is due when it is: rule, citation, every day counted or not, what stood still, what was extended;
    and how long each unit had it, in office hours and minutes.

    Example: `duban task explain city-command ZB-001`
    """
    settings = settings_for(data)
    rulebook = load_rulebook(settings.zone, settings.data)
    matter = Matter(owner, number)
    found = found_of(matter, asyncio.run(over(settings, lambda snapshot: snapshot.task(matter))))
    task: Task = found[0]
    policy = rulebook.policy_of(task)
    held = _held(found[1], rulebook)
    if as_json:
        print_json(_document(task, policy, rulebook) | {"holding": [_held_document(one, rulebook) for one in held]})
    else:
        _show(task, policy, rulebook, settings.zone)
        _show_holding(held, load_units(settings.data / "units.toml"), settings.zone)


def _held(rows: Sequence[LedgerRow], rulebook: Rulebook) -> tuple[Held, ...]:
    """Who had the matter up to now, from its events in the order of their own times."""
    events = dict.fromkeys(row.event for row in rows if row.event is not None)
    steps = fold([decode_known(event) for event in events], rulebook).steps
    return holding(tuple([entry for _, entries in steps for entry in entries]), SystemClock().now(), rulebook.calendar)


def _held_document(held: Held, rulebook: Rulebook) -> dict[str, Any]:
    return {
        "unit": held.unit,
        "since": held.since.astimezone(rulebook.zone),
        "until": None if held.until is None else held.until.astimezone(rulebook.zone),
        "working_minutes": held.working_minutes,
        "natural_minutes": held.natural_minutes,
        "suspended_minutes": held.suspended_minutes,
    }


def _document(task: Task, policy: Policy | None, rulebook: Rulebook) -> dict[str, Any]:
    limits = policy.extensions if policy else None
    allowed = limits.times if limits else 0
    return {
        "owner": task.owner,
        "number": task.number,
        "policy": task.policy,
        "policy_version": task.policy_version,
        **_episode(task, rulebook),
        "former_episodes": [_episode(one, rulebook) for one in list(task.episodes)[1:]],
        "part_of": task.part_of,
        "parts": task.parts,
        "extensions": {
            "granted": task.extensions,
            "left": max(0, allowed - task.extensions),
            "longest": str(limits.longest) if limits else None,
            "citation": limits.citation if limits else None,
            "pending": task.extension,
        },
    }


def _episode(task: Task, rulebook: Rulebook) -> dict[str, Any]:
    policy = rulebook.policy_of(task)
    return {
        "episode": task.episode,
        "state": task.state,
        "clocks": [_clock_document(clock, _days(task, clock, policy, rulebook), rulebook) for clock in task.clocks],
    }


def _clock_document(clock: Clock, days: tuple[Counted, ...], rulebook: Rulebook) -> dict[str, Any]:
    zone = rulebook.zone

    def at(when: datetime | None) -> datetime | None:
        return None if when is None else when.astimezone(zone)

    return {
        "clock": clock.name,
        "rule": clock.rule,
        "citation": clock.citation,
        "budget": clock.budget,
        "version": clock.version,
        "anchor": at(clock.anchor),
        "due": at(clock.due),
        "provisional": clock.provisional,
        "calendar": clock.calendar,
        "segments": [{"since": at(one.since), "until": at(one.until), "due": at(one.due)} for one in clock.segments],
        "days": clock.days,
        "rungs": [{"name": rung.name, "kind": rung.kind, "at": at(rung.at)} for rung in clock.rungs],
        "trace": days,
    }


def _days(task: Task, clock: Clock, policy: Policy | None, rulebook: Rulebook) -> tuple[Counted, ...]:
    return () if policy is None else days_of(clock, rule_of(task, clock.name, policy), rulebook.calendar)


def _show(task: Task, policy: Policy | None, rulebook: Rulebook, zone: ZoneInfo) -> None:
    for episode in task.episodes:
        if task.previous is not None:
            output.print(f"[bold]第 {episode.episode} 次办理[/]，自 {local(episode.received_at, zone)}", highlight=False)
        for clock in episode.clocks:
            _show_clock(clock, _days(episode, clock, policy, rulebook), zone)
    if task.parts:
        over = sum(part.over is not None for part in task.parts)
        output.print(f"拆分为 {len(task.parts)} 件，已了结 {over} 件", highlight=False)
    limits = policy.extensions if policy else None
    if limits is not None:
        left = max(0, limits.times - task.extensions)
        said = f"延期：已批 {task.extensions} 次，尚可 {left} 次，每次至多 {limits.longest}"
        output.print(f"{said}（{limits.citation}）", highlight=False)
    if task.extension is not None:
        output.print(f"延期申请待批：至 {local_end(task.extension.until, zone)}", highlight=False)


def _show_clock(clock: Clock, days: tuple[Counted, ...], zone: ZoneInfo) -> None:
    said = f"{clock.budget}，{clock.citation}" if clock.citation else clock.budget
    output.print(f"[bold]{clock.name}[/]  {clock.rule}（{said}）", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    counted = 0
    for one in days:
        counted += one.counted
        table.add_row(str(one.day), str(counted) if one.counted else "", WHY[one.why], one.name)
    if days:
        output.print(table)
    ran = [_stretch(one, len(clock.segments) > 1, zone) for one in clock.segments]
    version = f"，第 {clock.version} 次时限" if clock.version > 1 else ""
    due = f"{local(clock.anchor, zone)} → [bold]{local_end(clock.due, zone)}[/]{version}"
    output.print(f"  {due}；计时：{'，'.join(ran)}", highlight=False)
    if clock.provisional:
        errors.print("  暂定：所涉年份的放假通知尚未载入", style="yellow")


def _stretch(one: Segment, several: bool, zone: ZoneInfo) -> str:
    ran = f"{local(one.since, zone)} 至 {local(one.until, zone) if one.until else '今'}"
    return f"{ran}（时限 {local_end(one.due, zone)}）" if several else ran


def _show_holding(held: Sequence[Held], names: Units, zone: ZoneInfo) -> None:
    if not held:
        return
    output.print("[bold]各单位持有时间[/]（工作时间）")
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    for one in held:
        unit = "（未定单位）" if one.unit is None else names.get(one.unit, one.unit)
        until = "今" if one.until is None else local(one.until, zone)
        stood = f"中止 {_hours(one.suspended_minutes)}" if one.suspended_minutes else ""
        table.add_row(escape(unit), f"{local(one.since, zone)} 至 {until}", _hours(one.working_minutes), stood)
    output.print(table)


def _hours(minutes: int) -> str:
    return f"{minutes // 60} 小时 {minutes % 60} 分"
