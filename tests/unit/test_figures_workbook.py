"""Figures as Excel: the numbers are those of the figures, nothing is rounded up, text stays text, the bytes are the same."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.figures import Figures
from shared.domain.formula import FORMULAS, Rate, counts_of
from shared.domain.matter import Family
from shared.domain.measure import MEANINGS, Measure
from shared.figures.book import harmless
from shared.figures.document import wire_rate
from shared.figures.excel import figures_workbook
from shared.figures.table import bar, count, percent, percent_text, points
from tests.support.office_files import Read, read_xlsx
from tests.support.report_sample import counts, figures_of, group

NEARLY = counts_of({Measure.RECEIVED: 254_592, Measure.CLOSED: 254_567, Measure.OPEN: 25})
"""Siping, first half of 2025: 99.990 %, printed 99.9 %."""


def sample(unit: str = "水科") -> Figures:
    units = (group("water", unit, NEARLY), group("bureau", "分局", counts(10, 10)), group("none", "未办件", counts(0, 0)))
    months = (group("2023-01", "2023-01", counts(30, 20)), group("2023-02", "2023-02", counts(5, 5)))
    return figures_of({Family.DIRECTIVE: NEARLY, Family.COMPLAINT: counts(59, 59)}, units, months)


def row_of(sheet: Read, name: str) -> dict[str, float | str]:
    rows = sheet.rows
    head = next(row for row in rows if row[0] == "名称")
    return dict(zip(map(str, head), next(row for row in rows if row[0] == name), strict=False))


def test_the_sheets_have_chinese_names_in_their_order() -> None:
    assert list(read_xlsx(figures_workbook(sample()))) == [
        "汇总",
        "图表",
        "按类型",
        "按单位",
        "按来源",
        "按类别",
        "按企业",
        "按月",
    ]


def test_the_summary_has_every_count_and_every_rate_with_its_parts() -> None:
    figures = sample()
    rows = {str(row[0]): row for row in read_xlsx(figures_workbook(figures))["汇总"].rows}
    for measure in Measure:
        row = rows[MEANINGS[measure].zh]
        assert [row[1], row[4]] == [getattr(figures.counts, measure.word), measure.word]
    for id, formula in FORMULAS.items():
        rate = getattr(figures.rates, id)
        value = "—" if rate.value is None else rate.value
        assert rows[formula.zh][1:5] == [rate.numerator, rate.denominator, value, id]
    assert rows["截至时刻"][1] == "2023-06-19 00:00:00+0800"
    assert (rows["知悉时刻"][1], rows["台账位置"][1]) == ("按生成时所知", "分区0：12")


def test_what_is_not_closed_whole_is_never_displayed_as_100_percent() -> None:
    sheet = read_xlsx(figures_workbook(sample()))["按单位"]
    column = [str(name) for name in sheet.rows[0]].index(FORMULAS["closure"].zh)
    assert (sheet.values[1, column], sheet.formats[1, column]) == (0.9999, "0.00%")
    assert sheet.values[2, column] == 1.0
    assert sheet.values[3, column] == "—"


def test_units_stand_in_their_official_order_in_the_table_and_in_the_chart() -> None:
    body = figures_workbook(sample())
    sheets = read_xlsx(body)
    assert [row[0] for row in sheets["按单位"].rows[1:]] == ["水科", "分局", "未办件"]
    drawn = sheets["图表"]
    assert [row[0] for row in drawn.rows[:4]] == ["单位", "水科", "分局", "未办件"]
    assert (3, 1) not in drawn.values  # no bar at all for a rate that there is none of
    with ZipFile(BytesIO(body)) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert re.findall(r"<c:f>(.*?)</c:f>", chart)[:2] == ["图表!$A$2:$A$4", "图表!$B$2:$B$4"]


def test_the_header_stays_in_sight_and_has_a_filter() -> None:
    sheet = read_xlsx(figures_workbook(sample()))["按单位"]
    assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', sheet.xml)
    assert '<autoFilter ref="A1:' in sheet.xml


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_could_begin_a_formula_is_defused(start: str) -> None:
    said = f"{start}HYPERLINK(1)"
    assert harmless(said) == f"'{said}"
    sheets = read_xlsx(figures_workbook(sample(unit=said)))
    shown = said if start in "=+-@" else "HYPERLINK(1)"  # white space is gone from a cell
    assert sheets["按单位"].rows[1][0] == harmless(shown)
    assert not any(sheet.formulas for sheet in sheets.values())


@pytest.mark.parametrize("said", ["http://example.org", "1e5", "{=1+1}", "internal:'图表'!A1"])
def test_text_stays_text(said: str) -> None:
    sheet = read_xlsx(figures_workbook(sample(unit=said)))["按单位"]
    assert sheet.rows[1][0] == said
    assert not sheet.formulas
    assert "<hyperlink" not in sheet.xml


def test_the_same_figures_are_the_same_bytes() -> None:
    assert figures_workbook(sample()) == figures_workbook(sample())


def test_a_workbook_of_nothing_can_be_read() -> None:
    sheets = read_xlsx(figures_workbook(figures_of({})))
    assert [row[0] for row in sheets["按单位"].rows] == ["名称"]


def test_a_part_of_a_task_is_shown_as_a_part() -> None:
    assert (count(4.5).text, count(4.0).text, count(1234).text) == ("4.5", "4", "1234")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_no_text_and_no_bar_says_100_percent_before_all_is_done(numerator: int, more: int) -> None:
    rate = wire_rate(Rate(numerator, numerator + more, 1), 10)
    assert percent(rate).text != "100%"
    assert percent(rate).number != 1
    assert "░" in bar(rate).text


def test_a_rate_is_written_without_zeros_that_say_nothing() -> None:
    said = [percent_text(value) for value in (1.0, 0.9999, 0.685, 0.6, 0.0, 0.99999, None)]
    assert said == ["100%", "99.99%", "68.5%", "60%", "0%", "99.99%", "—"]


def test_percentage_points_have_their_sign() -> None:
    said = [points(now, before).text for now, before in ((0.685, 0.58), (0.58, 0.685), (0.5, 0.5))]
    assert said == ["+10.5个百分点", "-10.5个百分点", "0个百分点"]
