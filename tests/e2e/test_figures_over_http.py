"""A half-year over HTTP: every count leads to a list as long as it is large, and every form of the figures says the same."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from shared.domain.formula import FORMULAS
from shared.domain.measure import MEANINGS
from tests.support.duban import Process, asked, started

AS_OF: Final = "2023-07-01T00:00:00+08:00"
EARLIER: Final = "2023-05-01T00:00:00+08:00"
HALF_YEAR: Final = {"from": "2023-01-01", "to": "2023-07-01", "as_of": AS_OF}
GROUPS: Final = ("families", "sources", "units", "categories", "enterprises", "periods")
MARCH: Final = HALF_YEAR | {"from": "2023-03-01", "to": "2023-04-01"}
JUNE: Final = HALF_YEAR | {"from": "2023-06-01"}
"""When the shared matter was received."""
SPLITS: Final = dict(zip(("family", "source", "unit", "category", "enterprise", "period"), GROUPS, strict=True))

Document = dict[str, Any]


def event(id_: str, type_: str, subject: str, time: str, **data: Any) -> Document:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "city-command",
        "type": f"duban.{type_}.v1",
        "subject": subject,
        "time": f"{time}+08:00",
        "data": data,
    }


SHARED: Final = (
    event("x-1", "directive.issued", "X-1", "2023-06-30T09:00:00", title="两家共办", unit="gxq-zjj", weight=0.5),
    event("x-2", "task.transferred", "X-1", "2023-06-30T10:00:00", to_unit="gxq-cg"),
)
"""What the half-year has none of: half a matter without a category, which went from one unit to another."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo, fed to its end and still running, and the shared matter."""
    with started("demo", "--port", 0, "--seconds", 1, data=tmp_path_factory.mktemp("demo") / "data") as demo:
        demo.prints("The half-year is fed", within=90)
        push(demo, *SHARED)
        yield demo


@pytest.fixture(scope="module")
def client(demo: Process) -> Iterator[httpx.Client]:
    page = demo.out[demo.out.index("http://") :].split()[0]
    with httpx.Client(base_url=page, trust_env=False, timeout=20) as client:
        yield client


def push(demo: Process, *events: Document) -> None:
    file = demo.data / "pushed.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    pushed = asked("push", file, "--data", demo.data)
    assert pushed.code == 0, pushed


def got(client: httpx.Client, path: str, parameters: Mapping[str, str] | None = None) -> Document:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    found: Document = answer.json()
    return found


def walk(client: httpx.Client, group: Document, measures: Iterable[str]) -> int:
    """Follow counts of a group to their lists; how many there were. One line of each list will do: its total and its weight
    are of the whole.
    """
    followed = list(measures)
    for measure in followed:
        listed = got(client, f"{group['tasks']}{measure}&limit=1")
        assert (listed["measure"], listed["weight"]) == (measure, group["counts"][measure]), group["tasks"]
        assert len(listed["tasks"]) == min(listed["total"], 1)
    return len(followed)


def there(group: Document) -> list[str]:
    """The measures of which a group has any."""
    return [measure for measure, count in group["counts"].items() if count]


def test_every_count_leads_to_a_list_as_long_as_it_is_large(client: httpx.Client) -> None:
    figures = got(client, "/api/v1/figures", HALF_YEAR)
    assert figures["counts"]["received"] == 188.5
    assert figures["counts"]["moved_out"] == 0.5
    assert walk(client, figures, figures["counts"]) == len(MEANINGS)
    for name in ("families", "sources", "periods"):
        assert figures[name], name
        # Zeros, too; but of what the whole has none of, which was seen, no part of it has any.
        walked = sum(walk(client, group, there(figures)) for group in figures[name])
        assert walked == len(there(figures)) * len(figures[name])


@pytest.mark.parametrize("name", ["units", "categories", "enterprises"])
def test_so_does_every_count_of_units_categories_and_enterprises(client: httpx.Client, name: str) -> None:
    """Of the half-year every group and every measure, of two months, whose lists are shorter, every measure of every group."""
    groups = got(client, "/api/v1/figures", HALF_YEAR)[name]
    assert len(groups) > 5
    seen: set[str] = set()
    for group in groups:
        walk(client, group, {"received"} | set(there(group)) - seen)
        seen |= set(there(group))
    assert len(seen) > 15
    for month in (MARCH, JUNE):
        parts = got(client, "/api/v1/figures", month)[name]
        assert sum(walk(client, part, there(part)) for part in parts) > 20


def test_the_counts_as_they_were_known_earlier_lead_to_the_tasks_as_they_were_known(client: httpx.Client) -> None:
    then = got(client, "/api/v1/figures", {"as_of": EARLIER, "known_at": EARLIER})
    hindsight = got(client, "/api/v1/figures", {"as_of": AS_OF, "known_at": EARLIER})
    now = got(client, "/api/v1/figures", {"as_of": AS_OF})
    assert 0 < then["counts"]["closed"] == hindsight["counts"]["closed"] < now["counts"]["closed"]
    assert hindsight["counts"]["overdue_open"] > then["counts"]["overdue_open"]
    for figures in (then, hindsight):
        walked = walk(client, figures, figures["counts"])
        assert walked + sum(walk(client, group, there(group)) for group in figures["families"]) > len(MEANINGS)
    listed = got(client, f"{then['tasks']}open&limit=1000")["tasks"]
    assert {task["state"] for task in listed} <= {"pending", "handling", "suspended", "in_review"}


def test_a_list_is_whole_over_its_pages_in_order(client: httpx.Client) -> None:
    path = f"{got(client, '/api/v1/figures', HALF_YEAR)['tasks']}received"
    pages = [got(client, f"{path}&limit=50&offset={offset}")["tasks"] for offset in range(0, 200, 50)]
    whole = got(client, f"{path}&limit=1000")
    assert [task for page in pages for task in page] == whole["tasks"]
    places = [(task["received_at"], task["source"], task["number"]) for task in whole["tasks"]]
    assert places == sorted(set(places))
    assert (whole["total"], whole["weight"]) == (189, 188.5) == (len(places), whole["weight"])


def test_the_page_of_a_list_shows_the_tasks_of_the_list(client: httpx.Client) -> None:
    path = f"{got(client, '/api/v1/figures', HALF_YEAR)['tasks']}overdue_open"
    listed, page = got(client, path), client.get(path.replace("/api/v1/tasks", "/tasks")).text
    assert listed["total"] > 0
    assert page.count('<th scope="row">') == listed["total"]
    assert all(task["title"] in page for task in listed["tasks"])


@pytest.mark.parametrize("by", list(SPLITS))
def test_the_csv_file_says_cell_by_cell_what_the_json_says(client: httpx.Client, by: str) -> None:
    figures = got(client, "/api/v1/figures", HALF_YEAR)
    answer = client.get("/api/v1/figures.csv", params=HALF_YEAR | {"by": by})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""))
    groups = [*figures[SPLITS[by]], {"name": "合计", "key": "", "within": None} | figures]
    assert len(rows) == len(groups) > 1
    for row, group in zip(rows, groups, strict=True):
        said = dict(zip(head[1:], row[1:], strict=True))
        assert (row[0], said["代码"], said["上级单位"]) == (group["name"], group["key"], group["within"] or "")
        assert (said["统计时点"], said["知情时点"]) == (AS_OF, "")
        for measure, meaning in MEANINGS.items():
            assert float(said[meaning.zh]) == group["counts"][measure.word], (group["name"], measure)
        for id_, formula in FORMULAS.items():
            rate = group["rates"][id_]
            parts = [said[f"{formula.zh}{part}"] for part in ("", "分子", "分母")]
            assert [float(part) if part else None for part in parts] == [rate["value"], rate["numerator"], rate["denominator"]]


def test_the_command_writes_the_same_json_and_the_same_bytes(demo: Process, client: httpx.Client, tmp_path: Path) -> None:
    options = ["--from", "2023-01-01", "--to", "2023-07-01", "--as-of", AS_OF, "--family", "complaint", "--data", demo.data]
    parameters = HALF_YEAR | {"family": "complaint"}
    assert asked("figures", *options, "--json").json == got(client, "/api/v1/figures", parameters)
    file = tmp_path / "units.csv"
    written = asked("figures", *options, "--by", "unit", "--format", "csv", "--out", file)
    assert (written.code, written.out) == (0, "")
    assert file.read_bytes() == client.get("/api/v1/figures.csv", params=parameters | {"by": "unit"}).content
    sheets = tmp_path / "figures.xlsx"
    assert asked("figures", *options, "--format", "xlsx", "--out", sheets).code == 0
    assert sheets.read_bytes() == client.get("/api/v1/figures.xlsx", params=parameters).content


def test_the_command_says_what_it_cannot_write(demo: Process, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "units.csv"
    for options in (["--out", nowhere], ["--format", "csv", "--out", nowhere]):
        refused = asked("figures", *options, "--data", demo.data)
        assert refused.code == 2
        assert "--out" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_stream_sends_the_whole_figures_and_newer_ones_after_a_push(demo: Process, client: httpx.Client) -> None:
    with client.stream("GET", "/api/v1/figures/stream", params={"scope": "family.directive"}) as response:
        messages = streamed(response)
        id_, first = next(messages)
        assert first["asked"]["family"] == "directive"
        assert first["units"]
        assert id_ == f"0:{first['positions']['0']}"
        push(demo, event("x-3", "directive.issued", "X-2", "2023-07-01T09:00:00", title="河道清理", unit="gxq-cg"))
        id_, newer = next(messages)
        while newer["counts"]["received"] == first["counts"]["received"]:
            id_, newer = next(messages)
    assert newer["counts"]["received"] == first["counts"]["received"] + 1
    assert newer["positions"]["0"] > first["positions"]["0"]
    assert newer["as_of"] > first["as_of"]
    assert id_ == f"0:{newer['positions']['0']}"
    again = got(client, "/api/v1/figures", {"family": "directive", "as_of": newer["as_of"]})
    assert again["counts"] == newer["counts"]


def streamed(response: httpx.Response) -> Iterator[tuple[str, Document]]:
    """The messages of a stream with their ids; the client's time limit ends a wait in vain."""
    said: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, text = line.partition(": ")
            said[name] = text
            continue
        if said.get("event") == "figures":
            yield said["id"], json.loads(said["data"])
        said = {}
