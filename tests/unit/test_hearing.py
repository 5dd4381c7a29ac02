"""What the notifier hears in the facts: who is urged by whom, in one short line."""

import pytest

from services.notifier.hearing import MOST_SAID, heard, in_words
from shared.codec.facts import Place, encode_fact
from shared.domain.matter import Family
from shared.domain.notice import Word
from tests.support.sample import CITY, at, record, register, sign, urge
from tests.support.scenario import given

LETTER = "督〔2026〕1号"


def facts_of_a_letter() -> list[bytes]:
    """The facts of a task, the last one a letter by the city."""
    outcome = given(register(at(0)), sign(at(0.5)), record(at(0.6))).when(urge(at(1), letter=LETTER, source=CITY, id_="u-1"))
    return [encode_fact(one, Place(0, 7, at(1)), Family.DIRECTIVE) for one in outcome.entries]


def test_a_letter_is_told_of_with_its_number_and_by_whom() -> None:
    [(matter, letter)] = heard(facts_of_a_letter()).occasions
    assert (matter.number, letter.kind, letter.version) == ("7", "letter", 7)
    assert letter.word == Word(CITY, "u-1", LETTER)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("限三日内反馈", "限三日内反馈"),
        (" 第一行\r\n\n第二行\u2028第三行\x07 ", "第一行 第二行 第三行"),
        ("字" * MOST_SAID, "字" * MOST_SAID),
        ("字" * (MOST_SAID + 1), "字" * (MOST_SAID - 1) + "…"),
        ("", ""),
    ],
)
def test_what_is_said_is_one_line_of_some_characters(text: str, said: str) -> None:
    found = in_words(heard(facts_of_a_letter()), {(CITY, "u-1"): text, (CITY, "u-2"): "another"})
    assert [one.word and one.word.text for _, one in found.occasions] == [said]


def test_an_event_without_a_text_says_nothing() -> None:
    found = heard(facts_of_a_letter())
    assert found.events == {(CITY, "u-1")}
    assert in_words(found, {}) == found
