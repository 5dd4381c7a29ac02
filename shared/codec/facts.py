"""A ledger entry as the CloudEvents event that is stored, hashed and published, and back."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import orjson

from shared.codec.tasks import clocks_of, task_of
from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.matter import Cause, Family, Matter
from shared.domain.value import value

GENESIS: Final = bytes(32)
"""The hash before the first row of a partition."""


@value
class Place:
    """Where and when a fact was written: gapless position in its partition, and the instant of recording in UTC."""

    partition: int
    position: int
    recorded_at: datetime


def encode_fact(entry: f.Entry, place: Place, family: Family, part_of: str | None = None) -> bytes:
    """The event that is published on DUBAN_OUT, byte for byte what the ledger keeps."""
    cause = entry.cause
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{place.partition}-{place.position}",
            "source": "duban",
            "type": f"duban.fact.{entry.fact.kind}.v1",
            "subject": entry.matter.number,
            "time": entry.fact.at,
            "datacontenttype": "application/json",
            "owner": entry.matter.owner,
            "family": family,
            "partition": place.partition,
            "position": place.position,
            "recordedat": place.recorded_at,
            "causesource": cause.source if cause else None,
            "causeid": cause.id if cause else None,
            "causetype": cause.type if cause else None,
            "causerank": cause.rank if cause else None,
            "partof": part_of,
            "data": entry.fact,
        },
        option=orjson.OPT_UTC_Z,
    )


def decode_fact(body: bytes) -> f.Entry:
    """The entry that `encode_fact` wrote."""
    document = orjson.loads(body)
    kind = document["type"].split(".")[2]
    fact = _FACTS[kind](document["data"])
    return f.Entry(Matter(document["owner"], document["subject"]), _cause(document, fact.at), fact)


def part_of(body: bytes) -> str | None:
    """Number of the task that the fact's own task is a part of."""
    number: str | None = orjson.loads(body)["partof"]
    return number


def _cause(document: dict[str, Any], at: datetime) -> Cause | None:
    if document["causeid"] is None:
        return None
    return Cause(document["causesource"], document["causeid"], document["causetype"], at, document["causerank"])


def chain(previous: bytes, body: bytes, event: bytes | None) -> bytes:
    """The hash of a ledger row: SHA-256 over the hash before it, the fact's bytes and the bytes of the event behind it."""
    sha = hashlib.sha256(previous)
    sha.update(len(body).to_bytes(8, "big"))
    sha.update(body)
    sha.update(event or b"")
    return sha.digest()


def _alert(fact: Callable[[datetime, ClockName, int, str, datetime], f.AnyFact]) -> Callable[[dict[str, Any]], f.AnyFact]:
    return lambda d: fact(_at(d), ClockName(d["clock"]), d["version"], d["rung"], datetime.fromisoformat(d["due"]))


def _at(data: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(data["at"])


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _stopped(data: dict[str, Any]) -> tuple[ClockName, ...]:
    return tuple(map(ClockName, data["stopped"]))


def _registered(d: dict[str, Any]) -> f.Registered:
    return f.Registered(
        at=_at(d),
        family=Family(d["family"]),
        title=d["title"],
        policy=d["policy"],
        policy_version=d["policy_version"],
        unit=d["unit"],
        co_units=tuple(d["co_units"]),
        category=tuple(d["category"]),
        clocks=clocks_of(d["clocks"]),
        signs=d["signs"],
        priority=d["priority"],
        starred=d["starred"],
        batch=d["batch"],
        weight=d["weight"],
        enterprise=tuple(d["enterprise"]),
        closing=d["closing"],
        part_of=d["part_of"],
        repeat_of=d["repeat_of"],
    )


def _amended(d: dict[str, Any]) -> f.Amended:
    co_units = None if d["co_units"] is None else tuple(d["co_units"])
    category = None if d["category"] is None else tuple(d["category"])
    return f.Amended(_at(d), d["title"], d["unit"], co_units, category, d["priority"], clocks_of(d["clocks"]))


_FACTS: Final[dict[str, Callable[[dict[str, Any]], f.AnyFact]]] = {
    "registered": _registered,
    "amended": _amended,
    "recorded": lambda d: f.Recorded(_at(d), d["what"]),
    "signed": lambda d: f.Signed(_at(d), _stopped(d), clocks_of(d["clocks"])),
    "accepted": lambda d: f.Accepted(_at(d), _stopped(d), clocks_of(d["clocks"])),
    "responded": lambda d: f.Responded(_at(d), _stopped(d), clocks_of(d["clocks"])),
    "noted": lambda d: f.Noted(_at(d), d["priority"], clocks_of(d["clocks"])),
    "acknowledged": lambda d: f.Acknowledged(
        _at(d), d["person"], d["clock"] and ClockName(d["clock"]), d["version"], _instant_or_none(d.get("seen"))
    ),
    "urged": lambda d: f.Urged(_at(d), d["form"], d["document_number"]),
    "assigned": lambda d: f.Assigned(_at(d), d["to"]),
    "unit-submitted": lambda d: f.UnitSubmitted(_at(d), d["unit"]),
    "submitted": lambda d: f.Submitted(_at(d), d["unit"], _stopped(d)),
    "sent-back": lambda d: f.SentBack(_at(d)),
    "approved": lambda d: f.Approved(_at(d), d["grade"], _stopped(d), clocks_of(d["clocks"]), d["minutes"]),
    "withdrawn": lambda d: f.Withdrawn(_at(d), _stopped(d), tuple(d["parts"])),
    "transferred": lambda d: f.Transferred(_at(d), d["to_unit"], clocks_of(d["clocks"])),
    "return-requested": lambda d: f.ReturnRequested(_at(d), clocks_of(d["clocks"])),
    "return-refused": lambda d: f.ReturnRefused(_at(d), _stopped(d)),
    "return-approved": lambda d: f.ReturnApproved(_at(d), _stopped(d)),
    "not-accepted": lambda d: f.NotAccepted(_at(d), d["ground"], _stopped(d), tuple(d["parts"])),
    "merged": lambda d: f.Merged(_at(d), d["into_owner"], d["into_number"], _stopped(d), tuple(d["parts"])),
    "excluded": lambda d: f.Excluded(_at(d), _stopped(d), tuple(d["parts"])),
    "suspended": lambda d: f.Suspended(_at(d), d["ground"], _stopped(d)),
    "resumed": lambda d: f.Resumed(_at(d), clocks_of(d["clocks"])),
    "extension-requested": lambda d: f.ExtensionRequested(_at(d), datetime.fromisoformat(d["until"]), clocks_of(d["clocks"])),
    "extension-granted": lambda d: f.ExtensionGranted(_at(d), clocks_of(d["clocks"])),
    "extension-refused": lambda d: f.ExtensionRefused(_at(d), _stopped(d)),
    "split": lambda d: f.Split(_at(d), tuple(d["numbers"]), d["policy"], d["unit"], _instant_or_none(d["due"])),
    "part-told": lambda d: f.PartTold(_at(d), d["number"], d["over"], d["position"]),
    "evaluated": lambda d: f.Evaluation(_at(d), d["of"], d["level"]),
    "looked-back": lambda d: f.LookedBack(_at(d), _stopped(d)),
    "archived": lambda d: f.Archived(_at(d), _stopped(d)),
    "relapsed": lambda d: f.Relapsed(_at(d), clocks_of(d["clocks"]), d["signs"]),
    "deadline-moved": lambda d: f.DeadlineMoved(
        _at(d), d["calendar"], tuple(map(_instant_or_none, d["before"])), clocks_of(d["clocks"])
    ),
    "near-due": _alert(f.NearDue),
    "overdue": _alert(f.Overdue),
    "alert-withdrawn": lambda d: f.AlertWithdrawn(_at(d), ClockName(d["clock"]), d["version"], d["rung"]),
    "corrected": lambda d: f.Corrected(_at(d), task_of(d["task"])),
}
