"""The transition table: which action is open in which state under which flow, and where it leads. Nothing else decides that."""

from enum import StrEnum
from functools import cache
from typing import Final

from shared.domain.policy import Flow
from shared.domain.task import Task
from shared.domain.value import value


class Place(StrEnum):
    """The states by name; `absent` is a matter that we do not know yet."""

    ABSENT = "absent"
    PENDING = "pending"
    HANDLING = "handling"
    IN_REVIEW = "in_review"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ENDED = "ended"


@value
class Transition:
    """One row: in `source`, `action` leads to `target`; `owner_only` where only the matter's owner may say it."""

    flow: Flow
    action: str
    source: Place
    target: Place
    owner_only: bool = False


_AT_THE_UNIT: Final = (Place.PENDING, Place.HANDLING)
_OVER: Final = (Place.CLOSED, Place.ARCHIVED)
_ON_RECORD: Final = ("record", "respond", "note", "acknowledge", "urge", "assign", "evaluate")


def _rows() -> tuple[Transition, ...]:
    rows = [
        Transition("standard", "register", Place.ABSENT, Place.PENDING, owner_only=True),
        Transition("standard", "sign", Place.PENDING, Place.HANDLING),
        Transition("standard", "submit", Place.HANDLING, Place.IN_REVIEW),
        Transition("standard", "send-back", Place.IN_REVIEW, Place.HANDLING),
        Transition("standard", "approve", Place.IN_REVIEW, Place.CLOSED),
        # Others of several units may still say that their share is done.
        *(Transition("standard", "submit", place, place) for place in (Place.IN_REVIEW, Place.CLOSED)),
        *(Transition("standard", action, place, place) for action in ("accept", "split") for place in _AT_THE_UNIT),
        *(Transition("standard", "relapse", place, Place.PENDING) for place in _OVER),
        Transition("standard", "transfer", Place.PENDING, Place.PENDING),
        Transition("standard", "transfer", Place.HANDLING, Place.PENDING),
        *(Transition("standard", f"{answer}-return", place, place) for answer in ("request", "refuse") for place in _AT_THE_UNIT),
        *(Transition("standard", "approve-return", place, Place.PENDING) for place in _AT_THE_UNIT),
        Transition("standard", "suspend", Place.HANDLING, Place.SUSPENDED),
        Transition("standard", "resume", Place.SUSPENDED, Place.HANDLING),
        Transition("reported", "register", Place.ABSENT, Place.HANDLING, owner_only=True),
        Transition("reported", "approve", Place.HANDLING, Place.CLOSED),
        *(Transition("reported", "relapse", place, Place.HANDLING) for place in _OVER),
    ]
    open_places: tuple[tuple[Flow, tuple[Place, ...]], ...] = (
        ("standard", (Place.PENDING, Place.HANDLING, Place.IN_REVIEW)),
        ("reported", (Place.HANDLING,)),
    )
    for flow, places in open_places:
        standing = (*places, Place.SUSPENDED) if flow == "standard" else places
        # While its clocks stand still a matter is not amended: what a new due would mean is not said anywhere.
        rows.extend(Transition(flow, "amend", place, place, owner_only=True) for place in places)
        for place in standing:
            rows.append(Transition(flow, "merge", place, Place.ENDED))
            rows.append(Transition(flow, "withdraw", place, Place.ENDED, owner_only=True))
        # What is said of a matter stays on record after it is closed, too; and what is closed may still leave the count.
        for place in (*standing, *_OVER):
            rows.extend(Transition(flow, action, place, place) for action in _ON_RECORD)
            rows.append(Transition(flow, "exclude", place, Place.ENDED, owner_only=True))
        rows.extend(Transition(flow, "look-back", place, place) for place in _OVER)
        rows.append(Transition(flow, "approve", Place.CLOSED, Place.CLOSED))  # for the stage before, in full now
        rows.append(Transition(flow, "archive", Place.CLOSED, Place.ARCHIVED))
        rows.extend(Transition(flow, "tell-of-part", place, place) for place in (*standing, *_OVER, Place.ENDED))
        rows.extend(
            Transition(flow, "not-accept", place, Place.ENDED) for place in (Place.PENDING, Place.HANDLING) if place in places
        )
    for place in (Place.PENDING, Place.HANDLING, Place.IN_REVIEW):
        actions = ("request-extension", "grant-extension", "refuse-extension")
        rows.extend(Transition("standard", action, place, place) for action in actions)
    return tuple(rows)


TABLE: Final = _rows()
_BY_KEY: Final = {(row.flow, row.source, row.action): row for row in TABLE}
_PLACES: Final[dict[str, Place]] = {place.value: place for place in Place}

OWNER_ONLY: Final = frozenset(row.action for row in TABLE if row.owner_only)
"""Actions that only the owner of the matter may take."""
DUBAN_ONLY: Final = frozenset({"tell-of-part"})
"""Actions that only we take ourselves."""


def place_of(task: Task | None) -> Place:
    """The row source that the task's state is."""
    return Place.ABSENT if task is None else _PLACES[task.state.place]


def transition(flow: Flow, place: Place, action: str) -> Transition | None:
    """The row for an action in a state, or None when it is not open there."""
    return _BY_KEY.get((flow, place, action))


@cache
def open_actions(flow: Flow, place: Place) -> tuple[str, ...]:
    """The actions open in a state to those who work with it, in the order of the table."""
    return tuple(row.action for row in TABLE if row.flow == flow and row.source is place and row.action not in DUBAN_ONLY)


@cache
def moves(flow: Flow, place: Place) -> tuple[str, ...]:
    """The open actions that lead to another state: what may come next."""
    return tuple(action for action in open_actions(flow, place) if _BY_KEY[flow, place, action].target is not place)


@cache
def may_become_open(flow: Flow, place: Place, action: str) -> bool:
    """Whether the action is open in some state that can still be reached: then it came early, else it is refused."""
    reached, frontier = {place}, {place}
    while frontier:
        frontier = {row.target for row in TABLE if row.flow == flow and row.source in frontier} - reached
        reached |= frontier
    return any(transition(flow, there, action) is not None for there in reached)
