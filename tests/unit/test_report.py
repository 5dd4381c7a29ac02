"""A report says in the words of the field what the figures say, and never more than they do."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.command import Command
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.domain.task import Task
from shared.domain.timeline import standing
from shared.domain.value import replace
from shared.figures.period import read_period
from shared.figures.table import Cell, Table
from shared.report.compose import compose
from shared.report.content import Report
from shared.report.indicators import BadIndicators, load_indicators, within
from shared.report.office import BadReport, OfficeReport, SpecialInspection, fill, load_office
from shared.report.tasks import Counted
from tests.support.report_sample import AS_OF, counts, material
from tests.support.sample import SHANGHAI, register
from tests.support.scenario import given, the

COMPLAINT, DIRECTIVE, RECTIFICATION = Family.COMPLAINT, Family.DIRECTIVE, Family.RECTIFICATION
RECEIVED = AS_OF - timedelta(days=40)


def words(report: Report) -> str:
    return "\n".join(paragraph for section in report.sections for paragraph in section.paragraphs)


def table(report: Report, name: str) -> Table:
    return next(table for section in report.sections for table in section.tables if table.name == name)


def texts(rows: tuple[tuple[Cell, ...], ...]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def made(command: Command, **more: Any) -> Counted:
    return counted(replace(the(given(command).task), **more))


def counted(task: Task, received_at: datetime = RECEIVED) -> Counted:
    due = received_at + timedelta(days=30)
    return Counted(task, standing(task, AS_OF), received_at.astimezone(SHANGHAI).date(), task.unit or "", due)


def test_complaints_are_told_in_the_phrase_of_the_field_with_both_parts_of_the_rate() -> None:
    said = words(compose(material({COMPLAINT: counts(59, 59)})))
    assert "受理各类信访案件59起，办结率100%（59/59）。已办结59起，阶段性办结0起，未办结0起；" in said


def test_100_percent_is_not_said_while_one_of_many_is_open() -> None:
    report = compose(material({COMPLAINT: counts(254_592, 254_567)}))
    assert "办结率99.99%（254567/254592）" in words(report)
    assert "，办结率100%" not in words(report)
    assert [row[6] for row in texts(table(report, "按类型").rows)] == ["99.99%"]


def test_what_is_closed_for_the_stage_is_told_apart() -> None:
    said = words(compose(material({DIRECTIVE: counts(20, 12, stage=5)})))
    assert "已办结7条，阶段性办结5条，未办结8条" in said


def test_what_ended_otherwise_is_named_and_not_counted_in_the_rate() -> None:
    said = words(compose(material({COMPLAINT: counts(10, 9, merged=2, not_accepted=1)})))
    assert "不予受理1件、合并2件（不计入办结率）" in said


def test_a_rate_without_a_denominator_is_neither_0_nor_100_percent() -> None:
    report = compose(material({}))
    assert "办结率—（分母为0），按期办结率—（分母为0）" in words(report)
    assert "%（" not in words(report)


def test_the_line_below_the_title_says_what_the_report_is_true_for() -> None:
    report = compose(material({DIRECTIVE: counts(1, 1)}, settings=OfficeReport(office="某局")))
    assert report.title == "某局2023年上半年督办工作情况"
    assert report.as_of == "截至2023年6月18日24时，按生成报告时所知；台账位置0:12；时区Asia/Shanghai"


def test_a_family_without_tasks_has_no_section() -> None:
    headings = [section.heading for section in compose(material({DIRECTIVE: counts(1, 1)})).sections]
    assert headings == [
        "一、总体情况",
        "二、指令办理情况",
        "三、逾期未办结事项",
        "四、与上年同期比较",
        "五、附表",
        "六、数据口径",
    ]


def test_the_same_period_of_last_year_stands_beside_with_the_difference() -> None:
    now, before = {COMPLAINT: counts(40, 30, overdue=2)}, {COMPLAINT: counts(50, 30, overdue=5)}
    rows = texts(table(compose(material(now, before)), "同比").rows)
    assert ["信访投诉", "收到", "40", "50", "-10"] in rows
    assert ["信访投诉", "逾期在办", "2", "5", "-3"] in rows
    assert ["信访投诉", "办结率", "75%", "60%", "+15个百分点"] in rows


def test_a_last_year_that_has_nothing_is_a_dash_and_not_zero() -> None:
    rows = texts(table(compose(material({COMPLAINT: counts(40, 30)})), "同比").rows)
    assert len(rows) == 12
    assert {tuple(row[3:]) for row in rows} == {("—", "—")}


def test_a_family_that_last_year_had_none_of_is_a_dash_beside_one_that_it_had() -> None:
    now = {DIRECTIVE: counts(3, 1), COMPLAINT: counts(40, 30)}
    rows = texts(table(compose(material(now, {COMPLAINT: counts(10, 10)})), "同比").rows)
    assert ["市区指令", "收到", "3", "—", "—"] in rows
    assert ["信访投诉", "收到", "40", "10", "+30"] in rows


def test_sources_have_the_names_and_the_order_of_the_office() -> None:
    tasks = tuple(
        made(register(RECEIVED), owner=source, number=str(nth))
        for nth, source in enumerate(["b-district", "a-city", "b-district", "c-other"])
    )
    settings = OfficeReport(sources={"b-district": "区级指令", "a-city": "市级指令"})
    said = words(compose(material({DIRECTIVE: counts(4, 0)}, tasks=tasks, settings=settings)))
    assert "交办整改区级指令2条、市级指令1条、c-other1条。" in said


def test_problems_of_a_special_inspection_are_told_apart_from_those_of_the_feedback() -> None:
    problem = register(RECEIVED, family=RECTIFICATION)
    tasks = (
        made(problem, number="1"),
        made(problem, number="2", batch="炉窑排查", enterprise=("甲厂",)),
        made(problem, number="3", batch="炉窑排查", enterprise=("甲厂", "乙厂")),
    )
    settings = OfficeReport(campaign=(SpecialInspection(batch="炉窑排查", checked=7),))
    report = compose(material({RECTIFICATION: counts(3, 0)}, tasks=tasks, settings=settings))
    assert "督察反馈问题1个，已完成整改0个，正在整改1个。" in words(report)
    assert "开展炉窑排查，排查企业7家，交办整改问题2个，已完成整改0个。" in words(report)
    unchecked = OfficeReport(campaign=(SpecialInspection(batch="炉窑排查"),))
    again = compose(material({RECTIFICATION: counts(3, 0)}, tasks=tasks, settings=unchecked))
    assert "开展炉窑排查，涉及企业2家，交办整改问题2个" in words(again)


def test_what_is_overdue_is_listed_the_longest_first_with_the_days() -> None:
    late = made(register(RECEIVED))
    assert late.has(Measure.OVERDUE_OPEN)
    earlier = Counted(late.task, late.bits, read_period("2022").since, "gone", late.due and late.due - timedelta(hours=1))
    report = compose(material({DIRECTIVE: counts(1, 0, overdue=1)}, tasks=(late, earlier)))
    rows = texts(table(report, "逾期事项").rows)
    assert [(row[3], row[6]) for row in rows] == [("gone", "11"), ("分局", "10")]
    assert "逾期未办结事项2件，其中本期收到1件，以前收到1件" in words(report)


def test_nothing_overdue_is_said_in_words() -> None:
    assert "截至时刻无逾期未办结事项。" in words(compose(material({DIRECTIVE: counts(1, 1)})))


INDICATORS = """\
[[indicator]]
name = "空气质量优良率"
period = "2023-01-01..2023-06-18"
value = 68.5
unit = "%"
source = "某站"
recorded_on = 2023-06-18

[[indicator]]
name = "群众满意度"
period = "2023Q3"
rank = 2
source = "某局"
recorded_on = 2023-10-08
"""


def test_figures_of_others_stand_beside_under_their_own_heading_and_change_no_rate(tmp_path: Path) -> None:
    file = tmp_path / "indicators.toml"
    file.write_text(INDICATORS, encoding="utf-8")
    shown = within(load_indicators(file), read_period("2023H1"))
    report = compose(material({DIRECTIVE: counts(2, 1)}, indicators=shown))
    rows = texts(table(report, "外部指标").rows)
    assert rows == [["空气质量优良率", "2023年1月1日至6月18日", "68.5%", "—", "某站", "2023-06-18", "—"]]
    without = compose(material({DIRECTIVE: counts(2, 1)}))
    assert words(report) == words(without)
    assert table(report, "按类型") == table(without, "按类型")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('period = "2023Q3"', 'period = "last year"', "indicator 群众满意度: period: 'last year' is no period"),
        ("rank = 2\n", "", "indicator 群众满意度: neither value nor rank"),
        ("value = 68.5", "value = true", "indicator 空气质量优良率: value: is no whole number"),
        ('source = "某站"', 'source = ""', "indicator 空气质量优良率: source: is empty"),
        ("recorded_on = 2023-06-18", 'recorded_on = "June"', "indicator 空气质量优良率: recorded_on: 'June' is no date"),
        ('unit = "%"', 'units = "%"', "indicator 空气质量优良率: units is no field; did you mean unit?"),
        ("[[indicator]]", "[[indicator]", "line 1"),
    ],
)
def test_a_bad_file_of_indicators_is_refused_with_the_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    file = tmp_path / "indicators.toml"
    file.write_text(INDICATORS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadIndicators, match=r"indicators\.toml") as refused:
        load_indicators(file)
    assert where in str(refused.value)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ('title = "{year}"', "title: {year} is no field"),
        ('[phrases]\ncomplaints = "{received"', "phrases: complaints: a brace"),
        ('[phrases]\ncomplaints = "{received.__class__}"', "phrases: complaints: a brace"),
        ("[[campaign]]\nchecked = 3", "campaign no. 1: batch is missing"),
        ('[[campaign]]\nbatch = "x"\nchecked = -1', "campaign no. 1: checked: -1 is less than 0"),
        ("[sources]\ncity = 1", "sources: city: 1 is no text: write it in quotes"),
    ],
)
def test_a_bad_report_file_is_refused_with_the_place(tmp_path: Path, said: str, where: str) -> None:
    file = tmp_path / "report.toml"
    file.write_text(said, encoding="utf-8")
    with pytest.raises(BadReport, match=r"report\.toml") as refused:
        load_office(file)
    assert where in str(refused.value)


def test_without_a_file_the_report_has_its_usual_words(tmp_path: Path) -> None:
    assert load_office(tmp_path / "report.toml") == OfficeReport()
    assert fill("{received}起，{checked}家", {"received": "{checked}"}) == "{checked}起，—家"
