"""Another calendar than the shipped one: with a notice of 2027, which no one has published yet."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.domain import fact as f
from shared.domain.budget import Budget
from shared.domain.calendar import Calendar, Notice
from shared.domain.command import Command
from shared.domain.evolve import evolve_all
from shared.domain.matter import Family
from shared.domain.policy import Rulebook
from shared.domain.recount import recounted
from shared.domain.rule import Rule
from shared.domain.task import Task
from tests.support.sample import CALENDAR, SHANGHAI, at, rule, sign
from tests.support.scenario import given, the
from tests.support.whole import under, whole

_SPRING: Final = [date(2027, 2, 5) + timedelta(days=n) for n in range(9)]
_NEW_YEAR: Final = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)]
NOTICE: Final = Notice(
    2027,
    date(2026, 12, 20),
    dict.fromkeys(_NEW_YEAR, "元旦") | dict.fromkeys(_SPRING, "春节"),
    dict.fromkeys([date(2027, 1, 2), date(2027, 2, 14)], "补班"),
)
"""A notice of 2027 as it might be: the last day of 2026 and the Monday after the new year off, the Saturday between worked."""
NEWER: Final = Calendar(SHANGHAI, [*CALENDAR.notices.values(), NOTICE], version="newer")
NOW: Final = at(30)
"""23 December, when the notice is loaded."""


def days(number: int, unit: str = "wd", near: str = "1wd") -> Rule:
    return rule(f"{number}{unit}", (Budget.parse(near),))


def task_of(
    finish: Rule, *more: Command, due: datetime | None = None, internal: Rule | None = None, until: datetime = NOW
) -> tuple[Task, Rulebook]:
    """A task under a policy with that finish rule, from the registration, after its clocks were driven so far."""
    rulebook = under(finish=dict.fromkeys(Family, finish), respond=None, internal=internal)
    return the(given(whole(due=due), sign(at(hours=1)), *more, rulebook=rulebook).swept(until).task), rulebook


def moved(task: Task, rulebook: Rulebook, when: datetime = NOW, calendar: Calendar = NEWER) -> tuple[Task, f.Entries]:
    entries = recounted(task, rulebook.policy_of(task), calendar, when)
    return the(evolve_all(task, entries)), entries


def midnight(month: int, day: int) -> datetime:
    """24:00 in Shanghai of a day of 2027."""
    return datetime(2027, month, day, 16, 0, tzinfo=UTC)
