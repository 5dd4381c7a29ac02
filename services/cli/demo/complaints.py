"""The complaints as matters: 59, all of them closed."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from services.cli.demo.complaint_kinds import COMPLAINT_KINDS, UNFOUNDED
from services.cli.demo.complaint_rows import CITY_LINE, COMPLAINT_ROWS, ENVIRONMENT_LINE, LETTERS, ComplaintRow
from services.cli.demo.course import Stage, at_day
from services.cli.demo.matter import BUREAU, Matter

_PREFIX: Final = {CITY_LINE: "RX", ENVIRONMENT_LINE: "HB", LETTERS: "XF"}
_CHANNELS: Final = {
    CITY_LINE: ("phone", "phone", "phone", "app"),
    ENVIRONMENT_LINE: ("phone", "wechat", "web"),
    LETTERS: ("letter", "visit", "web"),
}
_DAYS: Final = {CITY_LINE: (6, 9), ENVIRONMENT_LINE: (8, 14), LETTERS: (18, 30)}
"""How many days the ordinary course is planned for; it takes three quarters of them."""
_EARLY: Final[tuple[Stage, ...]] = (("responded", 0.05, 0.1), ("assigned", 0.12, 0.18))
_DUE_DAYS: Final = 60
_LATE_SPAN: Final = timedelta(days=50)
"""Stretched by the late story, its approval comes after the 60 days."""


def complaints(rng: Random) -> Iterator[Matter]:
    """All complaints, numbered for each channel in the order of their receipt."""
    serials: dict[str, int] = {}
    for nth, row in enumerate(COMPLAINT_ROWS, start=1):
        serials[row[1]] = serials.get(row[1], 0) + 1
        yield _complaint(f"{_PREFIX[row[1]]}-2023-{serials[row[1]]:03}", nth, row, rng)


def _complaint(number: str, nth: int, row: ComplaintRow, rng: Random) -> Matter:
    day, owner, kind_name, place, unit, story = row
    kind = COMPLAINT_KINDS[kind_name]
    at = at_day(day, time(rng.randint(8, 16), rng.randint(0, 59), rng.randint(0, 59)))
    verified = rng.choices(("founded", "mostly", "partly", "unfounded"), (40, 22, 26, 12))[0]
    return Matter(
        owner=owner,
        number=number,
        family="complaint",
        word="received",
        at=at,
        data=_data(nth, row, rng),
        unit=unit,
        story=story,
        span=_LATE_SPAN if story == "late" else timedelta(days=rng.uniform(*_DAYS[owner])),
        due=_due(at),
        early=_EARLY,
        progress=kind.progress,
        done=UNFOUNDED if verified == "unfounded" else rng.choice(kind.done).format(place=place),
        reviewer=BUREAU,
        verified=verified,
    )


def _data(nth: int, row: ComplaintRow, rng: Random) -> dict[str, object]:
    kind = COMPLAINT_KINDS[row[2]]
    data: dict[str, object] = {
        "title": kind.title.format(place=row[3]),
        "text": kind.text.format(place=row[3]),
        "category": [kind.category],
        "unit": row[4],
        "priority": kind.priority,
        "channel": rng.choice(_CHANNELS[row[1]]),
        "location": {"address": row[3]},
    }
    if "企业（" in row[3]:
        data["enterprise"] = [{"name": row[3]}]
    if rng.random() < 0.85:  # the others gave no name
        reply = rng.random() < 0.9
        data["reporter"] = {"name": f"示例来件人{nth:02}", "address": "示例地址（虚构）", "reply_wanted": reply}
    return data


def _due(at: datetime) -> datetime:
    """What the policy's rule makes of the receipt: 60 calendar days, to 24:00."""
    return at.replace(hour=0, minute=0, second=0) + timedelta(days=_DUE_DAYS + 1)
