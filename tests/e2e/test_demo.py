"""The demo: a district's half-year comes out as its report counts it."""

import shlex
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.main import EXIT_CONFIG
from tests.support.duban import Process, asked, duban

DAY_OF_THE_REPORT = "2023-06-19"


@pytest.fixture
def demo(finished_demo: Process) -> Process:
    """The demo, fed to its end and still running."""
    return finished_demo


def figures(demo: Process, family: str, *arguments: str) -> dict[str, Any]:
    cohort = ("--from", "2023-01-01", "--to", "2023-07-01", "--as-of", DAY_OF_THE_REPORT)
    found: dict[str, Any] = asked("figures", "--family", family, *cohort, *arguments, "--json", "--data", demo.data).json
    return found


def test_the_figures_are_those_of_the_report(demo: Process) -> None:
    complaints = figures(demo, "complaint")
    assert (complaints["counts"]["received"], complaints["counts"]["closed"], complaints["counts"]["open"]) == (59, 59, 0)
    closure = complaints["rates"]["closure"]
    assert (closure["numerator"], closure["denominator"], closure["value"]) == (59, 59, 1.0)
    directives = figures(demo, "directive")
    assert directives["counts"]["received"] == 59 + 14
    assert sum(group["counts"]["received"] for group in directives["units"]) == 59 + 14


def test_there_is_something_to_see(demo: Process) -> None:
    counts = asked("figures", "--as-of", "2023-07-01", "--json", "--data", demo.data).json["counts"]
    assert counts["overdue_open"] > 0
    assert counts["closed_late"] > 0
    said = demo.out
    page = said[said.index("http://") :].split()[0]
    assert "督办" in httpx.get(page, trust_env=False, timeout=5).text
    shown = demo.meanwhile(lambda: figures_of(page), "shows figures", within=5)
    assert shown["families"], shown
    assert shown["unregistered_units"] == []


def figures_of(page: str) -> dict[str, Any]:
    answer = httpx.get(f"{page}/api/v1/figures", trust_env=False, timeout=5)
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found


def test_nothing_of_it_was_refused_and_its_books_are_in_order(demo: Process) -> None:
    assert asked("rejected", "list", "--json", "--data", demo.data).json == []
    recount = asked("recount", "--json", "--data", demo.data)
    assert (recount.code, recount.json["differences"]) == (0, [])
    assert asked("ledger", "verify", "--data", demo.data).code == 0
    assert "not taken" not in demo.err


def test_a_command_that_it_prints_works(demo: Process) -> None:
    printed = next(line for line in demo.out.splitlines() if line.startswith("  ") and " figures --from" in line)
    command, *arguments = shlex.split(printed)
    assert shutil.which(command), "it is called by a name that the terminal knows"
    shown = asked(*arguments)
    assert shown.code == 0
    assert "as of 2023-06-19 00:00" in shown.out


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("years of work", encoding="utf-8")
    ended = duban("demo", "--port", 0, "--data", kept.parent)
    assert (ended.code, ended.out) == (EXIT_CONFIG, "")
    assert ended.err == f"duban: {kept.parent} holds something else than a demo; name another folder with --data\n"
    assert kept.read_text(encoding="utf-8") == "years of work"
