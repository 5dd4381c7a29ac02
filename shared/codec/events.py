"""Pushed bytes become a command of the domain, or a rejection that names the field."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson
from pydantic import BaseModel, ValidationError

from contracts import matter as wire
from contracts import subjects
from contracts.event import Event
from contracts.families import ComplaintReceived, DirectiveIssued, Evaluated, RectificationAssigned
from contracts.handling import (
    Acknowledged,
    Approved,
    Assigned,
    ExtensionGranted,
    ExtensionRequested,
    LookedBack,
    Merged,
    Noted,
    PartTold,
    Relapsed,
    Split,
    Submitted,
    Transferred,
    Urged,
)
from contracts.matter import Amendment, MatterData, Urge
from contracts.receipt import Reason
from contracts.registry import EVENTS
from shared.domain import command as c
from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.matter import Cause, Family, Matter
from shared.domain.value import replace, value

MAX_EVENT_BYTES: Final = 256 * 1024
_MAX_REASONS: Final = 20
_YEARS: Final = range(1900, 3000)

_FAMILY: Final[dict[type[MatterData], Family]] = {
    DirectiveIssued: Family.DIRECTIVE,
    ComplaintReceived: Family.COMPLAINT,
    RectificationAssigned: Family.RECTIFICATION,
}


@value
class Undecodable:
    """Bytes that are no event of ours, with each field that is wrong; the id where it could be read."""

    id: str | None
    reasons: tuple[Reason, ...]


def digest(raw: bytes) -> str:
    """SHA-256 of the bytes pushed, in hex."""
    return hashlib.sha256(raw).hexdigest()


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two events say the same, whatever the order of their keys and their white space."""
    try:
        return one == other or _canonical(one) == _canonical(other)
    except orjson.JSONEncodeError:
        return False  # nested too deep to be compared: only the same bytes are the same


def decode_event(raw: bytes, at: subjects.Inbound) -> c.Command | Undecodable:
    """Read an event that was published under the subject `at`."""
    if len(raw) > MAX_EVENT_BYTES:
        return _whole(f"the event has {len(raw):,} bytes; the limit is {MAX_EVENT_BYTES:,}")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _whole(f"not JSON: {error}")
    if not isinstance(document, dict):
        return _whole("not a CloudEvents event: a JSON object is expected")
    if b"\\u0000" in raw and (paths := _nul_paths(document)):
        reasons = tuple(Reason(path=path, message="holds the character NUL, which cannot be stored") for path in paths)
        return Undecodable(None, reasons[:_MAX_REASONS])
    return _decode_document(document, at)


def decode_known(raw: bytes) -> c.Command:
    """Read an event again that was decoded before."""
    document = orjson.loads(raw)
    event = EVENTS[document["type"]].model_validate(document)
    command = _command(event)
    assert not isinstance(command, Undecodable), "it was decoded before"
    return command


def _nul_paths(document: dict[str, Any]) -> list[str]:
    # A loop and not a recursion: JSON may be nested deeper than Python calls.
    found: list[str] = []
    rest: list[tuple[str, Any]] = [("$", document)]
    while rest:
        path, item = rest.pop()
        if isinstance(item, str) and "\0" in item:
            found.append(path)
        elif isinstance(item, list):
            rest.extend((f"{path}.{i}", part) for i, part in enumerate(item))
        elif isinstance(item, dict):
            found.extend(path for key in item if "\0" in key)
            rest.extend((f"{path}.{key}", part) for key, part in item.items() if "\0" not in key)
    return found


def _decode_document(document: dict[str, Any], at: subjects.Inbound) -> c.Command | Undecodable:
    id_ = document.get("id") if isinstance(document.get("id"), str) else None
    type_ = document.get("type")
    model = EVENTS.get(type_) if isinstance(type_, str) else None
    if model is None:
        why = f"no such type of event: {type_[:200]!r}" if isinstance(type_, str) else "must be text"
        why = "missing" if "type" not in document else why
        return Undecodable(id_, (*_envelope_reasons(document), Reason(path="$.type", message=why)))
    try:
        event = model.model_validate(document)
    except ValidationError as error:
        return Undecodable(id_, _reasons(error))
    misfits = _misfits(event, at)
    wrong = misfits or _out_of_range(event)
    if wrong:
        return Undecodable(id_, wrong)
    return _command(event)


def _command(event: Event[BaseModel]) -> c.Command | Undecodable:
    make, action = _COMMANDS[event.type]
    matter = Matter(event.matter_owner, event.subject)
    cause = Cause(event.source, event.id, event.type, event.time.astimezone(UTC), action.rank)
    try:
        return make(matter, cause, event.data)
    except ValueError as error:
        return Undecodable(event.id, (Reason(path=_bad_date(event.data), message=str(error)),))


def _out_of_range(event: Event[BaseModel]) -> tuple[Reason, ...]:
    """Instants so far off that the arithmetic of zones and budgets would leave the calendar."""
    years = {} if event.time.year in _YEARS else {"$.time": event.time.year}
    for field, said in _said_instants(event.data):
        if isinstance(said, datetime):
            years[field] = said.year
        elif said is not None and said.date is not None:
            years[f"{field}.date"] = int(said.date[:4])
    why = f"the year must be from {_YEARS[0]} to {_YEARS[-1]}"
    return tuple([Reason(path=path, message=why) for path, year in years.items() if year not in _YEARS])


def _bad_date(data: BaseModel) -> str:
    """Where the date stands that no calendar knows, such as 2023-02-30."""
    for field, said in _said_instants(data):
        try:
            if isinstance(said, wire.DuePeriod) and said.date is not None:
                date.fromisoformat(said.date)
        except ValueError:
            return f"{field}.date"
    return "$.data"


def _said_instants(data: BaseModel) -> list[tuple[str, datetime | wire.DuePeriod | None]]:
    """The instants and periods that an event brings, and where they stand."""
    if isinstance(data, Split):
        fields = [(number, field) for number in range(len(data.parts)) for field in ("due", "received_at")]
        return [(f"$.data.parts.{number}.{field}", getattr(data.parts[number], field)) for number, field in fields]
    return [(f"$.data.{field}", getattr(data, field)) for field in _SAYING.get(type(data), ())]


_SAYING: Final[dict[type[BaseModel], tuple[str, ...]]] = {
    **dict.fromkeys(_FAMILY, ("due", "received_at")),
    **dict.fromkeys((Amendment, Noted, Relapsed), ("due",)),
    **dict.fromkeys((ExtensionRequested, ExtensionGranted), ("until",)),
}
"""The fields of an event's data that are instants or periods."""


def _misfits(event: Event[BaseModel], at: subjects.Inbound) -> tuple[Reason, ...]:
    """Where the event says something else than the subject it was published under."""
    _, family, what, _ = event.type.split(".")
    if at == (event.source, event.matter_owner, event.subject, family, what):
        return ()
    said = (
        ("$.source", event.source, at.sender),
        ("$.owner", event.matter_owner, at.owner),
        ("$.subject", event.subject, at.number),
        ("$.type", f"{family}.{what}", f"{at.family}.{at.what}"),
    )
    return tuple(
        Reason(path=path, message=f"the event says {mine!r}, the NATS subject it came on says {other!r}")
        for path, mine, other in said
        if mine != other
    )


def _envelope_reasons(document: dict[str, Any]) -> tuple[Reason, ...]:
    """What is wrong with the envelope of an event of unknown type."""
    try:
        Event[BaseModel].model_validate(document)
    except ValidationError as error:
        return tuple(reason for reason in _reasons(error) if reason.path != "$.type")
    return ()


def _reasons(error: ValidationError) -> tuple[Reason, ...]:
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        # A tagged part (an instant or a period) is named by its own fields only.
        steps = [str(step) for step in problem["loc"] if not str(step).startswith(("function-", "Due", "date"))] or []
        if problem["loc"] and problem["loc"][-1] == "date":
            steps.append("date")
        found.setdefault(".".join(("$", *steps)), _sentence(problem["type"], problem["msg"]))
    return tuple(Reason(path=path, message=message) for path, message in list(found.items())[:_MAX_REASONS])


def _sentence(kind: str, message: str) -> str:
    if kind == "timezone_aware":
        return "has no zone: write an offset, such as 2026-11-23T09:00:00+08:00"
    return "missing" if kind == "missing" else message.removeprefix("Value error, ")


def _whole(message: str) -> Undecodable:
    return Undecodable(None, (Reason(path="$", message=message),))


def _canonical(raw: bytes) -> bytes:
    return orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS)


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def _due(due: datetime | wire.DuePeriod | None) -> c.Due | None:
    if due is None or isinstance(due, datetime):
        return None if due is None else due.astimezone(UTC)
    return DuePeriod(due.precision, None if due.date is None else date.fromisoformat(due.date))


def _register(matter: Matter, cause: Cause, data: Any) -> c.RegisterTask:
    return c.RegisterTask(
        matter=matter,
        cause=cause,
        family=_FAMILY[type(data)],
        title=data.title,
        policy=data.policy,
        unit=data.unit,
        co_units=data.co_units,
        category=data.category,
        due=_due(data.due),
        received_at=_utc(data.received_at),
        priority=data.priority,
        starred=data.starred,
        batch=data.batch,
        weight=data.weight,
        enterprise=tuple([enterprise.name for enterprise in data.enterprise]),
        closing=data.closing,
        part_of=data.part_of,
        repeat_of=data.repeat_of if isinstance(data, ComplaintReceived) else None,
    )


def _amend(matter: Matter, cause: Cause, data: Amendment) -> c.AmendTask:
    return c.AmendTask(matter, cause, data.title, data.unit, data.co_units, data.category, _due(data.due), data.priority)


def _approve(matter: Matter, cause: Cause, data: Approved) -> c.ApproveTask:
    return c.ApproveTask(matter, cause, data.grade)


def _until(command: type[c.RequestExtension] | type[c.GrantExtension]) -> Callable[..., c.Command]:
    def make(matter: Matter, cause: Cause, data: ExtensionRequested | ExtensionGranted) -> c.Command:
        until = _due(data.until)
        assert until is not None
        return command(matter, cause, until)

    return make


def _on_ground(command: type[c.SuspendTask] | type[c.NotAcceptTask]) -> Callable[..., c.Command]:
    return lambda matter, cause, data: command(matter, cause, data.ground)


def _transfer(matter: Matter, cause: Cause, data: Transferred) -> c.TransferTask:
    return c.TransferTask(matter, cause, data.to_unit)


def _merge(matter: Matter, cause: Cause, data: Merged) -> c.MergeTask:
    return c.MergeTask(matter, cause, Matter(data.into_owner or matter.owner, data.into_number))


def _submit(matter: Matter, cause: Cause, data: Submitted) -> c.SubmitTask:
    return c.SubmitTask(matter, cause, data.unit)


def _note(matter: Matter, cause: Cause, data: Noted) -> c.NoteOnTask:
    return c.NoteOnTask(matter, cause, data.priority, _due(data.due))


def _acknowledge(matter: Matter, cause: Cause, data: Acknowledged) -> c.AcknowledgeAlerts:
    clock = None if data.clock is None else ClockName(data.clock)
    return c.AcknowledgeAlerts(matter, cause, data.person, clock, data.version, _utc(data.seen))


def _urge(matter: Matter, cause: Cause, data: Urge | Urged) -> c.UrgeTask:
    if isinstance(data, Urge):
        return c.UrgeTask(matter, cause)
    return c.UrgeTask(matter, cause, data.form, data.document_number)


def _assign(matter: Matter, cause: Cause, data: Assigned) -> c.AssignTask:
    return c.AssignTask(matter, cause, data.to)


def _split(matter: Matter, cause: Cause, data: Split) -> c.SplitTask:
    for part in data.parts:
        _due(part.due)  # a date that no calendar knows must not come up only when the part is made
    policies = frozenset([part.policy for part in data.parts if part.policy is not None])
    return c.SplitTask(matter, cause, len(data.parts), data.first, policies)


def _tell_of_part(matter: Matter, cause: Cause, data: PartTold) -> c.TellOfPart:
    return c.TellOfPart(matter, cause, data.number, data.over, data.position)


def _evaluate(matter: Matter, cause: Cause, data: Evaluated) -> c.EvaluateTask:
    return c.EvaluateTask(matter, cause, data.of, data.level)


def _look_back(matter: Matter, cause: Cause, data: LookedBack) -> c.LookBack | c.RelapseTask:
    if data.result == "held":
        return c.LookBack(matter, cause)
    return c.RelapseTask(matter, replace(cause, rank=c.RelapseTask.rank), None)


def _relapse(matter: Matter, cause: Cause, data: Relapsed) -> c.RelapseTask:
    return c.RelapseTask(matter, cause, _due(data.due))


def _record(matter: Matter, cause: Cause, data: BaseModel) -> c.RecordOnTask:
    return c.RecordOnTask(matter, cause, cause.word)


def _plain(command: type[c.Command]) -> Callable[..., c.Command]:
    return lambda matter, cause, data: command(matter, cause)


_RECORD: Final = (_record, c.RecordOnTask)
_URGE: Final = (_urge, c.UrgeTask)
_AMEND: Final = (_amend, c.AmendTask)
_REGISTER: Final = (_register, c.RegisterTask)
_WITHDRAW: Final = (_plain(c.WithdrawTask), c.WithdrawTask)

_COMMANDS: Final[dict[str, tuple[Callable[..., c.Command], type[c.Command]]]] = {
    "duban.directive.issued.v1": _REGISTER,
    "duban.directive.amended.v1": _AMEND,
    "duban.directive.urged.v1": _URGE,
    "duban.directive.withdrawn.v1": _WITHDRAW,
    "duban.complaint.received.v1": _REGISTER,
    "duban.complaint.amended.v1": _AMEND,
    "duban.complaint.urged.v1": _URGE,
    "duban.complaint.withdrawn.v1": _WITHDRAW,
    "duban.complaint.evaluated.v1": (_evaluate, c.EvaluateTask),
    "duban.rectification.assigned.v1": _REGISTER,
    "duban.rectification.planned.v1": _RECORD,
    "duban.rectification.amended.v1": _AMEND,
    "duban.rectification.withdrawn.v1": _WITHDRAW,
    "duban.task.signed.v1": (_plain(c.SignTask), c.SignTask),
    "duban.task.accepted.v1": (_plain(c.AcceptTask), c.AcceptTask),
    "duban.task.assigned.v1": (_assign, c.AssignTask),
    "duban.task.progressed.v1": _RECORD,
    "duban.task.responded.v1": (_plain(c.RespondToTask), c.RespondToTask),
    "duban.task.submitted.v1": (_submit, c.SubmitTask),
    "duban.task.approved.v1": (_approve, c.ApproveTask),
    "duban.task.sent-back.v1": (_plain(c.SendBackTask), c.SendBackTask),
    "duban.task.noted.v1": (_note, c.NoteOnTask),
    "duban.task.acknowledged.v1": (_acknowledge, c.AcknowledgeAlerts),
    "duban.task.urged.v1": _URGE,
    "duban.task.transferred.v1": (_transfer, c.TransferTask),
    "duban.task.return-requested.v1": (_plain(c.RequestReturn), c.RequestReturn),
    "duban.task.return-refused.v1": (_plain(c.RefuseReturn), c.RefuseReturn),
    "duban.task.return-approved.v1": (_plain(c.ApproveReturn), c.ApproveReturn),
    "duban.task.extension-requested.v1": (_until(c.RequestExtension), c.RequestExtension),
    "duban.task.extension-granted.v1": (_until(c.GrantExtension), c.GrantExtension),
    "duban.task.extension-refused.v1": (_plain(c.RefuseExtension), c.RefuseExtension),
    "duban.task.suspended.v1": (_on_ground(c.SuspendTask), c.SuspendTask),
    "duban.task.resumed.v1": (_plain(c.ResumeTask), c.ResumeTask),
    "duban.task.not-accepted.v1": (_on_ground(c.NotAcceptTask), c.NotAcceptTask),
    "duban.task.merged.v1": (_merge, c.MergeTask),
    "duban.task.excluded.v1": (_plain(c.ExcludeTask), c.ExcludeTask),
    "duban.task.split.v1": (_split, c.SplitTask),
    "duban.task.part-told.v1": (_tell_of_part, c.TellOfPart),
    "duban.task.looked-back.v1": (_look_back, c.LookBack),
    "duban.task.relapsed.v1": (_relapse, c.RelapseTask),
    "duban.task.archived.v1": (_plain(c.ArchiveTask), c.ArchiveTask),
}
"""What each event of the registry asks for."""
