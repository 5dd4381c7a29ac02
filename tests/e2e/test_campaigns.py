"""`duban campaign` as a user runs it, and campaigns in a running `duban up`."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from services.cli.main import EXIT_CONFIG, EXIT_USAGE
from shared.clock import SystemClock
from tests.support.campaigns import ENTERPRISES, FILE, OWNER, written
from tests.support.deadline import met
from tests.support.duban import asked, duban, up
from tests.support.sample import SHANGHAI

NUMBER = "hazardous-waste-2023:2023-04下"


def running_now() -> str:
    """The sample with periods of 14 days, of which one is over, one current and one to come."""
    today = SystemClock().now().astimezone(SHANGHAI).date()
    text = FILE.replace('"half_month"', "{days = 14}").replace("2023-04-01", str(today - timedelta(days=20)))
    return text.replace("2023-07-10", str(today + timedelta(days=21)))


def shown(data: Path, number: str) -> str:
    """A task as a person reads it; nothing while there is none."""
    return asked("task", "show", OWNER, number, "--data", data).out


def test_the_periods_of_each_campaign_are_listed(tmp_path: Path) -> None:
    written(tmp_path / "campaigns")
    written(tmp_path / "campaigns", running_now().replace("hazardous-waste-2023", "now"), "now.toml")
    now, past = sorted(asked("campaign", "list", "--json", "--data", tmp_path).json, key=lambda one: str(one["id"] != "now"))
    assert [one["state"] for one in now["periods"]] == ["over", "current", "to come"]
    assert (past["owner"], past["every"], past["due"], len(past["enterprises"])) == (OWNER, "half_month", "period_end", 3)
    assert past["periods"][1] == {"number": NUMBER, "first": "2023-04-16", "last": "2023-04-30", "state": "over"}
    assert {one["state"] for one in past["periods"]} == {"over"}

    listed = asked("campaign", "list", "--data", tmp_path).out
    assert "危险废物百日攻坚拉网排查" in listed
    assert "gx-bureau, directive, SOLID-WASTE, every half month, due period_end, 3 enterprises" in listed
    assert "2023-04-16 – 2023-04-30" in listed


def test_an_installation_without_campaigns_says_so(tmp_path: Path) -> None:
    assert asked("campaign", "list", "--data", tmp_path).out == f"no campaign in {tmp_path / 'campaigns'}\n"
    assert asked("campaign", "list", "--data", tmp_path, "--json").json == []


def test_a_file_is_checked(tmp_path: Path) -> None:
    good = written(tmp_path)
    assert asked("campaign", "check", good, "--json", "--data", tmp_path).json["id"] == "hazardous-waste-2023"
    assert NUMBER in asked("campaign", "check", good, "--data", tmp_path).out

    bad = written(tmp_path, FILE.replace("half_month", "fortnight"), "bad.toml")
    ended = asked("campaign", "check", bad, "--data", tmp_path)
    assert (ended.code, ended.out) == (EXIT_CONFIG, "")
    assert ended.err.startswith(f"duban: {bad}: every: write half_month")


def test_the_events_of_a_period_are_printed_and_may_be_pushed(tmp_path: Path) -> None:
    file = written(tmp_path)
    ended = asked("campaign", "events", file, "--on", "2023-04-20", "--data", tmp_path)
    given, split = map(json.loads, ended.out.splitlines())
    assert (given["id"], split["id"], given["time"]) == (NUMBER, f"{NUMBER}:split", "2023-04-16T00:00:00+08:00")

    lines, data = tmp_path / "period.jsonl", tmp_path / "data"
    lines.write_text(ended.out, encoding="utf-8")
    with up(data):
        assert asked("push", lines, "--data", data, "--json").json["accepted"] == 2


@pytest.mark.parametrize(("on", "said"), [("2023-07-11", "2023-04-01 until 2023-07-10"), ("April", "'April' is no day")])
def test_a_day_without_a_period_is_refused(tmp_path: Path, on: str, said: str) -> None:
    ended = asked("campaign", "events", written(tmp_path), "--on", on, "--data", tmp_path)
    assert (ended.code, ended.out) == (EXIT_USAGE, "")
    assert said in ended.err


def test_a_running_duban_gives_the_periods_that_have_begun(tmp_path: Path) -> None:
    written(tmp_path / "campaigns", running_now())
    numbers = [one["number"] for one in asked("campaign", "list", "--json", "--data", tmp_path).json[0]["periods"]]
    with up(tmp_path):
        for number in numbers[:2]:
            assert ENTERPRISES[2] in met(partial(shown, tmp_path, f"{number}/3"), 20, number)
        assert asked("task", "show", OWNER, numbers[2], "--data", tmp_path).code != 0, "it has not begun"


def test_one_service_alone_refuses_a_bad_file(tmp_path: Path) -> None:
    written(tmp_path / "campaigns", FILE.replace("half_month", "fortnight"))
    assert duban("migrate", "--data", tmp_path).code == 0
    ended = duban("serve", "intake", "--data", tmp_path, env={"DUBAN_NATS_URL": "nats://127.0.0.1:1"})
    assert (ended.code, ended.out) == (EXIT_CONFIG, "")
    assert "every: write half_month" in ended.err
