"""The events of a matter: its issue, and each step of its course as the unit or the reviewer tells it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from services.cli.demo import phrases
from services.cli.demo.course import END, Step, course
from services.cli.demo.matter import BUREAU, Event, Matter, Writer
from services.cli.demo.units import UNIT_NAMES

Data = dict[str, object]


def events_of(matter: Matter, rng: Random) -> list[Event]:
    """All events of the matter up to the end of the half-year."""
    writer = Writer(matter, rng)
    writer.open()
    last = matter.at
    for step in course(matter.story, matter.at, matter.span, matter.early, rng):
        _tell(writer, step)
        last = step.at
    _urge(writer, last)
    if matter.family == "complaint":
        _evaluate(writer, last)
    return [event for event in writer.events if datetime.fromisoformat(str(event["time"])) < END]


def _tell(writer: Writer, step: Step) -> None:
    matter = writer.matter
    if step.word == "amended":
        writer.write(matter.owner, matter.family, "amended", step.at, _extension(matter))
    elif step.word == "planned":
        writer.write(BUREAU, "rectification", "planned", step.at, _plan(matter))
    else:
        source = matter.reviewer if step.word in ("approved", "sent-back") else BUREAU
        writer.write(source, "task", step.word, step.at, _DATA[step.word](writer))


def _urge(writer: Writer, last: datetime) -> None:
    """The owner asks for speed when the due has passed: soon for what is urgent, else on the next morning."""
    matter = writer.matter
    if matter.due is None:
        return
    if matter.span <= timedelta(days=1):
        at = matter.due + matter.span * 0.12
    else:
        at = (matter.due + timedelta(days=1)).replace(hour=9, minute=writer.rng.randint(0, 59))
    if writer.times("approved") and last <= at:
        return
    if matter.family == "rectification":
        writer.write(matter.owner, "task", "noted", at, {"text": phrases.NOTED, "priority": "urgent"})
    else:
        writer.write(matter.owner, matter.family, "urged", at, {"text": phrases.URGED[matter.family]})


def _evaluate(writer: Writer, closed: datetime) -> None:
    """Two in three complainants answer when they are asked."""
    if writer.rng.random() > 0.67:
        return
    at = closed + timedelta(hours=writer.rng.randint(20, 90), seconds=writer.rng.randint(0, 3599))
    weights = (35, 45, 20) if writer.matter.story else (70, 26, 4)
    level = writer.rng.choices(("satisfied", "mostly_satisfied", "dissatisfied"), weights)[0]
    writer.write(writer.matter.owner, "complaint", "evaluated", at, {"of": "handling_unit", "level": level})


def _said(writer: Writer, text: str, by: str = "承办人") -> Data:
    return {"unit": writer.matter.unit, "by": by, "text": text}


def _signed(writer: Writer) -> Data:
    return _said(writer, writer.rng.choice(phrases.SIGNED), "值班员")


def _assigned(writer: Writer) -> Data:
    to = f"{UNIT_NAMES[writer.matter.unit]}承办人"
    return _said(writer, writer.rng.choice(phrases.ASSIGNED), "分管负责人") | {"to": to}


def _responded(writer: Writer) -> Data:
    said = phrases.RESPONDED if writer.matter.family == "complaint" else phrases.ARRIVED
    return _said(writer, writer.rng.choice(said))


def _progressed(writer: Writer) -> Data:
    if writer.times("sent-back"):
        return _said(writer, writer.rng.choice(phrases.REWORKED)) | {"percent": writer.rng.choice((75, 80, 85, 90))}
    return _said(writer, writer.rng.choice(writer.matter.progress)) | {"percent": writer.rng.choice((30, 40, 50, 60, 70))}


def _submitted(writer: Writer) -> Data:
    again = phrases.RESUBMITTED if writer.times("sent-back") else ""
    data = _said(writer, again + writer.matter.done)
    return data if writer.matter.verified is None else data | {"verified": writer.matter.verified}


def _sent_back(writer: Writer) -> Data:
    return {"by": "审核人", "reason": writer.rng.choice(phrases.SENT_BACK)}


def _approved(writer: Writer) -> Data:
    return {"by": "审核人", "grade": "full", "text": writer.rng.choice(phrases.APPROVED[writer.matter.family])}


def _extension(matter: Matter) -> Data:
    assert matter.due is not None, "only a due can be extended"
    return {"reason": phrases.EXTENDED, "due": matter.due.isoformat()}


def _plan(matter: Matter) -> Data:
    plan: Data = {"measures": matter.data["measures"]}
    if matter.due is not None:
        plan["plan_date"] = f"{matter.due - timedelta(seconds=1):%Y-%m-%d}"
    return plan


_DATA: Final[dict[str, Callable[[Writer], Data]]] = {
    "signed": _signed,
    "assigned": _assigned,
    "responded": _responded,
    "progressed": _progressed,
    "submitted": _submitted,
    "sent-back": _sent_back,
    "approved": _approved,
}
