"""The report of the demo's half-year: its countable figures are those of the report that the demo follows, in every format."""

from pathlib import Path
from typing import Any, Final

import pytest

from services.cli.main import EXIT_CONFIG, EXIT_USAGE
from tests.support.copied import copied
from tests.support.duban import Ended, Process, asked
from tests.support.office_files import Written, read_docx, read_markdown, read_xlsx

AS_OF: Final = "2023-06-19"
"""The end of 18 June, to which the half-year report counts."""
COHORT: Final = ("--from", "2023-01-01", "--to", "2023-07-01", "--as-of", AS_OF)


@pytest.fixture
def data(finished_demo: Process) -> Path:
    """The folder of the demo, fed to its end."""
    return finished_demo.data


def reported(data: Path, out: Path, *arguments: object) -> bytes:
    said = arguments or ("--period", "2023H1", "--as-of", AS_OF)
    ended = asked("report", *said, "--out", out, "--data", data)
    assert ended.code == 0, ended
    return out.read_bytes()


def figures(data: Path, *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = asked("figures", *COHORT, *arguments, "--json", "--data", data).json
    return found


def headed(written: Written, first: str, *names: str) -> list[list[str]]:
    """The rows of the table that begins with this column and holds these rows."""
    for table in written.tables:
        if table[0][0] == first and set(names) <= {row[0] for row in table}:
            return table
    raise AssertionError(f"no table {first} with {names}")


def test_the_countable_figures_of_the_half_year_report_are_reproduced(data: Path, tmp_path: Path) -> None:
    said = reported(data, tmp_path / "r.md").decode()
    assert "截至2023年6月18日24时" in said
    assert "交办整改市级指令59条、区级指令14条。" in said
    assert "受理各类信访案件59起，办结率100%（59/59）" in said
    assert "现场评估帮扶，责令整改提升企业16家" in said
    assert "活性炭吸附设施治理排查29家，交办整改问题5个" in said
    assert "开展工业炉窑、锅炉排查7家，交办整改问题23个" in said  # 20余个
    assert "督察反馈问题12个" in said
    assert "指令办理情况" in said
    assert "办结率93.15%（68/73）" in said


def test_figures_of_others_stand_beside_with_their_source(data: Path, tmp_path: Path) -> None:
    written = read_markdown(reported(data, tmp_path / "r.md").decode())
    rows = {row[0]: row for row in headed(written, "指标", "空气质量优良天数")}
    assert rows["空气质量优良天数"][1:3] == ["2023年1月1日至6月18日", "115天"]
    assert rows["空气质量优良率"][2] == "68.5%"
    assert rows["PM2.5平均浓度"][2] == "47μg/m³"
    assert rows["环境空气质量综合指数"][2] == "4.87"
    assert rows["群众满意度（居住环境领域）"][1:4] == ["2023年第一季度", "—", "全市第2"]
    assert {row[4] for row in rows.values()} == {"数据来源", "高新区分局2023年上半年工作总结"}
    listed = asked("indicator", "list", "--json", "--data", data).json
    assert [one["name"] for one in listed] == [name for name in rows if name != "指标"]


def test_word_and_markdown_hold_the_same_and_what_figures_say(data: Path, tmp_path: Path) -> None:
    word = read_docx(reported(data, tmp_path / "r.docx"))
    text = read_markdown(reported(data, tmp_path / "r.md").decode())
    assert word.tables == text.tables
    assert len(word.tables) == 12
    found = figures(data)
    for first, groups, some in (("单位", "units", "张范街道"), ("类别", "categories", "扬尘"), ("月份", "periods", "2023-03")):
        table = headed(word, first, some)
        assert [row[0].strip() for row in table[1:]] == [group["name"] for group in found[groups]]
        for row, group in zip(table[1:], found[groups], strict=True):
            counts = group["counts"]
            assert row[1:6] == [
                str(counts["received"]),
                str(counts["closed"]),
                str(counts["closed"] - counts["closed_full"]),
                str(counts["open"]),
                str(counts["overdue_open"]),
            ]
            value = group["rates"]["closure"]["value"]
            assert float(row[6].removesuffix("%")) == pytest.approx(value * 100)
            assert (row[6] == "100%") == (counts["open"] == 0)


def test_excel_holds_what_figures_say(data: Path, tmp_path: Path) -> None:
    sheets = read_xlsx(reported(data, tmp_path / "r.xlsx"))
    found = figures(data)
    units = {row[0]: row for row in sheets["按单位"].rows}
    for group in found["units"]:
        rates = group["rates"]
        expected = [group["counts"][one] for one in ("received", "closed")]
        assert units[group["name"]][1:3] == expected
        assert units[group["name"]][6:8] == [rates["closure"]["value"], rates["on_time_closure"]["value"]]
    by_source = {row[0]: row[1] for row in sheets["按来源"].rows[1:]}
    assert (by_source["市级指令"], by_source["区级指令"]) == (59, 14)
    whole = read_xlsx(workbook_of(data, tmp_path))["汇总"]
    rows = {row[4]: row[1] for row in whole.rows if len(row) > 4 and row[4] in found["counts"]}
    assert rows == found["counts"]


def workbook_of(data: Path, folder: Path) -> bytes:
    ended = asked("figures", *COHORT, "--format", "xlsx", "--out", folder / "f.xlsx", "--data", data)
    assert ended.code == 0, ended
    return (folder / "f.xlsx").read_bytes()


@pytest.mark.parametrize("known_at", ["2023-04-01", "2023-05-15T12:00"])
def test_as_known_then_the_tasks_add_up_to_the_figures_known_then(data: Path, tmp_path: Path, known_at: str) -> None:
    known = ("--period", "2023H1", "--as-of", AS_OF, "--known-at", known_at)
    written = read_markdown(reported(data, tmp_path / "r.md", *known).decode())
    found = figures(data, "--known-at", known_at)
    assert found["counts"]["received"] < 188
    sources = headed(written, "来源", "市级指令", "区级指令")
    families = {group["name"]: group["counts"] for group in found["families"]}
    for place, measure in ((1, "received"), (2, "closed"), (4, "open"), (5, "overdue_open")):
        assert sum(int(row[place]) for row in sources[1:3]) == families["市区指令"][measure]
    assert found["counts"]["overdue_open"] > 0
    overdue = next(table for table in written.tables if table[0][:2] == ["来源", "编号"])
    assert len(overdue) - 1 == found["counts"]["overdue_open"]


def test_the_office_replaces_the_template_by_its_own(data: Path, tmp_path: Path) -> None:
    office = copied(data, tmp_path / "office")
    own = office / "report.docx"
    assert asked("report", "template", "--out", own).code == 0
    assert reported(office, tmp_path / "own.docx") == reported(data, tmp_path / "shipped.docx"), "it is not edited yet"
    own.write_bytes(b"nothing of Word")
    refused = asked("report", "--period", "2023H1", "--out", tmp_path / "r.docx", "--data", office)
    says(refused, EXIT_CONFIG, "report.docx", "no Word document")


def says(ended: Ended, code: int, *words: str) -> None:
    assert (ended.code, ended.out) == (code, ""), ended
    assert ended.err.count("\n") == 1, ended.err
    assert all(word in ended.err for word in words), ended.err


def test_bad_files_of_the_office_are_told_in_one_line(data: Path, tmp_path: Path) -> None:
    bad = tmp_path / "indicators.toml"
    bad.write_text('[[indicator]]\nname = "x"\n', encoding="utf-8")
    says(asked("indicator", "check", bad), EXIT_CONFIG, "indicators.toml", "indicator x: period is missing")
    office = copied(data, tmp_path / "office")
    (office / "report.toml").write_text('title = "{nothing}"', encoding="utf-8")
    refused = asked("report", "--period", "2023H1", "--out", tmp_path / "r.md", "--data", office)
    says(refused, EXIT_CONFIG, "report.toml", "title")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--out", "r.md"),
        ("--period", "2023H3", "--out", "r.md"),
        ("--period", "2023H1", "--from", "2023-01-01", "--out", "r.md"),
        ("--from", "2023-01-01", "--out", "r.md"),
        ("--from", "2023-02-01", "--to", "2023-01-01", "--out", "r.md"),
        ("--period", "2023H1"),
        ("--period", "2023H1", "--out", "r.pdf"),
        ("--period", "2023H1", "--out", "no/such/folder/r.md"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(data: Path, arguments: tuple[str, ...]) -> None:
    ended = asked("report", *arguments, "--data", data)
    assert (ended.code, ended.out) == (EXIT_USAGE, "")
    assert "Invalid value" in ended.err
