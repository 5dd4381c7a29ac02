"""What the page shows: the newest figures and the overdue tasks become cards, lines and items of text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from contracts.figures import Counts, Figures, Group, Number
from services.web import wording
from shared.figures.document import TASKS_PATH
from shared.ports import OverdueTask
from shared.units import Units

FAMILIES: Final = {"directive": "市区指令", "complaint": "信访投诉", "rectification": "督察整改"}
UNASSIGNED: Final = "未分派"
_BAR: Final = 1000
_LINKED: Final = ("received", "open", "overdue_open", "closed")


@dataclass(frozen=True)
class State:
    """What the page knows, and whether it is in touch with where it knows it from."""

    figures: Figures | None = None
    overdue: Sequence[OverdueTask] = ()
    checked_at: datetime | None = None
    """When bus and storage were last seen to answer."""
    connected: bool = False


@dataclass(frozen=True)
class Card:
    """One large figure."""

    key: str
    label: str
    value: str
    note: str
    tone: str = ""
    href: str = ""
    """The list behind it; empty where there is none."""


@dataclass(frozen=True)
class Line:
    """One row of a table: a unit or a family."""

    key: str
    name: str
    unregistered: bool
    counts: Counts
    hrefs: Mapping[str, str]
    """The lists behind those of its counts that are not zero, by measure."""
    closure: str
    bar: tuple[int, int, int]
    """Widths of closed, open and overdue, in thousandths of the longest line."""


@dataclass(frozen=True)
class Late:
    """An overdue task."""

    number: str
    title: str
    family: str
    unit: str
    unregistered: bool
    due_iso: str
    due: str
    by: str


@dataclass(frozen=True)
class View:
    """Everything on the page, as text."""

    connected: bool
    checked: str
    silent: str
    """How long ago the last check was, for when the source is away."""
    as_of_iso: str
    as_of: str
    received: Number
    cards: tuple[Card, ...]
    units: tuple[Line, ...]
    units_idle: int
    families: tuple[Line, ...]
    late: tuple[Late, ...]
    late_total: Number


def view_of(state: State, units: Units, zone: tzinfo, now: datetime) -> View:
    """The page of a state, at an instant."""
    figures, checked = state.figures, state.checked_at
    named = {group.key for group in figures.units} if figures else set()
    return View(
        connected=state.connected,
        checked=wording.instant(checked, zone) if checked else wording.NOTHING,
        silent=wording.span(now - checked) if checked else wording.NOTHING,
        as_of_iso=figures.as_of.isoformat() if figures else "",
        as_of=wording.instant(figures.as_of, zone, seconds=True) if figures else "",
        received=figures.counts.received if figures else 0,
        cards=_cards(figures) if figures else (),
        units=_unit_lines(figures.units, units) if figures else (),
        units_idle=len(units.keys() - named),
        families=_family_lines(figures.families) if figures else (),
        late=tuple(_late(task, units, zone, now) for task in state.overdue),
        late_total=max(figures.counts.overdue_open if figures else 0, len(state.overdue)),
    )


def _cards(figures: Figures) -> tuple[Card, ...]:
    counts, rates = figures.counts, figures.rates
    ended = counts.received - counts.closed - counts.open
    in_time = f"按期 {counts.closed_on_time:,} · 超期 {counts.closed_late:,}"
    behind = _behind(figures.tasks, counts)
    overdue = "bad" if counts.overdue_open else "good"
    return (
        Card("received", "收到", f"{counts.received:,}", f"另行了结 {ended:,} 件" if ended > 0 else "件", "", behind["received"]),
        Card("closed", "已办结", f"{counts.closed:,}", in_time, "", behind["closed"]),
        Card("closure", "办结率", wording.percent(rates.closure), wording.fraction(rates.closure), "rate"),
        Card("on-time", "按期办结率", wording.percent(rates.on_time_closure), wording.fraction(rates.on_time_closure), "rate"),
        Card("open", "在办", f"{counts.open:,}", "件", "", behind["open"]),
        Card("overdue", "逾期", f"{counts.overdue_open:,}", "在办且已过期限", overdue, behind["overdue_open"]),
    )


def _unit_lines(groups: Iterable[Group], units: Units) -> tuple[Line, ...]:
    # The official order, then codes that are in no list, then what nobody has been given yet; never by score.
    rank = {code: place for place, code in enumerate(units)}
    ordered = sorted(groups, key=lambda group: (not group.key, rank.get(group.key, len(rank)), group.key))
    longest = max((group.counts.received for group in ordered), default=0)
    return tuple(_line(group, *unit_name(group.key, units), longest) for group in ordered)


def _family_lines(groups: Iterable[Group]) -> tuple[Line, ...]:
    ordered = sorted(groups, key=lambda group: ([*FAMILIES, group.key].index(group.key), group.key))
    longest = max((group.counts.received for group in ordered), default=0)
    return tuple(_line(group, FAMILIES.get(group.key, group.key), False, longest) for group in ordered)


def _line(group: Group, name: str, unregistered: bool, longest: Number) -> Line:
    counts = group.counts
    parts = (counts.closed, counts.open - counts.overdue_open, counts.overdue_open)
    closed, waiting, overdue = (int(max(part, 0) * _BAR / max(longest, 1)) for part in parts)
    hrefs, bar = _behind(group.tasks, counts), (closed, waiting, overdue)
    return Line(group.key, name, unregistered, counts, hrefs, wording.percent(group.rates.closure), bar)


def _behind(path: str, counts: Counts) -> dict[str, str]:
    """The pages of the lists behind counts, by measure; empty where nothing is counted."""
    page = f"/tasks{path.removeprefix(TASKS_PATH)}"
    return {word: f"{page}{word}" if getattr(counts, word) else "" for word in _LINKED}


def unit_name(code: str, units: Units) -> tuple[str, bool]:
    """The name of a unit, and whether its code is missing from the office's list."""
    return (units.get(code, code), code not in units) if code else (UNASSIGNED, False)


def _late(task: OverdueTask, units: Units, zone: tzinfo, now: datetime) -> Late:
    name, unregistered = unit_name(task.unit, units)
    return Late(
        number=task.matter.number,
        title=task.title,
        family=FAMILIES.get(task.family, task.family),
        unit=name,
        unregistered=unregistered,
        due_iso=task.due.isoformat(),
        due=wording.deadline(task.due, zone),
        by=wording.span(now - task.due),
    )
