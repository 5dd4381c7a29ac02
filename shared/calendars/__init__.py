"""Calendars as TOML files: the State Council's notices that we ship, and an office's own notices, local days
and office hours on top.
"""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from datetime import date, time, tzinfo
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.domain.calendar import FIXED_HOLIDAYS, FIXED_SINCE, BadCalendar, Calendar, LocalDay, Notice
from shared.domain.hours import OFFICE_HOURS, Hours, office_hours

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class BadCalendarFile(Exception):
    """A calendar file cannot be used; the message names the file, the place in it and the reason."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Year(_Table):
    published: date | None = None
    work: tuple[date, ...] = ()
    off: dict[str, tuple[date, ...]]

    def notice(self, year: int) -> Notice:
        off = {day: name for name, days in self.off.items() for day in days}
        for day in (*off, *self.work):
            # A notice may also settle the last days of the year before it.
            if day.year != year and (day.year, day.month) != (year - 1, 12):
                raise BadCalendar(f"{day} does not belong to the notice of {year}")
        for day in self.work:
            if day in off:
                raise BadCalendar(f"{day} is both off ({off[day]}) and worked")
            if day.weekday() < 5:
                raise BadCalendar(f"{day} is a weekday: it is worked without being named")
        for (month, of_month), name in FIXED_HOLIDAYS.items():
            if year >= FIXED_SINCE and date(year, month, of_month) not in off:
                raise BadCalendar(
                    f"{date(year, month, of_month)} ({name}) is not among the days off of {year}: is the notice whole?"
                )
        return Notice(year, self.published, off, dict.fromkeys(self.work, "补班"))


class _Local(_Table):
    date: date
    working: bool = False
    reason: Annotated[str, Field(min_length=1)]


def _time_of_day(text: object) -> time:
    match = _TIME_OF_DAY.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'{text!r} is no local time: write it as text, such as "08:30"')
    return time(int(match[1]), int(match[2]))


_TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class _Hours(_Table):
    hours: Annotated[dict[str, tuple[_TimeOfDay, _TimeOfDay]], Field(min_length=1)]


def load_calendar(zone: tzinfo, own: Path | None = None, proposed: Sequence[Path] = ()) -> Calendar:
    """The shipped notices with those, the local days and the office hours of the folder `own` and of proposed files. Raises
    BadCalendarFile.
    """
    shipped = Path(str(resources.files(__name__) / "china.toml"))
    files = [shipped, *(sorted(own.glob("*.toml")) if own is not None and own.is_dir() else ()), *proposed]
    notices: dict[int, Notice] = {}
    local: list[LocalDay] = []
    hours: tuple[Hours, Path] | None = None
    sha = hashlib.sha256()
    for file in files:
        more, days, given = read_calendar(file)
        notices |= {notice.year: notice for notice in more}
        local += days
        if given is not None and hours is not None:
            raise BadCalendarFile(f"{file}: hours: the office hours are given in {hours[1]} already")
        if given is not None:
            hours = given, file
        sha.update(file.read_bytes())
    try:
        version = f"{max(notices)}-{sha.hexdigest()[:8]}"
        return Calendar(zone, notices.values(), local, version, OFFICE_HOURS if hours is None else hours[0])
    except BadCalendar as error:
        raise BadCalendarFile(f"{', '.join(str(file) for file in files[1:]) or shipped}: {error}") from None


def read_calendar(file: Path) -> tuple[Sequence[Notice], Sequence[LocalDay], Hours | None]:
    """The notices, the local days and the office hours (None where it gives none) of one file. Raises BadCalendarFile."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        local = [_local(one) for one in document.pop("local", [])]
        hours = _hours(document.pop("hours")) if "hours" in document else None
        return [_Year.model_validate(table).notice(_year(key)) for key, table in document.items()], local, hours
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in problem["loc"])
        raise BadCalendarFile(f"{file}: {place}: {problem['msg'].removeprefix('Value error, ')}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ValueError) as error:
        raise BadCalendarFile(f"{file}: {error}") from None


def _year(key: str) -> int:
    if not (key.isdecimal() and 1949 <= int(key) < 3000):
        raise BadCalendar(
            f"[{key}] is no year; write a table for each year, such as [2027], local days as [[local]], hours as [hours]"
        )
    return int(key)


def _hours(table: Any) -> Hours:
    return office_hours(_Hours.model_validate({"hours": table}).hours.values())


def _local(table: Any) -> LocalDay:
    one = _Local.model_validate(table)
    return LocalDay(one.date, one.working, one.reason)
