"""Any command and any task: what a sender could say, legal or not, and the tasks that come of it.

They are drawn by a seed: drawn by Hypothesis step by step, a history takes a hundred times as long and hardly gets anywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from shared.domain import command as c
from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.matter import Family
from shared.domain.policy import Policies, Rulebook
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.transition import TABLE, place_of
from shared.domain.value import replace
from tests.support.sample import CALENDAR, CITY, DISTRICT, MATTER, OTHER_MATTER, POLICIES, at, cause, rule

COMMANDS: Final = [
    found for found in vars(c).values() if isinstance(found, type) and issubclass(found, c.Command) and found is not c.Command
]

_WHOLE: Final = POLICIES["whole"]
_SIGNED: Final = replace(
    _WHOLE,
    id="signed",
    respond=replace(rule("2h"), starts="sign"),
    finish=dict.fromkeys(Family, replace(rule("5wd"), starts="sign")),
    internal=rule("1wd", (rule("1wd").budget,)),
    closing="any",
    parts="any",
)
_RECEIVED: Final = replace(
    _WHOLE,
    id="received",
    respond=replace(rule("1wd"), starts="accept"),
    finish=dict.fromkeys(Family, replace(rule("1mo"), starts="receipt")),
    internal=None,
    look_back=None,
    closing="lead",
    parts=None,
)
VARIED_POLICIES: Final[Policies] = POLICIES | {"signed": _SIGNED, "received": _RECEIVED}
ENDINGS: Final = frozenset({"withdraw", "merge", "exclude", "not-accept"})
"""What ends a history; it comes seldom here."""
SELDOM: Final = 0.02
VARIED: Final = Rulebook(VARIED_POLICIES, CALENDAR)
"""The sample policies, and others that start their clocks elsewhere."""

DUES: Final[tuple[c.Due, ...]] = (
    *(at(days) for days in (-1, 2, 9, 40, 90, 200)),
    DuePeriod("open_ended", None),
    DuePeriod("month_end", at(40).date()),
)
_UNITS: Final = ("bureau", "water", "parks", "stranger")
_FIELDS: Final[dict[str, tuple[Any, ...]]] = {
    "family": tuple(Family),
    "title": ("clean the river",),
    "policy": (None, *VARIED_POLICIES, "whole", "signed", "received"),
    "unit": (None, *_UNITS),
    "co_units": ((), ("water",), ("water", "parks")),
    "category": (("river",),),
    "due": (None, None, *DUES),
    "until": DUES,
    "received_at": (None, at(-2), at(0), at(3)),
    "priority": ("ordinary", "urgent", "extra_urgent"),
    "starred": (False, True),
    "batch": (None,),
    "weight": (1.0,),
    "enterprise": ((),),
    "closing": (None, "lead", "any", "all"),
    "part_of": (None,),
    "what": ("progressed",),
    "person": ("p-1", "p-2"),
    "clock": (None, ClockName.SIGN, ClockName.FINISH),
    "version": (None, 1, 2),
    "form": ("urge", "letter"),
    "document_number": (None, "督〔2026〕3号"),
    "to": ("Li", "Zhao"),
    "grade": ("stage", "full", "full"),
    "ground": ("听证", "非职责", "其他"),
    "into": (MATTER, OTHER_MATTER),
    "to_unit": _UNITS,
    "parts": (1, 2, 3),
    "number": ("7/1", "7/2", "7/3", "9"),
    "over": (None, "stage", "full", "ended"),
    "position": (1, 2, 3),
    "of": ("handling_unit", "receiving_office"),
    "level": ("satisfied", "dissatisfied"),
}
_GAPS: Final = [timedelta(hours=hours) for hours in (0, 1, 1, 24, 24, 24 * 9, 24 * 40)]
_SOURCES: Final = (CITY, CITY, CITY, DISTRICT, "duban")


def any_command(random: Random, kind: type[c.Command], when: datetime) -> c.Command:
    """A command of that class with any content that a sender could give it."""
    behind = cause(kind, when, f"{kind.action}-{random.random()}", random.choice(_SOURCES))
    said = {field.name: random.choice(_FIELDS[field.name]) for field in fields(kind) if field.name in _FIELDS}
    return kind(matter=MATTER, cause=behind, **said)


def any_commands(random: Random, longest: int = 25) -> Iterator[c.Command]:
    """Commands most of which are open where they come, each no earlier than the one before."""
    task: Task | None = None
    when = at(0)
    for _ in range(random.randint(1, longest)):
        open_here = {row.action for row in TABLE if row.source is place_of(task)} - ENDINGS
        kinds = [kind for kind in COMMANDS if kind.action in open_here or random.random() < SELDOM]
        when += random.choice(_GAPS)
        command = any_command(random, random.choice(kinds), when)
        task = told(task, [command])
        yield command


def any_task(random: Random) -> Task | None:
    """What any commands make, with one that comes when it is past: those that waited to become legal do."""
    commands = list(any_commands(random))
    return told(None, [*commands, *random.sample(commands, 1)])


def told(task: Task | None, commands: Iterable[c.Command]) -> Task | None:
    """The task after those of the commands that are legal in their turn."""
    for command in commands:
        decided = decide(task, command, VARIED)
        task = task if isinstance(decided, Refusal) else evolve_all(task, decided)
    return task
