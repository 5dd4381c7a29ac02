"""Trends and signals of the demo's half-year, as a supervisor asks for them."""

import csv
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.cli.main import EXIT_CONFIG, EXIT_USAGE
from tests.support.copied import copied
from tests.support.duban import Process, asked

HALF_YEAR = ("--from", "2023-01-01", "--to", "2023-07-01")


@pytest.fixture
def data(finished_demo: Process) -> Path:
    """The folder of a demo that was fed to its end."""
    return finished_demo.data


def told(data: Path, *arguments: object) -> Any:
    return asked(*arguments, "--json", "--data", data).json


def test_a_trend_holds_together_and_ends_where_the_figures_are(data: Path) -> None:
    for by, number in (("day", 170), ("week", 26), ("month", 6)):
        trend = told(data, "trend", "--by", by, *HALF_YEAR, "--as-of", "2023-06-19T12:00")
        points = trend["points"]
        assert len(points) == number
        for former, following in pairwise(points):
            assert former["flow"]["open"] == following["flow"]["opening"]
            assert former["until"] == following["since"]
        assert [point["whole"] for point in points[-2:]] == [True, False]
        figures = told(data, "figures", "--as-of", "2023-06-19T12:00")
        assert (points[-1]["counts"], points[-1]["rates"]) == (figures["counts"], figures["rates"])
        assert sum(point["flow"]["received"] for point in points) == figures["counts"]["received"] == 188


def test_a_trend_of_one_family_is_written_for_each_reader(data: Path) -> None:
    question = ("trend", "--by", "month", *HALF_YEAR, "--as-of", "2023-07-01", "--family", "complaint", "--data", data)
    text = asked(*question).out
    assert "2023-06" in text
    assert "###" in text
    document = asked(*question, "--format", "markdown").out
    assert document.startswith("# 趋势 2023-01-01 至 2023-07-01（不含）")
    sheet = list(csv.DictReader(StringIO(asked(*question, "--format", "csv").out)))
    assert [row["key"] for row in sheet] == [f"2023-0{month}" for month in range(1, 7)]
    assert sum(int(row["received"]) for row in sheet) == 59
    assert (sheet[-1]["closure_numerator"], sheet[-1]["closure_denominator"], sheet[-1]["whole"]) == ("59", "59", "1")


def test_a_period_that_ends_before_it_begins_is_refused(data: Path) -> None:
    for command in ("trend", "signals"):
        refused = asked(command, "--from", "2023-02-01", "--to", "2023-02-01", "--data", data)
        assert refused.code == EXIT_USAGE
        assert "--to" in refused.err


def test_signals_say_what_they_rest_on_and_name_no_person(data: Path) -> None:
    found = told(data, "signals", *HALF_YEAR)
    assert found == told(data, "signals", *HALF_YEAR)
    assert found["signals"]
    order = [unit["code"] for unit in told(data, "units")]
    places = [order.index(one["unit"]) for one in found["signals"]]
    assert places == sorted(places)
    for one in found["signals"]:
        assert one["count"] >= one["threshold"]
        assert set(one["occurrences"][0]) == {"source", "subject", "at", "due"}
        assert one["name"] in one["zh"]
        assert one["name"] in one["en"]
        task = one["occurrences"][0]
        assert told(data, "task", "show", task["source"], task["subject"])["number"] == task["subject"]
    of_one = told(data, "signals", *HALF_YEAR, "--unit", order[places[0]])
    assert {one["unit"] for one in of_one["signals"]} <= {one["unit"] for one in found["signals"]}
    shown = asked("signals", *HALF_YEAR, "--data", data).out
    assert found["signals"][0]["zh"] in shown
    assert "no judgement of anyone" in shown


def test_an_office_sets_its_own_thresholds(data: Path, tmp_path: Path) -> None:
    own = copied(data, tmp_path / "own")
    file = own / "signals.toml"
    file.write_text("same_text_tasks = 500\nsame_review_tasks = 500\n")
    found = told(own, "signals", *HALF_YEAR)
    assert found["thresholds"]["same_text_tasks"] == 500
    assert found["signals"] != told(data, "signals", *HALF_YEAR)["signals"]
    assert not [one for one in found["signals"] if one["kind"] in ("same-text", "same-review")]
    file.write_text("same_text_tasks = 1\n")
    refused = asked("signals", *HALF_YEAR, "--data", own)
    assert refused.code == EXIT_CONFIG
    assert "signals.toml: same_text_tasks: " in refused.err
