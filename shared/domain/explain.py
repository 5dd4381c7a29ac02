"""Why a clock is due when it is: its days counted off again, under the rule that set it."""

from shared.domain.budget import FIXED, OPEN_ENDED, Budget
from shared.domain.calendar import Calendar
from shared.domain.clock import Clock, pauses_of
from shared.domain.period import Counted, trace
from shared.domain.rule import Rule
from shared.domain.shift import last_day


def days_of(clock: Clock, rule: Rule | None, calendar: Calendar) -> tuple[Counted, ...]:
    """The days of a clock's present due-version; none for a due that was given (by sender or extension) or that runs by hours."""
    if rule is None or clock.due is None or clock.budget in {FIXED, OPEN_ENDED}:
        return ()
    pauses = pauses_of(clock.anchor, clock.segments, rule.counting, calendar)
    budget = Budget.parse(clock.budget)
    return trace(budget, rule.counting, clock.anchor, calendar, pauses=pauses, last=last_day(clock.due, calendar))
