"""`duban up` and `duban push`: what is promised to whoever starts it and to whoever sends to it."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import orjson
import pytest

from contracts import subjects
from contracts.subjects import Inbound
from shared.messaging.broker import connect, make_broker, stop
from shared.messaging.streams import provision
from tests.support import servers
from tests.support.bad_pushes import SOURCE, bad_lines, directive, just_now, on_task
from tests.support.duban import SCRIPT, Ended, Up, asked, duban, surroundings, up
from tests.support.pushed import raw

HARD_NAME = "督办 100%25 #1?a=b [data]"
"""A folder as somebody's desktop may hold it: each of these characters means something to a URL, a shell or a terminal."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """`duban up`, for all tests that only push to it."""
    with up(tmp_path_factory.mktemp("up") / HARD_NAME) as running:
        yield running


def pushed(running: Up, folder: Path, *lines: bytes, arguments: tuple[str, ...] = ("--json",)) -> Ended:
    """Push lines as a file."""
    file = folder / "pushed.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return asked("push", file, "--data", running.data, *arguments)


def counts(summary: dict[str, Any]) -> dict[str, int]:
    return {kind: summary[kind] for kind in ("accepted", "duplicate", "parked", "rejected", "unanswered") if summary[kind]}


def test_it_says_where_everything_is_and_its_example_works_as_printed(running: Up, tmp_path: Path) -> None:
    said = running.process.out
    assert f"  data   {running.data}\n  people nobody is told" in said
    assert running.figures() == {} or running.figures()["scope"] == "all"
    example = re.search(r"from another terminal:\n\n(.*)", said, re.DOTALL)
    assert example, said
    path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["/bin/sh", "-ec", example[1]],
        cwd=tmp_path,
        env=surroundings({"PATH": path}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran
    assert "accepted 1" in ran.stdout
    shown = asked("task", "show", "city-command", "ZB-001", "--data", running.data)
    assert "工地扬尘整改" in shown.out


def test_nothing_is_written_beside_the_data_folder(running: Up) -> None:
    assert [child.name for child in running.data.parent.iterdir()] == [HARD_NAME]
    assert (running.data / "duban.db").exists()


def test_every_push_is_answered_and_counted(running: Up, tmp_path: Path) -> None:
    first, early = raw(directive("counted")), raw(on_task("signed", "nobody-issued-it"))
    taken = pushed(running, tmp_path, first, b"", first, early)
    assert (taken.code, taken.json["pushed"]) == (0, 3), "a blank line is none"
    assert counts(taken.json) == {"accepted": 1, "duplicate": 1, "parked": 1}
    assert [(one["line"], one["outcome"], one["id"]) for one in taken.json["remarks"]] == [
        (3, "parked", "signed-nobody-issued-it")
    ]

    again = pushed(running, tmp_path, first, early)
    assert (again.code, counts(again.json)) == (0, {"duplicate": 2})

    wrong = pushed(running, tmp_path, first, b"{}", arguments=())
    assert wrong.code == 1
    assert "accepted 0 · duplicate 1 · parked 0 · rejected 1 · unanswered 0" in wrong.out
    assert "$.specversion" in wrong.out


def test_what_the_server_would_not_even_take_is_refused_alone(running: Up, tmp_path: Path) -> None:
    lines = [raw(directive("beside-1")), raw(directive("x" * 5000)), raw(directive("huge", text="x" * 1_100_000))]
    answer = pushed(running, tmp_path, *lines, raw(directive("beside-2")))
    assert (answer.code, counts(answer.json)) == (1, {"accepted": 2, "rejected": 2})
    why = {remark["line"]: remark["reasons"][0]["message"] for remark in answer.json["remarks"]}
    assert "3,500 bytes" in why[2]
    assert "1,100," in why[3]


def test_a_parked_event_is_taken_when_its_matter_comes(running: Up, tmp_path: Path) -> None:
    later = directive("later")
    early = pushed(running, tmp_path, raw(on_task("signed", "later") | {"time": just_now()}))
    assert counts(early.json) == {"parked": 1}
    assert counts(pushed(running, tmp_path, raw(later)).json) == {"accepted": 1}
    shown = asked("task", "show", SOURCE, "later", "--json", "--data", running.data).json
    assert [entry["fact"] for entry in shown["timeline"]] == ["registered", "signed"]
    assert shown["parked"] == []


def test_everything_wrong_is_answered_with_its_field_and_listed_and_disturbs_nothing(running: Up, tmp_path: Path) -> None:
    bad = bad_lines()
    good = [raw(directive(f"good-{number}")) for number in range(len(bad) + 1)]
    good.insert(0, good.pop(1))  # the one whose id is used again comes first
    mixed = [line for pair in zip(good, [one.line for one in bad], strict=False) for line in pair]
    answer = pushed(running, tmp_path, *mixed, good[-1])

    assert answer.code == 1
    assert counts(answer.json) == {"accepted": len(good), "rejected": len(bad)}
    remarks = {remark["line"]: remark for remark in answer.json["remarks"]}
    for line, one in zip(range(2, 2 * len(bad) + 1, 2), bad, strict=True):
        reasons = {reason["path"]: reason["message"] for reason in remarks[line]["reasons"]}
        assert one.saying in reasons.get(one.field, ""), (one.name, reasons)

    listed = asked("rejected", "list", "--json", "--data", running.data).json
    by_payload = {row["payload"][:60]: row for row in listed}
    for one in bad:
        row = by_payload[one.line[:2000].decode(errors="replace")[:60]]
        reasons = {reason["path"]: reason["message"] for reason in row["reasons"]}
        assert one.saying in reasons.get(one.field, ""), (one.name, row)
    shown = asked("rejected", "list", "--data", running.data)
    assert all(one.field in shown.out for one in bad)


def test_a_subject_that_names_another_source_is_rejected_and_its_sender_told(running: Up) -> None:
    claimed = raw(directive("claimed"))
    at = Inbound("intruder", SOURCE, "claimed", "directive", "issued")

    async def _publish() -> dict[str, Any]:
        client = await nats.connect(running.nats)
        try:
            receipts = await client.subscribe(subjects.receipts_of("intruder"))
            await client.jetstream().publish(subjects.inbound(at), claimed)
            answer: dict[str, Any] = orjson.loads((await receipts.next_msg(timeout=5)).data)
            return answer
        finally:
            await client.close()

    receipt = asyncio.run(_publish())
    assert receipt["outcome"] == "rejected"
    assert [reason["path"] for reason in receipt["reasons"]] == ["$.source"]
    listed = asked("rejected", "list", "--json", "--data", running.data).json
    assert [row["reasons"][0]["path"] for row in listed if row["source"] == "intruder"] == ["$.source"]
    assert asked("task", "show", SOURCE, "claimed", "--data", running.data).code == 1


def test_a_due_that_has_passed_is_on_the_page_within_two_seconds(running: Up, tmp_path: Path) -> None:
    before = running.figures().get("counts", {}).get("overdue_open", 0)
    late = directive("late", due=just_now(-30))
    backwards = directive("backwards", due=just_now(-3600))
    answer = pushed(running, tmp_path, raw(late), raw(backwards))
    running.process.meanwhile(lambda: running.figures()["counts"]["overdue_open"] == before + 2, "shows it", within=2)
    assert (answer.code, counts(answer.json)) == (0, {"accepted": 2})
    warned = [(remark["subject"], [reason["path"] for reason in remark["reasons"]]) for remark in answer.json["remarks"]]
    assert warned == [("backwards", ["$.data.due"])]

    def raised() -> dict[str, tuple[str, str]]:
        alerts = asked("alerts", "--kind", "overdue", "--json", "--data", running.data).json
        at = {alert["subject"]: (alert["at"], alert["due"]) for alert in alerts if alert["clock"] == "finish"}
        return at if {"late", "backwards"} <= at.keys() else {}

    # The figures go by the dues themselves; the alert follows with the next look at the clocks.
    at = running.process.meanwhile(raised, "raises both alerts", within=2)
    assert at["late"][0] == at["late"][1]
    assert at["backwards"][0] > at["backwards"][1], "nothing can be overdue before it was received"


@pytest.mark.parametrize("provisioned", [True, False], ids=["with streams", "without streams"])
async def test_what_nobody_answers_is_said_and_fails(tmp_path: Path, provisioned: bool) -> None:
    file = tmp_path / "pushed.jsonl"
    file.write_bytes(raw(directive("1")) + b"\n" + raw(directive("2")))
    async with servers.running_nats(tmp_path / "nats") as server:
        if provisioned:
            broker = make_broker(server.url, "test")
            client, js = await connect(broker, server.url)
            await provision(js, 1)
            await stop(broker, client)
        env = {"DUBAN_NATS_URL": server.url}
        ended = await asyncio.to_thread(duban, "push", file, "--timeout", 1, "--json", "--data", tmp_path, env=env)
    assert (ended.code, ended.err) == (1, "")
    assert counts(ended.json) == ({"unanswered": 2} if provisioned else {"rejected": 2})
    assert all("no response from stream" in remark["reasons"][0]["message"] for remark in ended.json["remarks"])
