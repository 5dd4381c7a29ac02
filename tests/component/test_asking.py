"""Questions in a URL are read as they are meant, or refused by name."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from starlette.datastructures import QueryParams

from services.web.asking import FILTERS, Asked, WrongParameter
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.figures.by import By
from shared.figures.document import list_path
from tests.support.sample import SHANGHAI

NOW: Final = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LIST: Final = (*FILTERS, "measure", "limit", "offset", "by")
WHOLE: Final = Question(
    as_of=datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=8))),
    known_at=datetime(2026, 7, 5, 9, 30, tzinfo=UTC),
    since=date(2026, 1, 1),
    until=date(2026, 7, 1),
    family=Family.COMPLAINT,
    source="热线 & 12345",
    unit="water+air",
    category="大气\u3000污染",
    enterprise="=1",
    co_units=True,
)


def asked(query: str) -> Asked:
    return Asked(QueryParams(query), SHANGHAI, LIST)


def test_the_address_of_a_list_is_read_as_the_question_it_was_made_of() -> None:
    one = asked(f"{list_path(WHOLE).partition('?')[2]}open")
    assert one.question(NOW) == WHOLE
    assert one.measure() is Measure.OPEN


def test_what_names_nothing_is_another_question_than_none() -> None:
    unnamed = Question(NOW, unit="", category="")
    assert asked(f"{list_path(unnamed).partition('?')[2]}open").question(NOW) == unnamed
    assert asked("").question(NOW) == Question(NOW)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-06-19", "2026-06-19T00:00:00+08:00"),
        ("2026-06-19T09:00", "2026-06-19T09:00:00+08:00"),
        ("2026-06-19 09:00", "2026-06-19T09:00:00+08:00"),
        ("2026-06-19T09:00:00+08:00", "2026-06-19T09:00:00+08:00"),
        ("2026-06-19T01:00:00Z", "2026-06-19T09:00:00+08:00"),
    ],
)
def test_an_instant_without_offset_is_the_offices_and_a_plus_sign_need_not_be_encoded(text: str, at: str) -> None:
    for query in (f"as_of={text}", f"as_of={quote(text)}"):
        assert asked(query).question(NOW).as_of == datetime.fromisoformat(at), query


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("family", "complaints"),
        ("family", ""),
        ("from", "2026-06-19T09:00"),
        ("to", "2026-13-01"),
        ("to", "9999-12-31"),
        ("as_of", "yesterday"),
        ("as_of", "0001-01-01"),
        ("known_at", ""),
        ("co_units", "yes"),
        ("source", "a\0b"),
        ("unit", "x" * 1001),
        ("measure", "opened"),
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "²"),
        ("offset", "-1"),
        ("offset", "1e3"),
        ("by", "units"),
        ("by", ""),
        ("by", "unit,none"),
        ("famly", "complaint"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_what_is_expected(name: str, given: str) -> None:
    with pytest.raises(WrongParameter) as wrong:
        _read_all(urlencode({"measure": "open"} | {name: given}))
    said = wrong.value.document()
    assert (said["parameter"], said["given"]) == (name, given[:1000])
    assert said["expected"] in said["reason"]


def test_a_parameter_that_is_given_twice_is_refused() -> None:
    with pytest.raises(WrongParameter, match="family only once"):
        asked("family=complaint&family=directive")


def test_a_list_needs_a_measure_and_has_a_size_of_its_own() -> None:
    with pytest.raises(WrongParameter, match="measure=''"):
        asked("").measure()
    assert asked("").page(50) == (50, 0)
    assert asked("limit=7&offset=14").page(50) == (7, 14)


def test_splits_are_all_unless_some_or_none_are_named() -> None:
    assert asked("").splits() == frozenset(By)
    assert asked("by=unit,period").splits() == {By.UNIT, By.PERIOD}
    assert asked("by=none").splits() == frozenset()


def test_every_filter_is_in_the_address_of_a_list() -> None:
    assert {name for name, _ in parse_qsl(list_path(WHOLE).partition("?")[2])} == set(FILTERS)


def _read_all(query: str) -> None:
    one = asked(query)
    one.question(NOW)
    one.measure()
    one.page(50)
    one.splits()
