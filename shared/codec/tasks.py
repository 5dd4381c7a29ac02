"""A task at rest: JSON bytes and back.

Reading is written out by hand: it stands in the tracker's innermost loop, and a validator took six times as long.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import orjson

from shared.domain.clock import Alert, Clock, ClockName, Rung, Segment
from shared.domain.matter import Family
from shared.domain.task import (
    Archived,
    Closed,
    Ended,
    Evaluation,
    Extension,
    Given,
    Handling,
    InReview,
    Mark,
    Part,
    Pending,
    State,
    Suspended,
    Task,
    UnitDone,
)

_instant: Final = datetime.fromisoformat
_FAMILIES: Final[dict[str, Family]] = {family.value: family for family in Family}
_CLOCKS: Final[dict[str, ClockName]] = {name.value: name for name in ClockName}


def encode_task(task: Task) -> bytes:
    """The task as JSON; instants in UTC."""
    return orjson.dumps(task, option=orjson.OPT_UTC_Z)


def decode_task(raw: bytes) -> Task:
    """The task that `encode_task` wrote."""
    return task_of(orjson.loads(raw))


def task_of(at_rest: dict[str, Any]) -> Task:
    """The task of a JSON document."""
    at, rank, source, id_ = at_rest["last"]
    return Task(
        owner=at_rest["owner"],
        number=at_rest["number"],
        family=_FAMILIES[at_rest["family"]],
        title=at_rest["title"],
        policy=at_rest["policy"],
        policy_version=at_rest["policy_version"],
        unit=at_rest["unit"],
        co_units=tuple(at_rest["co_units"]),
        category=tuple(at_rest["category"]),
        received_at=_instant(at_rest["received_at"]),
        state=_STATES[at_rest["state"]["place"]](at_rest["state"]),
        clocks=clocks_of(at_rest["clocks"]),
        sent_back=at_rest["sent_back"],
        last=(_instant(at), rank, source, id_),
        alerts=tuple(_alert(alert) for alert in at_rest["alerts"]),
        displaced=at_rest["displaced"],
        extension=_extension(at_rest["extension"]),
        extensions=at_rest["extensions"],
        return_asked_at=_instant_or_none(at_rest["return_asked_at"]),
        handler=at_rest["handler"],
        priority=at_rest["priority"],
        starred=at_rest["starred"],
        batch=at_rest["batch"],
        weight=at_rest["weight"],
        enterprise=tuple(at_rest["enterprise"]),
        closing=at_rest["closing"],
        done=tuple([UnitDone(done["unit"], _instant(done["at"])) for done in at_rest["done"]]),
        part_of=at_rest["part_of"],
        repeat_of=at_rest["repeat_of"],
        parts=tuple([Part(part["number"], part["over"], part["position"]) for part in at_rest["parts"]]),
        evaluations=tuple([Evaluation(one["of"], one["level"], _instant(one["at"])) for one in at_rest["evaluations"]]),
        given=tuple([Given(one["unit"], _instant(one["at"])) for one in at_rest["given"]]),
        marks=tuple([Mark(one["what"], _instant(one["at"])) for one in at_rest["marks"]]),
        minutes=at_rest["minutes"],
        episode=at_rest["episode"],
        previous=None if at_rest["previous"] is None else task_of(at_rest["previous"]),
    )


def clocks_of(at_rest: list[dict[str, Any]]) -> tuple[Clock, ...]:
    """The clocks of a JSON document."""
    return tuple(_clock(clock) for clock in at_rest)


def _clock(at_rest: dict[str, Any]) -> Clock:
    return Clock(
        name=_CLOCKS[at_rest["name"]],
        rule=at_rest["rule"],
        citation=at_rest["citation"],
        budget=at_rest["budget"],
        anchor=_instant(at_rest["anchor"]),
        due=_instant_or_none(at_rest["due"]),
        version=at_rest["version"],
        segments=tuple([_segment(segment) for segment in at_rest["segments"]]),
        rungs=tuple(Rung(r["name"], r["kind"], _instant(r["at"])) for r in at_rest["rungs"]),
        calendar=at_rest["calendar"],
        provisional=at_rest["provisional"],
        days=at_rest["days"],
    )


def _segment(at_rest: dict[str, Any]) -> Segment:
    return Segment(_instant(at_rest["since"]), _instant_or_none(at_rest["until"]), _instant_or_none(at_rest["due"]))


def _alert(at_rest: dict[str, Any]) -> Alert:
    return Alert(
        clock=ClockName(at_rest["clock"]),
        version=at_rest["version"],
        rung=at_rest["rung"],
        kind=at_rest["kind"],
        at=_instant(at_rest["at"]),
        due=_instant(at_rest["due"]),
    )


def _closed(at_rest: dict[str, Any]) -> Closed:
    return Closed(_instant(at_rest["at"]), _instant_or_none(at_rest["full_at"]))


def _extension(at_rest: dict[str, Any] | None) -> Extension | None:
    return None if at_rest is None else Extension(_instant(at_rest["until"]), _instant(at_rest["asked_at"]))


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


_STATES: Final[dict[str, Callable[[dict[str, Any]], State]]] = {
    "pending": lambda state: Pending(),
    "handling": lambda state: Handling(_instant(state["since"])),
    "suspended": lambda state: Suspended(_instant(state["since"]), state["ground"], tuple(map(ClockName, state["stopped"]))),
    "in_review": lambda state: InReview(_instant(state["since"])),
    "closed": lambda state: _closed(state),
    "archived": lambda state: Archived(_instant(state["at"]), _closed(state["closed"])),
    "ended": lambda state: Ended(
        _instant(state["at"]), state["how"], None if state["closed"] is None else _closed(state["closed"])
    ),
}
