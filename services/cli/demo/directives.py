"""The directives as matters: 59 of the city, 14 of the district."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from services.cli.demo.course import Stage, at_day
from services.cli.demo.directive_kinds import CITY_KINDS
from services.cli.demo.directive_kinds_district import DISTRICT_KINDS
from services.cli.demo.directive_rows import CITY_ROWS, DISTRICT_ROWS, JOINED, DirectiveRow
from services.cli.demo.kind import Kind
from services.cli.demo.matter import Matter

_QUICK: Final[tuple[Stage, ...]] = (("responded", 0.1, 0.2),)
_SLOW: Final[tuple[Stage, ...]] = (("assigned", 0.07, 0.11),)
_EXTENDED: Final[tuple[Stage, ...]] = (*_SLOW, ("amended", 0.2, 0.25))
_EXTENSION: Final = timedelta(days=5)
_USUAL: Final = timedelta(days=30)
_NIGHT_AND_DAY: Final = ("pm-2h", "pm-24h")
_AREA_WIDE: Final = ("emergency", "plan", "d-general")


def directives(rng: Random) -> Iterator[Matter]:
    """All directives in the order of their numbers."""
    for serial, row in enumerate(CITY_ROWS, start=1):
        yield _directive("city-command", "city", f"SZ-2023-{serial:03}", f"枣环攻坚指〔2023〕{serial * 3 + 4}号", row, rng)
    for serial, row in enumerate(DISTRICT_ROWS, start=1):
        yield _directive("district-command", "district", f"QZ-2023-{serial:03}", f"枣高环指〔2023〕{serial}号", row, rng)


def _directive(owner: str, level: str, number: str, document: str, row: DirectiveRow, rng: Random) -> Matter:
    day, kind_name, place, unit, story = row
    kind = {**CITY_KINDS, **DISTRICT_KINDS}[kind_name]
    at = at_day(day, _clock(kind_name, rng))
    due = _due(kind, at)
    words = {"place": place, "date": f"{at.month}月{at.day}日", "value": rng.randint(*kind.values)}
    data = _data(kind, kind_name, row, words, due) | {"document_number": document, "level": level}
    if kind_name == "emergency":
        data |= _window(at)
    if story == "extended" and due is not None:
        due += _EXTENSION
    span = _USUAL if due is None else due - at
    return Matter(
        owner=owner,
        number=number,
        family="directive",
        word="issued",
        at=at,
        data=data,
        unit=unit,
        story=story,
        span=span,
        due=due,
        early=_EXTENDED if story == "extended" else _QUICK if span <= timedelta(days=1) else _SLOW,
        progress=tuple(text.format(**words) for text in kind.progress),
        done=rng.choice(kind.done).format(**words),
        reviewer=owner,
    )


def _data(kind: Kind, kind_name: str, row: DirectiveRow, words: dict[str, object], due: datetime | None) -> dict[str, object]:
    data: dict[str, object] = {
        "title": kind.title.format(**words),
        "text": kind.text.format(**words),
        "category": [kind.category],
        "unit": row[3],
        "co_units": [unit for unit in JOINED.get(kind_name, ()) if unit != row[3]],
        "priority": kind.priority,
        "location": {"address": "高新区" if kind_name in _AREA_WIDE else row[2]},
    }
    if "企业（" in row[2]:
        data["enterprise"] = [{"name": row[2]}]
    if due is not None:
        data["due"] = due.isoformat()
    return data


def _clock(kind_name: str, rng: Random) -> time:
    """Alarms come at any hour of the morning and the evening rush, the rest in office hours."""
    hour = rng.choice((6, 7, 9, 11, 15, 18, 20, 21)) if kind_name in _NIGHT_AND_DAY else rng.randint(9, 16)
    return time(hour, rng.randint(0, 59), rng.randint(0, 59))


def _due(kind: Kind, at: datetime) -> datetime | None:
    if not kind.due:
        return None
    number = int(kind.due[:-1])
    return at + (timedelta(hours=number) if kind.due.endswith("h") else timedelta(days=number))


def _window(at: datetime) -> dict[str, object]:
    """The measures run from the evening of the day, for three days."""
    start = at.replace(hour=20, minute=0, second=0)
    return {"window_from": start.isoformat(), "window_to": (start + timedelta(days=3)).isoformat()}
