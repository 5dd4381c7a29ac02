"""Writes the calendar data that we ship from the tables of `chinesecalendar`.

python -m tests.support.chinese_calendar_data > shared/calendars/china.toml

The library is a tool of development only: it refuses years that it does not know, where we must count on.
"""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Final

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

PUBLISHED: Final = {
    2018: "2017-11-30",
    2019: "2018-12-06",
    2020: "2019-11-21",
    2021: "2020-11-25",
    2022: "2021-10-25",
    2023: "2022-12-08",
    2024: "2023-10-25",
    2025: "2024-11-12",
    2026: "2025-11-04",
}
"""When the notice of a year was published, where that is known."""


def names() -> dict[str, str]:
    """The Chinese names of the holidays by the library's own."""
    return {holiday.value: str(holiday.chinese) for holiday in Holiday}


def toml() -> Iterator[str]:
    """The lines of the data file: a table for each year, days off by holiday, and the weekend days that are worked."""
    yield "# Days off and make-up working days (补班) by the yearly notices of the State Council's general office."
    yield "# Written by tests/support/chinese_calendar_data.py and compared with its source by a test."
    chinese = names()
    for year in sorted({day.year for day in holidays}):
        yield f"\n[{year}]"
        if year in PUBLISHED:
            yield f"published = {PUBLISHED[year]}"
        off: dict[str, list[date]] = {}
        for day, name in sorted(holidays.items()):
            if day.year == year:
                off.setdefault(chinese[name], []).append(day)
        work = sorted(day for day in workdays if day.year == year)
        yield f"work = [{', '.join(map(str, work))}]"
        for name, days in off.items():
            yield f'off."{name}" = [{", ".join(map(str, days))}]'


if __name__ == "__main__":
    sys.stdout.write("\n".join(toml()) + "\n")
