"""Calendars as TOML files: the State Council's notices that we ship, and an office's own notices and local days on top."""

import hashlib
import tomllib
from collections.abc import Sequence
from datetime import date, tzinfo
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.domain.calendar import FIXED_HOLIDAYS, FIXED_SINCE, BadCalendar, Calendar, LocalDay, Notice


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


def load_calendar(zone: tzinfo, own: Path | None = None, proposed: Sequence[Path] = ()) -> Calendar:
    """The shipped notices with those and the local days of the folder `own`, and of proposed files. Raises BadCalendarFile."""
    shipped = Path(str(resources.files(__name__) / "china.toml"))
    files = [shipped, *(sorted(own.glob("*.toml")) if own is not None and own.is_dir() else ()), *proposed]
    notices: dict[int, Notice] = {}
    local: list[LocalDay] = []
    sha = hashlib.sha256()
    for file in files:
        more, days = read_calendar(file)
        notices |= {notice.year: notice for notice in more}
        local += days
        sha.update(file.read_bytes())
    try:
        return Calendar(zone, notices.values(), local, version=f"{max(notices)}-{sha.hexdigest()[:8]}")
    except BadCalendar as error:
        raise BadCalendarFile(f"{', '.join(str(file) for file in files[1:]) or shipped}: {error}") from None


def read_calendar(file: Path) -> tuple[Sequence[Notice], Sequence[LocalDay]]:
    """The notices and local days of one file. Raises BadCalendarFile."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        local = [_local(one) for one in document.pop("local", [])]
        return [_Year.model_validate(table).notice(_year(key)) for key, table in document.items()], local
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in problem["loc"])
        raise BadCalendarFile(f"{file}: {place}: {problem['msg']}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ValueError) as error:
        raise BadCalendarFile(f"{file}: {error}") from None


def _year(key: str) -> int:
    if not (key.isdecimal() and 1949 <= int(key) < 3000):
        raise BadCalendar(f"[{key}] is no year; write a table for each year, such as [2027], and local days as [[local]]")
    return int(key)


def _local(table: Any) -> LocalDay:
    one = _Local.model_validate(table)
    return LocalDay(one.date, one.working, one.reason)
