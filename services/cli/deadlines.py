"""Commands about deadlines: `due` counts a rule off and says why, `calendar show` prints a year's days."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.table import Table

from services.cli.console import (
    DEFAULT_DATA,
    DataOption,
    JsonOption,
    errors,
    instant,
    local,
    local_end,
    output,
    print_json,
    settings_for,
)
from services.cli.explain import WHY
from services.cli.place import make_folder
from shared.calendars import BadCalendarFile, read_calendar
from shared.calendars.notice import parse_notice, to_toml
from shared.domain.budget import BadBudget, Budget
from shared.domain.calendar import BadCalendar, Calendar, DayKind
from shared.domain.hours import Hours
from shared.domain.period import CIVIL_CODE, Counted, Due, due, trace
from shared.domain.policy import Rulebook
from shared.domain.rule import Rule
from shared.rulebook import load_rulebook
from shared.settings import Settings

calendar = typer.Typer(no_args_is_help=True, help="The working-day calendar.")


_KIND: Final = {
    DayKind.WORKDAY: "工作日",
    DayKind.WEEKEND: "周末",
    DayKind.HOLIDAY: "放假",
    DayKind.MAKE_UP: "补班",
    DayKind.LOCAL_OFF: "本地放假",
    DayKind.LOCAL_WORK: "本地上班",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("due")(due_)
    app.add_typer(calendar, name="calendar")


def due_(
    rule: Annotated[str, typer.Option("--rule", help="Id of a rule, or a budget: 30min, 24h, 8wh, 60cd, 5wd, 2mo.")],
    start: Annotated[str | None, typer.Option("--start", help="The instant from which it counts.")] = None,
    starts: Annotated[
        Path | None, typer.Option("--starts", help="File with one instant a line; one JSON a line comes out.", exists=True)
    ] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """When a rule that starts at an instant is due, and why: day by day, counted or not.

    A budget alone is counted after the civil code: the first day excluded, periods in calendar days and months roll off a last
    day that is no working day, the last day ends at 24:00, which is the start of the next day. Working hours run in the
    office hours of working days. A date is read as its 00:00 in DUBAN_TIMEZONE.

    Example: `duban due --rule 5wd --start 2026-09-29` or `duban due --rule standard.sign --start 2026-08-03T10:00 --json`
    """
    if (start is None) == (starts is None):
        raise typer.BadParameter("give either --start INSTANT or --starts FILE")
    settings = settings_for(data)
    rulebook = load_rulebook(settings.zone, settings.data)
    found = _rule(rule, rulebook)
    if starts is not None:
        _each(starts, found, rulebook.calendar, settings.zone)
        return
    anchor = _anchor(start, settings.zone)
    ends = due(found.budget, found.counting, anchor, rulebook.calendar)
    days = trace(found.budget, found.counting, anchor, rulebook.calendar)
    if as_json:
        explained = [{"day": one.day, "counted": one.counted, "why": one.why, "kind": one.kind, "name": one.name} for one in days]
        document = {
            "rule": found.id,
            "citation": found.citation,
            "budget": str(found.budget),
            "calendar": rulebook.calendar.version,
        }
        print_json(document | _answer(anchor, ends, settings.zone) | {"trace": explained})
    else:
        _show(found, anchor, ends, days, rulebook.calendar)


def _rule(text: str, rulebook: Rulebook) -> Rule:
    rules: dict[str, Rule] = {}
    for policy in rulebook.policies.values():
        rules |= {rule.id: rule for rule in policy.rules if rule is not policy.internal}
    if text in rules:
        return rules[text]
    try:
        return Rule(text, Budget.parse(text), "民法典第二百条至第二百零四条", (), CIVIL_CODE)
    except BadBudget as error:
        raise typer.BadParameter(f"{error}; or the id of a rule: {', '.join(sorted(rules))}") from None


def _anchor(text: str | None, zone: ZoneInfo) -> datetime:
    read = instant(text, zone)
    assert read is not None
    return read.astimezone(UTC)


def _answer(anchor: datetime, ends: Due, zone: ZoneInfo) -> dict[str, Any]:
    at = None if ends.at is None else ends.at.astimezone(zone)
    return {"start": anchor.astimezone(zone), "due": at, "provisional": ends.provisional}


def _each(file: Path, rule: Rule, calendar: Calendar, zone: ZoneInfo) -> None:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                anchor = _anchor(line.strip(), zone)
            except typer.BadParameter as error:
                raise typer.BadParameter(f"{file}, line {number}: {error.message}") from None
            ends = due(rule.budget, rule.counting, anchor, calendar)
            typer.echo(orjson.dumps(_answer(anchor, ends, zone)).decode())


def _show(rule: Rule, anchor: datetime, ends: Due, days: tuple[Counted, ...], calendar: Calendar) -> None:
    zone = calendar.zone
    assert isinstance(zone, ZoneInfo)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    counted = 0
    for one in days:
        counted += one.counted
        table.add_row(
            f"{one.day} {'一二三四五六日'[one.day.weekday()]}", str(counted) if one.counted else "", WHY[one.why], one.name
        )
    if days:
        output.print(table)
    output.print(f"{rule.id}（{rule.budget}，{rule.citation}）", highlight=False)
    output.print(f"{local(anchor, zone)} → [bold]{local_end(ends.at, zone)}[/]，日历 {calendar.version}", highlight=False)
    if ends.provisional:
        errors.print("暂定：所涉年份的放假通知尚未载入，载入后重新计算", style="yellow")


def _weekday(day: date) -> str:
    return f"{day} {'一二三四五六日'[day.weekday()]}"


@calendar.command("show")
def show(
    year: Annotated[int, typer.Argument(min=1949, max=2999, help="The year.")],
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """The days of a year that are not as their weekday says: days off, make-up working days, local days.

    Example: `duban calendar show 2026`
    """
    settings = settings_for(data)
    days = load_rulebook(settings.zone, settings.data).calendar
    notice = days.notices.get(year)
    year_days = [days.day(date.fromordinal(o)) for o in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    working = sum(day.working for day in year_days)
    special = [day for day in year_days if day.kind not in {DayKind.WORKDAY, DayKind.WEEKEND}]
    if as_json:
        listed = [{"day": day.date, "kind": day.kind, "name": day.name, "provisional": day.provisional} for day in special]
        published = notice.published if notice else None
        document = {"year": year, "version": days.version, "provisional": notice is None, "published": published}
        print_json(document | {"working_days": working, "days": listed})
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for day in special:
        table.add_row(_weekday(day.date), _KIND[day.kind], day.name)
    output.print(table)
    output.print(f"{year} 年：工作日 {working} 天，日历 {days.version}", highlight=False)
    if notice is None:
        errors.print(f"暂定：{year} 年的放假通知尚未载入，仅计周末和日期固定的法定节日", style="yellow")


@calendar.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Text of a State Council notice, or a calendar file.")
    ],
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Add a notice of the State Council to the installation: the text as published, or a calendar file (.toml).

    It is read at the next start of what runs; what is refused changes nothing.

    Example: `duban calendar import notice-2027.txt`
    """
    settings = settings_for(data)
    before = load_rulebook(settings.zone, settings.data).calendar
    if file.suffix == ".toml":
        read_calendar(file)
        name, text = file.name, file.read_text(encoding="utf-8")
    else:
        try:
            notice = parse_notice(file.read_text(encoding="utf-8"))
        except (BadCalendar, UnicodeDecodeError) as error:
            raise BadCalendarFile(f"{file}: {error}") from None
        name, text = f"{notice.year}.toml", to_toml(notice)
    make_folder(settings.data)
    after = _with_file(settings.data / "calendars" / name, text, settings)
    first, last = min(after.notices), max(after.notices)
    days = (date.fromordinal(o) for o in range(date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()))
    changed = [day for day in days if after.is_working(day) != before.is_working(day)]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for day in changed:
        table.add_row(_weekday(day), _KIND[before.day(day).kind], "→", _KIND[after.day(day).kind], after.day(day).name)
    output.print(table)
    output.print(f"日历 {before.version} → {after.version}，{len(changed)} 天有变，下次启动时生效", highlight=False)
    if after.hours != before.hours:
        output.print(f"办公时间 {_said(before.hours)} → {_said(after.hours)}", highlight=False)


def _said(hours: Hours) -> str:
    return "、".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in hours)


def _with_file(file: Path, text: str, settings: Settings) -> Calendar:
    """The calendar with a file more. A file that does not go with the others is taken away again. Raises BadCalendarFile."""
    file.parent.mkdir(exist_ok=True)
    former = file.read_bytes() if file.exists() else None
    file.write_text(text, encoding="utf-8")
    try:
        return load_rulebook(settings.zone, settings.data).calendar
    except BadCalendarFile:
        if former is None:
            file.unlink()
        else:
            file.write_bytes(former)
        raise
