"""Why a clock is due when it is: the days that the fact which set it spelled out, with what the calendar says of each."""

from datetime import timedelta
from typing import Final

from shared.domain.calendar import Calendar
from shared.domain.clock import Clock
from shared.domain.period import CIVIL_CODE, LETTERS, Counted, Why, first_day
from shared.domain.rule import Rule

_WHY: Final[dict[str, Why]] = {letter: why for why, letter in LETTERS.items()}


def days_of(clock: Clock, rule: Rule | None, calendar: Calendar) -> tuple[Counted, ...]:
    """The days of a clock's present due-version as they were counted when it was set; none for a due that was given (by sender or
    extension) or that runs by hours. Their names are those of the calendar that is loaded now.
    """
    first = first_day(CIVIL_CODE if rule is None else rule.counting, clock.anchor, calendar)
    found: list[Counted] = []
    for number, letter in enumerate(clock.days):
        there = calendar.day(first + timedelta(days=number))
        why = _WHY[letter]
        found.append(Counted(there.date, why == "counted", why, there.kind, there.name))
    return tuple(found)
