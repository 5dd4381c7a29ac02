"""The oracle's own reading of the ledger: what was on record of each matter at an instant. It shares no code with the product."""

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

Fact = dict[str, Any]
"""The `data` of a fact."""


@dataclass
class Stretch:
    """A stretch in which a clock ran under one due; `until` is None while it runs."""

    since: datetime
    until: datetime | None
    due: datetime | None

    def ran_out(self, at: datetime) -> bool:
        """Whether the clock ran past the due by then; while it stands still it does not run."""
        return self.due is not None and self.due < (at if self.until is None else min(at, self.until))


@dataclass
class Episode:
    """One handling of a matter, from its receipt or its relapse on: what a clerk would note on its card."""

    source: str
    family: str
    received_at: datetime
    part_of: str | None
    repeated: bool
    weight: float
    category: tuple[str, ...]
    enterprise: tuple[str, ...]
    co_units: tuple[str, ...]
    had_by: list[tuple[datetime, str]]
    """The units in turn, each from an instant on; empty for none."""
    clocks: dict[str, list[Stretch]]
    nth: int = 1
    closed_at: datetime | None = None
    """First closing, for the stage or in full."""
    full_at: datetime | None = None
    ended_at: datetime | None = None
    ended_how: str = ""
    still_since: datetime | None = None
    """Since when its state is that it stands still."""
    minutes: int = 0
    """Working minutes to the first closing."""
    first: dict[str, datetime] = field(default_factory=dict)
    """When it was first submitted, sent back, returned, extended."""
    answers: dict[str, list[datetime]] = field(default_factory=lambda: {"sign": [], "respond": []})
    """When it was signed for and responded to."""
    evaluations: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, of whom and how."""

    def go_to(self, unit: str | None, at: datetime) -> None:
        """Another unit has it; what is told late takes effect no sooner than what is on record already."""
        self.had_by.append((max(at, self.had_by[-1][0]), unit or ""))

    def stop(self, names: Iterable[str], at: datetime) -> None:
        """Clocks stop, none before it began; one that stands stays as it stands."""
        for name in names:
            last = self.clocks[name][-1]
            if last.until is None:
                last.until = max(at, last.since)


def on_record(bodies: Iterable[bytes], known_at: datetime | None) -> list[Episode]:
    """All episodes as the facts told that were recorded by then; parts of other tasks, too."""
    matters: dict[tuple[str, str], list[Episode]] = {}
    for body in bodies:
        told = json.loads(body)
        if known_at is not None and instant(told["recordedat"]) > known_at:
            continue
        key = (told["owner"], told["subject"])
        kind = told["type"].removeprefix("duban.fact.").removesuffix(".v1")
        matters[key] = _after(matters.get(key, []), kind, told["data"], told["owner"])
    return [episode for episodes in matters.values() for episode in episodes]


def instant(text: str) -> datetime:
    """An instant as it is written."""
    return datetime.fromisoformat(text)


def _after(episodes: list[Episode], kind: str, data: Fact, source: str) -> list[Episode]:
    at = instant(data["at"])
    if kind == "registered":
        return [_registered(data, source, at)]
    if kind == "corrected":
        return _whole(data["task"])
    if kind == "relapsed":
        return [*episodes, _again(episodes[-1], data, at)]
    card = episodes[-1]
    card.stop(data.get("stopped", ()), at)
    card.clocks |= _clocks(data.get("clocks", ()))
    note = _NOTES.get(kind)
    if note is not None:
        note(card, data, at)
    return episodes


def _registered(data: Fact, source: str, at: datetime) -> Episode:
    return Episode(
        source=source,
        family=data["family"],
        received_at=at,
        part_of=data["part_of"],
        repeated=data["repeat_of"] is not None,
        weight=data["weight"],
        category=tuple(data["category"]),
        enterprise=tuple(data["enterprise"]),
        co_units=tuple(data["co_units"]),
        had_by=[(at, data["unit"] or "")],
        clocks=_clocks(data["clocks"]),
    )


def _again(former: Episode, data: Fact, at: datetime) -> Episode:
    fresh = _registered(_account_of(former) | data, former.source, at)
    fresh.nth = former.nth + 1
    return fresh


def _account_of(card: Episode) -> Fact:
    said = {name: deepcopy(getattr(card, name)) for name in ("family", "part_of", "weight", "category", "enterprise", "co_units")}
    return said | {"unit": card.had_by[-1][1], "repeat_of": "said before" if card.repeated else None}


def _clocks(said: Iterable[Fact]) -> dict[str, list[Stretch]]:
    return {clock["name"]: [_stretch(one) for one in clock["segments"]] for clock in said}


def _stretch(said: Fact) -> Stretch:
    until, due = said["until"], said["due"]
    return Stretch(instant(said["since"]), until and instant(until), due and instant(due))


def _amended(card: Episode, data: Fact, at: datetime) -> None:
    if data["unit"] is not None:
        card.go_to(data["unit"], at)
    for name in ("co_units", "category"):
        if data[name] is not None:
            setattr(card, name, tuple(data[name]))


def _signed(card: Episode, data: Fact, at: datetime) -> None:
    card.answers["sign"].append(at)


def _responded(card: Episode, data: Fact, at: datetime) -> None:
    card.answers["respond"].append(at)


def _submitted(card: Episode, data: Fact, at: datetime) -> None:
    card.first.setdefault("submitted", at)
    _answered_by(card, data, at)


def _answered_by(card: Episode, data: Fact, at: datetime) -> None:
    """Who reports that it is done has responded, where a response was waited for."""
    if "respond" in data["stopped"]:
        card.answers["respond"].append(at)


def _approved(card: Episode, data: Fact, at: datetime) -> None:
    _answered_by(card, data, at)
    card.full_at = at if data["grade"] == "full" else None
    if card.closed_at is None:
        card.closed_at, card.minutes = at, data["minutes"]


def _first(what: str) -> Callable[[Episode, Fact, datetime], object]:
    return lambda card, data, at: card.first.setdefault(what, at)


def _returned(card: Episode, data: Fact, at: datetime) -> None:
    card.first.setdefault("returned", at)
    card.go_to(None, at)


def _evaluated(card: Episode, data: Fact, at: datetime) -> None:
    card.evaluations.append((at, data["of"], data["level"]))


def _ended(how: str) -> Callable[[Episode, Fact, datetime], None]:
    def note(card: Episode, data: Fact, at: datetime) -> None:
        card.ended_at, card.ended_how, card.still_since = at, how, None

    return note


_NOTES: Final[dict[str, Callable[[Episode, Fact, datetime], object]]] = {
    "amended": _amended,
    "signed": _signed,
    "accepted": _responded,
    "responded": _responded,
    "submitted": _submitted,
    "sent-back": _first("sent-back"),
    "suspended": lambda card, data, at: setattr(card, "still_since", at),
    "resumed": lambda card, data, at: setattr(card, "still_since", None),
    "approved": _approved,
    "transferred": lambda card, data, at: card.go_to(data["to_unit"], at),
    "return-approved": _returned,
    "extension-granted": _first("extended"),
    "evaluated": _evaluated,
    "withdrawn": _ended("withdrawn"),
    "not-accepted": _ended("not_accepted"),
    "merged": _ended("merged"),
    "excluded": _ended("excluded"),
}


def _whole(task: Fact) -> list[Episode]:
    """A task told whole: its episodes, the first one first."""
    former = [] if task["previous"] is None else _whole(task["previous"])
    card = _registered(task, task["owner"], instant(task["received_at"]))
    card.nth, card.minutes = task["episode"], task["minutes"]
    card.had_by = [(instant(one["at"]), one["unit"] or "") for one in task["given"]]
    card.evaluations = [(instant(one["at"]), one["of"], one["level"]) for one in task["evaluations"]]
    for mark in task["marks"]:
        clock = {"signed": "sign", "responded": "respond"}.get(mark["what"])
        if clock is None:
            card.first.setdefault(mark["what"], instant(mark["at"]))
        else:
            card.answers[clock].append(instant(mark["at"]))
    _put(card, task["state"])
    return [*former, card]


def _put(card: Episode, state: Fact) -> None:
    """Note the state of a task told whole."""
    if state["place"] == "ended":
        card.ended_at, card.ended_how = instant(state["at"]), state["how"]
    if state["place"] == "suspended":
        card.still_since = instant(state["since"])
    closed = state if state["place"] == "closed" else state.get("closed")
    if closed is not None:
        card.closed_at = instant(closed["at"])
        card.full_at = closed["full_at"] and instant(closed["full_at"])
