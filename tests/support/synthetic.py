"""Journals of any size: lines like those of real tasks, day by day, without the tasks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.domain.journal import Line
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.timeline import Account

ZONE: Final = ZoneInfo("Asia/Shanghai")
FIRST_DAY: Final = date(2024, 12, 1)
UNITS: Final = tuple(f"unit-{number:02}" for number in range(1, 68))
SOURCES: Final = tuple(f"source-{number}" for number in range(1, 5))
CATEGORIES: Final = tuple(f"category-{number:03}" for number in range(1, 101))
_FAMILIES: Final = {
    "source-1": (Family.DIRECTIVE,),
    "source-2": (Family.COMPLAINT,),
    "source-3": (Family.COMPLAINT, Family.DIRECTIVE),
    "source-4": (Family.RECTIFICATION,),
}
_MOMENT: Final = timedelta(microseconds=1)


def _bits(*measures: Measure) -> int:
    return sum(measure.bit for measure in measures)


_GIVEN: Final = _bits(Measure.RECEIVED, Measure.GIVEN, Measure.OPEN)
_PASSED: Final = _bits(Measure.DUE, Measure.OVERDUE_OPEN, Measure.PAST_ORIGINAL_OPEN)
_LATE: Final = _bits(Measure.OVERDUE_OPEN, Measure.PAST_ORIGINAL_OPEN)
_CLOSED: Final = _bits(Measure.CLOSED, Measure.SUBMITTED, Measure.CLOSED_FULL)
_ON_TIME: Final = _bits(Measure.CLOSED_ON_TIME, Measure.CLOSED_BY_ORIGINAL)
_TOO_LATE: Final = _bits(Measure.CLOSED_LATE, Measure.CLOSED_PAST_ORIGINAL)
_DUE_CLOSED: Final = _bits(Measure.DUE_CLOSED, Measure.DUE_CLOSED_ON_TIME)


@dataclass
class Synthetic:
    """An office that receives so many tasks, evenly over so many days; the same seed writes the same journal."""

    tasks: int
    days: int = 730
    seed: int = 1
    varied: bool = False
    """Whether some tasks are shared by weight, have an enterprise, several categories or co-units."""
    _later: dict[date, list[list[Line]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def by_day(self) -> Iterator[tuple[date, list[list[Line]]]]:
        """Each day with the lines of each event that became known on it."""
        for number in range(self.days):
            day = FIRST_DAY + timedelta(days=number)
            received = self.tasks * (number + 1) // self.days - self.tasks * number // self.days
            today = self._later.pop(day, [])
            for _ in range(received):
                self._task(day, today)
            yield day, today

    def _task(self, day: date, today: list[list[Line]]) -> None:
        """One task: what is known at its receipt is of today, the rest of later days."""
        draw = self._random.random
        account = self._account()
        start = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC) + timedelta(seconds=int(draw() * 86_399))
        due = start + timedelta(days=5 + int(draw() * 55)) if draw() < 0.9 else None
        unsigned = start + timedelta(days=1) + _MOMENT
        first = [Line(start, day, account, _GIVEN, 0, 0), Line(unsigned, day, account, Measure.SIGN_OVERDUE.bit, 0, 0)]
        if due is not None:
            first.append(Line(due + _MOMENT, day, account, _PASSED, 0, 0))
        today.append(first)
        if draw() < 0.8:
            signed = start + timedelta(seconds=int(draw() * 80_000))
            taken_back = Line(unsigned, day, account, 0, Measure.SIGN_OVERDUE.bit, 0)
            self._at(signed, today, day, Line(signed, day, account, Measure.SIGNED_ON_TIME.bit, 0, 0), taken_back)
        if draw() < 0.08:
            moved = start + timedelta(days=1 + draw() * 4)
            account = self._move(account, moved, due, today, day)
        if draw() < 0.95:
            self._close(account, start, due, today, day)

    def _move(self, account: Account, at: datetime, due: datetime | None, today: list[list[Line]], day: date) -> Account:
        """Another unit has it from now on, with what stood at the first one."""
        other = account._replace(unit=UNITS[(UNITS.index(account.unit) + self._random.randrange(1, 4)) % len(UNITS)])
        held = Measure.RECEIVED.bit | Measure.OPEN.bit
        lines = [
            Line(at, day, account, Measure.MOVED_OUT.bit, held, 0),
            Line(at, day, other, Measure.MOVED_IN.bit | held, 0, 0),
        ]
        if due is not None:
            lines += [Line(due + _MOMENT, day, account, 0, _PASSED, 0), Line(due + _MOMENT, day, other, _PASSED, 0, 0)]
        self._at(at, today, day, *lines)
        return other

    def _close(self, account: Account, start: datetime, due: datetime | None, today: list[list[Line]], day: date) -> None:
        """Closed, mostly by the due; some are evaluated."""
        draw = self._random.random
        took = 5 + (draw() ** 2) * 70
        at, minutes = start + timedelta(days=took), int(took * 340)
        plus, minus = _CLOSED, Measure.OPEN.bit
        lines: list[Line] = []
        if due is not None and at <= due:
            plus |= _ON_TIME
            lines.append(Line(due + _MOMENT, day, account, _DUE_CLOSED, _LATE, 0))
        elif due is not None:
            plus, minus = plus | _TOO_LATE | Measure.DUE_CLOSED.bit, minus | _LATE
        self._at(at, today, day, Line(at, day, account, plus, minus, minutes), *lines)
        if draw() < 0.4:
            said = at + timedelta(days=draw() * 10)
            level = Measure.SATISFIED.bit if draw() < 0.9 else 0
            self._at(said, today, day, Line(said, day, account, Measure.EVALUATED.bit | level, 0, 0))

    def _at(self, at: datetime, today: list[list[Line]], received: date, *lines: Line) -> None:
        day = at.astimezone(ZONE).date()
        (today if day == received else self._later.setdefault(day, [])).append(list(lines))

    def _account(self) -> Account:
        draw = self._random.random
        unit = int(draw() ** 1.5 * len(UNITS))
        source = self._random.choice(SOURCES)
        category = CATEGORIES[(unit * 3 + int(draw() ** 2 * 8)) % len(CATEGORIES)]
        account = Account(self._random.choice(_FAMILIES[source]), source, UNITS[unit], (), (category,), (), 1.0)
        return self._variant(account) if self.varied and draw() < 0.3 else account

    def _variant(self, account: Account) -> Account:
        draw = self._random.random
        return account._replace(
            co_units=(UNITS[int(draw() * 5)],) if draw() < 0.5 else (),
            category=(*account.category, CATEGORIES[int(draw() * 5)]) if draw() < 0.5 else (),
            enterprise=("enterprise-1", "enterprise-2") if draw() < 0.5 else (),
            weight=0.5 if draw() < 0.3 else 1 / 8,
        )
