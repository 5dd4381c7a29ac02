"""Periods of reports as offices name them: a year, a half, a quarter or a month."""

import re
from datetime import date
from typing import Final

from shared.domain.value import value

_NAME: Final = re.compile(r"(?P<year>[0-9]{4})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class BadPeriod(ValueError):
    """The text names no period; the message says what does."""


@value
class Period:
    """A period by its name, from its first local day to the day that is no longer in it."""

    name: str
    since: date
    until: date


def period_of(name: str) -> Period:
    """The period that a name such as 2023, 2023H1, 2023Q2 or 2023-06 stands for. Raises BadPeriod."""
    said = _NAME.fullmatch(name)
    if said is None or not date.min.year <= int(said["year"]) < date.max.year:
        raise BadPeriod(f"{name!r} is no period; write 2023, 2023H1, 2023Q2 or 2023-06")
    months = 6 if said["half"] else 3 if said["quarter"] else 1 if said["month"] else 12
    nth = int(said["half"] or said["quarter"] or said["month"] or 1)
    year, first = int(said["year"]), (nth - 1) * months
    return Period(name, date(year, first + 1, 1), date(year + (first + months) // 12, (first + months) % 12 + 1, 1))
