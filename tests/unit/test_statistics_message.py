"""Figures go out in one message: what does not fit is left out whole, and named."""

import numpy as np

from contracts.figures import Figures
from services.statistics.message import MOST_BYTES, message_of
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.domain.timeline import Account
from shared.figures.document import Office, plain_document
from shared.figures.shares import Plain
from shared.figures.sums import Sums
from shared.units import Units
from tests.support.sample import SHANGHAI, START

OFFICE = Office(Units(), "Asia/Shanghai", SHANGHAI)


def document(*, enterprises: int, categories: int = 1, units: int = 1) -> Plain:
    """The figures of a task for each number, in so many enterprises, categories and units in turn."""
    accounts = [
        Account(Family.COMPLAINT, "city", f"局{nth % units}", (), (f"类{nth % categories}",), (f"厂{nth % enterprises}",), 1.0)
        for nth in range(max(enterprises, categories, units))
    ]
    counts = np.zeros((1, len(accounts), len(Measure)), dtype=np.int64)
    counts[:, :, [Measure.RECEIVED, Measure.GIVEN, Measure.OPEN]] = 1
    return plain_document(Sums((START,), accounts, counts), Question(START), OFFICE, {0: 1})


def test_what_fits_is_sent_whole() -> None:
    found = Figures.model_validate_json(message_of(document(enterprises=100)))
    assert (len(found.enterprises), found.left_out) == (100, ())


def test_enterprises_are_left_out_first() -> None:
    raw = message_of(document(enterprises=1000, categories=50))
    found = Figures.model_validate_json(raw)
    assert len(raw) <= MOST_BYTES
    assert (found.left_out, found.enterprises, len(found.categories)) == (("enterprises",), (), 50)
    assert found.counts.received == 1000


def test_units_stay_longer_than_categories() -> None:
    found = Figures.model_validate_json(message_of(document(enterprises=1000, categories=1000, units=100)))
    assert (found.left_out, len(found.units)) == (("enterprises", "categories"), 100)


def test_whatever_there_is_the_total_gets_through() -> None:
    raw = message_of(document(enterprises=1000, categories=1000, units=1000))
    assert len(raw) <= MOST_BYTES
    assert Figures.model_validate_json(raw).counts.received == 1000
