"""The CSV file says what the figures say, in a form that a spreadsheet shows and does not calculate."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Final

import pytest

from contracts.figures import Figures
from shared.domain.formula import FORMULAS
from shared.domain.measure import MEANINGS
from shared.figures.by import By
from shared.figures.csv_file import figures_csv, headers
from tests.support.published import group, published

AS_OF: Final = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def figures(*names: str) -> Figures:
    return published(group("", received=3, closed=2, open=1), as_of=AS_OF, position=1, units=[group(name) for name in names])


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_byte_order_mark_and_has_a_header_of_its_own_for_every_column() -> None:
    content = figures_csv(figures(), By.UNIT)
    assert content.startswith(b"\xef\xbb\xbf" + "单位,代码,上级单位,收到,".encode())
    first, *others = table(content)
    assert first == headers(By.UNIT)
    assert len(set(first)) == len(first) == 3 + len(MEANINGS) + 3 * len(FORMULAS) + 2
    assert {len(row) for row in others} == {len(first)}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_would_be_calculated_is_shown(start: str) -> None:
    name = f'{start}HYPERLINK("x";"y")'
    row = table(figures_csv(figures(name), By.UNIT))[1]
    assert row[:2] == [f"'{name}", f"'{name}"]


def test_other_text_stands_as_it_is() -> None:
    name = '水务科, "二队"\n=1+1'
    assert table(figures_csv(figures(name), By.UNIT))[1][0] == name


def test_a_rate_stands_with_what_it_was_made_of_and_is_empty_without_denominator() -> None:
    head, whole = table(figures_csv(figures(), None))
    said = dict(zip(head, whole, strict=True))
    assert said["范围"] == "合计"
    closure, on_time = "办结率（含阶段性办结）", "按期办结率（现行期限）"
    assert [said[f"{closure}{part}"] for part in ("", "分子", "分母")] == ["0.6666", "2", "3"]
    assert [said[f"{on_time}{part}"] for part in ("", "分子", "分母")] == ["", "0", "0"]
    assert (said["统计时点"], said["知情时点"]) == ("2026-11-23T12:00:00+08:00", "")


def test_without_a_split_there_is_the_total_alone_and_it_comes_last_otherwise() -> None:
    assert [row[0] for row in table(figures_csv(figures("a", "b"), None))] == ["范围", "合计"]
    assert [row[0] for row in table(figures_csv(figures("a", "b"), By.UNIT))] == ["单位", "a", "b", "合计"]
