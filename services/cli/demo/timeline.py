"""The half-year as a stream: all events in the order of their times, with what real senders do to a stream."""

from copy import deepcopy
from datetime import datetime
from random import Random
from typing import Final

from services.cli.demo.complaints import complaints
from services.cli.demo.directives import directives
from services.cli.demo.handling import events_of
from services.cli.demo.matter import Event
from services.cli.demo.rectifications import rectifications

_SEED: Final = 2023
_PUSHED_TWICE: Final = 5
_SWAPPED: Final = (("issued", "signed"), ("submitted", "approved"), ("submitted", "approved"))


def half_year() -> list[Event]:
    """The events of the first half of 2023 in the order in which they are pushed.

    That is the order of their `time`, but for three neighbouring pairs of one matter that come the wrong way round. Five events
    are pushed twice. Every call writes the same events anew.
    """
    rng = Random(_SEED)
    matters = (*directives(rng), *complaints(rng), *rectifications(rng))
    events = sorted((event for matter in matters for event in events_of(matter, rng)), key=_time)
    _swap_pairs(events)
    return _with_duplicates(events)


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(str(event["time"]))


def _word(event: Event) -> str:
    return str(event["type"]).split(".")[2]


def _swap_pairs(events: list[Event]) -> None:
    """The later event of a pair overtakes the earlier one on its way, thrice in the half-year."""
    for nth, words in enumerate(_SWAPPED):
        start = len(events) * (nth + 1) // 5
        here = next(i for i in range(start, len(events) - 1) if _are(words, events[i], events[i + 1]))
        events[here], events[here + 1] = events[here + 1], events[here]


def _are(words: tuple[str, str], one: Event, other: Event) -> bool:
    return one["subject"] == other["subject"] and (_word(one), _word(other)) == words and _time(one) < _time(other)


def _with_duplicates(events: list[Event]) -> list[Event]:
    """A sender that got no receipt pushes again: the identical event, right after the first."""
    opening = [i for i, event in enumerate(events) if "owner" not in event]
    twice = {opening[len(opening) * nth // (_PUSHED_TWICE + 1)] for nth in range(1, _PUSHED_TWICE + 1)}
    pushed: list[Event] = []
    for i, event in enumerate(events):
        pushed.append(event)
        if i in twice:
            pushed.append(deepcopy(event))
    return pushed
