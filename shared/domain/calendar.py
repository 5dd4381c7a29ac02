"""The working-day calendar: weekends, the holidays and make-up days (补班) of the State Council's yearly notices, local days, and
the hours in which offices work on working days.

A year without a notice is provisional: its weekends and the holidays of fixed date are known, the rest is not. The notice of a
year may also change the last days of the December before it (2006, 2007, 2011, 2018 and 2022 did): they are provisional with it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from shared.domain.hours import OFFICE_HOURS, Hours, day_of, earliest, latest, office_hours, worked_by
from shared.domain.value import value


class DayKind(StrEnum):
    """What makes a day a working day or not."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make-up"
    LOCAL_OFF = "local-off"
    LOCAL_WORK = "local-work"


@value
class Day:
    """One day of the calendar; `name` is the holiday's own name or the reason of a local day, in Chinese."""

    date: date
    kind: DayKind
    name: str
    provisional: bool

    @property
    def working(self) -> bool:
        """Whether offices work on this day."""
        return self.kind in _WORKING


_WORKING = frozenset({DayKind.WORKDAY, DayKind.MAKE_UP, DayKind.LOCAL_WORK})
_WORKDAY, _WEEKEND = "工作日", "周末"


@value
class Notice:
    """A year's notice: days off by date with the holiday's name, and the weekend days that are worked."""

    year: int
    published: date | None
    off: Mapping[date, str]
    work: Mapping[date, str]


@value
class LocalDay:
    """A day that a local authority set: a typhoon day off, a local holiday, an extra working day."""

    date: date
    working: bool
    reason: str


class BadCalendar(ValueError):
    """The calendar contradicts itself; the message names the day and what is said of it twice."""


FIXED_HOLIDAYS = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
"""The statutory days of fixed date from 2025 on (全国年节及纪念日放假办法 2024 art 2); the others follow moon and sun."""
FIXED_SINCE = 2025

_DAY = timedelta(days=1)
_YEARS_ON = 12
"""Years after the last notice for which days are counted from a table; later ones are counted one by one."""


class Calendar:
    """All days, and the zone in which they begin at 00:00. It never changes: another notice makes another calendar.

    Raises BadCalendar, and BadHours for office hours that contradict themselves.
    """

    def __init__(
        self,
        zone: tzinfo,
        notices: Iterable[Notice],
        local: Iterable[LocalDay] = (),
        version: str = "",
        hours: Hours = OFFICE_HOURS,
    ) -> None:
        self.zone = zone
        self.version = version
        self.hours = office_hours(hours)
        self._day = day_of(self.hours)
        self.notices = {notice.year: notice for notice in notices}
        self._special: dict[date, tuple[DayKind, str]] = {}
        for notice in self.notices.values():
            self._enter(notice.off, DayKind.HOLIDAY)
            self._enter(notice.work, DayKind.MAKE_UP)
        self._enter_local(local)
        years = sorted(self.notices) or [2000]
        self._first = date(years[0], 1, 1)
        self._count(date(years[-1] + _YEARS_ON, 12, 31))

    def day(self, day: date) -> Day:
        """What the calendar says of a day."""
        kind, name = self._special.get(day) or self._ordinary(day)
        return Day(day, kind, name, self.is_provisional(day))

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        return (self._special.get(day) or self._ordinary(day))[0] in _WORKING

    def is_provisional(self, day: date) -> bool:
        """Whether a notice that is not known yet may say something else of the day."""
        if day.year not in self.notices:
            return True
        return day.month == 12 and day.day >= 29 and day.year + 1 not in self.notices

    def has_provisional(self, first: date, last: date) -> bool:
        """Whether one of the days from `first` to `last` is provisional."""
        if self.is_provisional(first) or self.is_provisional(last):
            return True
        return any(self.is_provisional(date(year, 12, 31)) for year in range(first.year, last.year))

    def after(self, day: date, working_days: int) -> date:
        """The last of so many working days, the first of which comes after `day`."""
        index = day.toordinal() - self._origin
        if 0 <= index < len(self._before):
            nth = self._before[index] + working_days - 1
            if nth < len(self._working):
                return date.fromordinal(self._working[nth])
        while working_days:
            day += timedelta(days=1)
            working_days -= self.is_working(day)
        return day

    def before(self, day: date, working_days: int) -> date:
        """The working day so many working days before `day`."""
        while working_days:
            day -= timedelta(days=1)
            working_days -= self.is_working(day)
        return day

    def working_days(self, after: date, last: date) -> int:
        """How many working days come after a day, up to and including `last`."""
        return max(self._through(last) - self._through(after), 0)

    def spelled(self, first: date, last: date) -> str:
        """The days from `first` to `last`, a letter each: C for a working day, N for another."""
        start, end = first.toordinal() - self._origin, last.toordinal() - self._origin + 1
        if start >= 0 and end <= len(self._letters):
            return self._letters[start:end]
        return "".join(
            ["C" if self.is_working(date.fromordinal(o)) else "N" for o in range(first.toordinal(), last.toordinal() + 1)]
        )

    def on_or_after(self, day: date) -> date:
        """The day itself if it is a working day, else the next one that is."""
        return day if self.is_working(day) else self.after(day, 1)

    def working_time(self, since: datetime, until: datetime) -> timedelta:
        """The office hours of working days that lie between two instants, by local clocks; nothing when `until` is no later."""
        if until <= since:
            return timedelta(0)
        first, last = since.astimezone(self.zone), until.astimezone(self.zone)
        whole = self._through(last.date() - _DAY) - self._through(first.date() - _DAY)
        return max(whole * self._day + self._worked(last) - self._worked(first), timedelta(0))

    def after_working_time(self, start: datetime, length: timedelta) -> datetime:
        """The first instant, in UTC, at which so much working time has passed since `start`; `start` itself for no length."""
        if length <= timedelta(0):
            return start.astimezone(UTC)
        local = start.astimezone(self.zone)
        day, length = local.date(), length + self._worked(local)
        days = -(-length // self._day)
        reached = earliest(self.hours, length - (days - 1) * self._day)
        return self._instant(self.after(day - _DAY, days), reached)

    def before_working_time(self, end: datetime, length: timedelta) -> datetime:
        """The last instant, in UTC, from which so much working time passes until `end`; `end` itself for no length."""
        if length <= timedelta(0):
            return end.astimezone(UTC)
        local = end.astimezone(self.zone)
        day, length = local.date(), length - self._worked(local)
        if length <= timedelta(0):
            return self._instant(day, latest(self.hours, -length))
        days = -(-length // self._day)
        return self._instant(self.before(day, days), latest(self.hours, days * self._day - length))

    def _worked(self, local: datetime) -> timedelta:
        """The working time of a day until an instant in it."""
        return worked_by(self.hours, local.time()) if self.is_working(local.date()) else timedelta(0)

    def _instant(self, day: date, when: time) -> datetime:
        return datetime.combine(day, when, self.zone).astimezone(UTC)

    def _through(self, day: date) -> int:
        """How many working days there are from the first day of the table up to and including `day`; less than none before it."""
        index = day.toordinal() - self._origin
        if index < 0:
            return -sum(self.is_working(date.fromordinal(o)) for o in range(day.toordinal() + 1, self._origin))
        beyond = range(self._origin + len(self._before), day.toordinal() + 1)
        return self._before[min(index, len(self._before) - 1)] + sum(self.is_working(date.fromordinal(o)) for o in beyond)

    def _enter(self, days: Mapping[date, str], kind: DayKind) -> None:
        for day, name in days.items():
            said = self._special.get(day)
            if said is not None and said[0] is not kind:
                raise BadCalendar(f"{day} is both {said[0]} ({said[1]}) and {kind} ({name})")
            self._special[day] = (kind, name)

    def _enter_local(self, local: Iterable[LocalDay]) -> None:
        seen: set[date] = set()
        for one in local:
            if one.date in seen:
                raise BadCalendar(f"{one.date} is named twice as a local day")
            seen.add(one.date)
            if self.is_working(one.date) == one.working:
                what = "a working day" if one.working else "no working day"
                raise BadCalendar(
                    f"{one.date} is {what} already ({self.day(one.date).name}); the local day {one.reason!r} says nothing"
                )
            self._special[one.date] = (DayKind.LOCAL_WORK if one.working else DayKind.LOCAL_OFF, one.reason)

    def _ordinary(self, day: date) -> tuple[DayKind, str]:
        if day.year not in self.notices and (day.month, day.day) in FIXED_HOLIDAYS:
            return DayKind.HOLIDAY, FIXED_HOLIDAYS[day.month, day.day]
        return (DayKind.WEEKEND, _WEEKEND) if day.weekday() >= 5 else (DayKind.WORKDAY, _WORKDAY)

    def _count(self, last: date) -> None:
        self._origin = self._first.toordinal()
        self._working = [o for o in range(self._origin, last.toordinal() + 1) if self.is_working(date.fromordinal(o))]
        self._before: list[int] = []
        """For each day from the first one: how many working days there are up to and including it."""
        worked = set(self._working)
        self._letters = "".join(["C" if o in worked else "N" for o in range(self._origin, last.toordinal() + 1)])
        count = 0
        for ordinal in range(self._origin, last.toordinal() + 1):
            count += ordinal in worked
            self._before.append(count)
