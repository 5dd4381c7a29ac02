"""Events as senders push them: JSON bytes and the subject they came on."""

import json
from typing import Any, Final

from contracts.receipt import Reason
from contracts.subjects import Inbound
from shared.codec.events import Undecodable, decode_event
from shared.domain.command import Command

ISSUED: Final = Inbound("city", "city", "7", "directive", "issued")
DIRECTIVE: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "city",
    "type": "duban.directive.issued.v1",
    "subject": "7",
    "time": "2026-11-23T09:00:00+08:00",
    "data": {"title": "clean the river"},
}
"""The smallest event there is."""

MATTER_DATA: Final[dict[str, Any]] = {"title": "clean the river"}
DATA: Final[dict[str, dict[str, Any]]] = {
    "directive.issued": MATTER_DATA,
    "directive.amended": {"reason": "typing error"},
    "directive.urged": {},
    "directive.withdrawn": {"reason": "sent twice"},
    "complaint.received": MATTER_DATA,
    "complaint.amended": {"reason": "typing error"},
    "complaint.urged": {},
    "complaint.withdrawn": {"reason": "sent twice"},
    "complaint.evaluated": {"of": "handling_unit", "level": "satisfied"},
    "rectification.assigned": MATTER_DATA,
    "rectification.planned": {"measures": ["dredge"], "plan_date": "2027-06"},
    "rectification.amended": {"reason": "typing error"},
    "rectification.withdrawn": {"reason": "sent twice"},
    "task.signed": {},
    "task.accepted": {},
    "task.archived": {},
    "task.part-told": {"number": "7/1", "over": "full", "position": 9},
    "task.assigned": {"to": "Li"},
    "task.progressed": {"percent": 40},
    "task.responded": {},
    "task.submitted": {"verified": "founded"},
    "task.approved": {"grade": "stage"},
    "task.sent-back": {"reason": "no photograph"},
    "task.noted": {"priority": "urgent"},
    "task.acknowledged": {"person": "p-1"},
    "task.urged": {},
    "task.transferred": {"to_unit": "water"},
    "task.return-requested": {"reason": "not ours"},
    "task.return-approved": {},
    "task.return-refused": {"reason": "yours"},
    "task.extension-requested": {"until": "2027-01-01T00:00:00+08:00", "reason": "ice"},
    "task.extension-granted": {"until": {"precision": "month_end", "date": "2027-01-01"}},
    "task.extension-refused": {"reason": "no ice"},
    "task.suspended": {"ground": "hearing"},
    "task.resumed": {},
    "task.not-accepted": {"ground": "other law"},
    "task.merged": {"into_number": "8"},
    "task.split": {"parts": [MATTER_DATA]},
    "task.excluded": {"approver": "Wang", "reason": "not ours"},
    "task.looked-back": {"result": "held"},
    "task.relapsed": {"reason": "smell again"},
}
"""The least that each type of event says, by family and what."""


def raw(event: dict[str, Any]) -> bytes:
    """The event as bytes."""
    return json.dumps(event, ensure_ascii=False).encode()


def directive(**changed: Any) -> dict[str, Any]:
    """The smallest directive with some envelope attributes changed."""
    return DIRECTIVE | changed


def directive_saying(**data: Any) -> dict[str, Any]:
    """The smallest directive with some of its data changed."""
    return directive(data=MATTER_DATA | data)


def of_type(what: str, **changed: Any) -> tuple[dict[str, Any], Inbound]:
    """An event of a type such as `task.signed`, by the matter's owner, and the subject it comes on."""
    family, _, word = what.partition(".")
    event = directive(type=f"duban.{what}.v1", data=DATA[what]) | changed
    return event, Inbound("city", "city", "7", family, word)


def decoded(event: dict[str, Any] | bytes, at: Inbound = ISSUED) -> Command:
    """The event must be taken."""
    result = decode_event(event if isinstance(event, bytes) else raw(event), at)
    assert not isinstance(result, Undecodable), result
    return result


def refused(event: dict[str, Any] | bytes, at: Inbound = ISSUED) -> Undecodable:
    """The event must be refused."""
    result = decode_event(event if isinstance(event, bytes) else raw(event), at)
    assert isinstance(result, Undecodable), result
    return result


def reasons(event: dict[str, Any] | bytes, at: Inbound = ISSUED) -> dict[str, str]:
    """Why the event was refused: messages by path."""
    return {reason.path: reason.message for reason in refused(event, at).reasons}


def paths(found: tuple[Reason, ...]) -> list[str]:
    """The fields that are named."""
    return [reason.path for reason in found]
