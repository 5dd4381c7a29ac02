"""Questions in a URL: every filter has a name there; what cannot be read is refused with the name and what was expected."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeVar

from starlette.datastructures import QueryParams

from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.figures.by import ALL, By
from shared.figures.period import FIRST_YEAR, LAST_YEAR

_T = TypeVar("_T")

FILTERS: Final = ("family", "source", "unit", "category", "enterprise", "from", "to", "as_of", "known_at", "co_units")
NO_SPLIT: Final = "none"
MOST_CHARACTERS: Final = 1000
MOST_LINES: Final = 1000
MOST_SKIPPED: Final = 1_000_000
_YES_OR_NO: Final = {"1": True, "true": True, "0": False, "false": False}


class WrongParameter(Exception):
    """A parameter that cannot be read, and what is expected in its place."""

    def __init__(self, name: str, given: str, expected: str) -> None:
        super().__init__(f"{name}={given!r}: expected {expected}")
        self.name = name
        self.given = given
        self.expected = expected

    def document(self) -> dict[str, str]:
        """As JSON says it."""
        return {"parameter": self.name, "given": self.given[:MOST_CHARACTERS], "expected": self.expected, "reason": str(self)}


class Asked:
    """The parameters of one request. Unknown ones are refused: a filter with a slip in its name would filter nothing."""

    def __init__(self, parameters: QueryParams, zone: tzinfo, known: tuple[str, ...]) -> None:
        for name, given in parameters.multi_items():
            if name not in known:
                raise WrongParameter(name, given, f"one of {', '.join(known)}")
            if len(parameters.getlist(name)) > 1:
                raise WrongParameter(name, given, f"{name} only once")
        self._parameters = parameters
        self._zone = zone

    def question(self, now: datetime) -> Question:
        """The question that is asked; without an instant of judgement it is `now`. Raises WrongParameter."""
        known_at = self._read("known_at", self._instant)
        return Question(
            as_of=self._read("as_of", self._instant) or now,
            known_at=known_at,
            since=self._read("from", _day),
            until=self._read("to", _day),
            family=self._read("family", _family),
            source=self._read("source", _text),
            unit=self._read("unit", _text),
            category=self._read("category", _text),
            enterprise=self._read("enterprise", _text),
            co_units=self._read("co_units", _yes_or_no) or False,
        )

    def splits(self) -> frozenset[By]:
        """The splits whose groups are asked for: all, some by name with commas between, or none."""
        said = self._read("by", _splits)
        return ALL if said is None else said

    @property
    def of_now(self) -> bool:
        """Whether no instant is named: what is known now is asked for, as it stands now."""
        return "as_of" not in self._parameters and "known_at" not in self._parameters

    def measure(self) -> Measure:
        """The measure whose tasks are listed."""
        said = self._read("measure", _measure)
        if said is None:
            raise WrongParameter("measure", "", f"one of {_MEASURES}")
        return said

    def page(self, size: int) -> tuple[int, int]:
        """How many lines of a list, and after how many of them."""
        limit = self._read("limit", _number("limit", 1, MOST_LINES))
        return size if limit is None else limit, self._read("offset", _number("offset", 0, MOST_SKIPPED)) or 0

    def text(self, name: str) -> str | None:
        """Any text."""
        return self._read(name, _text)

    def _read(self, name: str, read: Callable[[str, str], _T]) -> _T | None:
        given = self._parameters.get(name)
        return None if given is None else read(name, given)

    def _instant(self, name: str, given: str) -> datetime:
        # A plus sign that nobody encoded arrives as a space, which no instant with a T has otherwise.
        at: datetime = _iso(name, given.replace(" ", "+") if "T" in given else given, datetime.fromisoformat, _INSTANT)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise WrongParameter(name, given, _INSTANT)
        return at if at.tzinfo is not None else at.replace(tzinfo=self._zone)


_INSTANT: Final = f"an instant such as 2023-06-19, 2023-06-19T09:00 or 2023-06-19T09:00:00+08:00, {FIRST_YEAR} to {LAST_YEAR}"
_DAY: Final = f"a day such as 2023-06-19, {FIRST_YEAR} to {LAST_YEAR}"
_MEASURES: Final = ", ".join(measure.word for measure in Measure)


def _iso(name: str, given: str, read: Callable[[str], Any], expected: str) -> Any:
    try:
        return read(given)
    except ValueError:
        raise WrongParameter(name, given, expected) from None


def _day(name: str, given: str) -> date:
    day: date = _iso(name, given, date.fromisoformat, _DAY)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise WrongParameter(name, given, _DAY)
    return day


def _family(name: str, given: str) -> Family:
    family: Family = _iso(name, given, Family, f"one of {', '.join(Family)}")
    return family


def _measure(name: str, given: str) -> Measure:
    for measure in Measure:
        if measure.word == given:
            return measure
    raise WrongParameter(name, given, f"one of {_MEASURES}")


def _splits(name: str, given: str) -> frozenset[By]:
    words = [] if given == NO_SPLIT else given.split(",")
    if not set(words) <= set(By):
        raise WrongParameter(name, given, f"{NO_SPLIT}, or some of {', '.join(By)} with commas between")
    return frozenset(map(By, words))


def _text(name: str, given: str) -> str:
    if len(given) > MOST_CHARACTERS or "\0" in given:
        raise WrongParameter(name, given, f"at most {MOST_CHARACTERS} characters, none of them NUL")
    return given


def _yes_or_no(name: str, given: str) -> bool:
    if given not in _YES_OR_NO:
        raise WrongParameter(name, given, "1 or 0")
    return _YES_OR_NO[given]


def _number(name: str, least: int, most: int) -> Callable[[str, str], int]:
    def read(_: str, given: str) -> int:
        if not (given.isascii() and given.isdigit() and len(given) < 10 and least <= int(given) <= most):
            raise WrongParameter(name, given, f"a whole number from {least} to {most}")
        return int(given)

    return read
