"""The page that says what every count and every rate means is that of the registry, and says so of each."""

import re
import sys
from pathlib import Path

import pytest

from contracts import figures as wire
from shared import formulas
from shared.domain.formula import FORMULAS
from shared.domain.measure import MEANINGS, Measure


def test_the_page_is_as_written() -> None:
    assert formulas.FILE.read_text(encoding="utf-8") == formulas.page()


def test_every_count_and_every_rate_that_is_published_is_explained_once() -> None:
    page = formulas.page()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(wire.Counts.model_fields)
    assert re.findall(r"^### `(\w+)` ", page, re.MULTILINE) == list(wire.Rates.model_fields)


def test_a_rate_says_its_parts_its_basis_and_where_it_is_from() -> None:
    section = formulas.page().split("### `matured_closure` ")[1].split("###")[0]
    assert "numerator: 应办结已办结 `due_closed`" in section
    assert "denominator: 应办结 `due`" in section
    assert "basis: matured" in section
    assert FORMULAS["matured_closure"].source in section


def test_only_what_is_taken_of_the_due_is_matured() -> None:
    assert {id for id, one in FORMULAS.items() if formulas.basis(one) == "matured"} == {"matured_closure", "matured_on_time"}


def test_no_meaning_breaks_the_table() -> None:
    assert MEANINGS.keys() == set(Measure)
    assert not any("|" in text or "\n" in text for said in MEANINGS.values() for text in said)


def test_the_check_notices_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "FILE", tmp_path / "figures.md")
    monkeypatch.setattr(sys, "argv", ["formulas", "--check"])
    with pytest.raises(SystemExit, match="out of date"):
        formulas.main()
    monkeypatch.setattr(sys, "argv", ["formulas"])
    formulas.main()
    monkeypatch.setattr(sys, "argv", ["formulas", "--check"])
    formulas.main()
    formulas.FILE.write_text(formulas.page() + "more", encoding="utf-8")
    with pytest.raises(SystemExit, match="out of date"):
        formulas.main()
