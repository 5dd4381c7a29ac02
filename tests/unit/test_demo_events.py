"""The demo's half-year says what the report of the bureau counts, and the core takes every event of it."""

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from contracts import subjects
from services.cli.demo import UNITS, half_year
from shared.codec.events import Undecodable, decode_event
from shared.domain.alert import crossings
from shared.domain.clock import ClockName
from shared.domain.command import Command, RegisterTask
from shared.domain.decide import is_overdue_at_once
from shared.domain.evolve import evolve_all
from shared.domain.history import Folded, fold
from shared.domain.matter import Family, Matter
from shared.domain.task import Closed, Task
from shared.rulebook import load_rulebook
from tests.support.counting import counted_as

ZONE = ZoneInfo("Asia/Shanghai")
RULEBOOK = load_rulebook(ZONE)
EVENTS = half_year()
REPORT_DAY = datetime(2023, 6, 19, tzinfo=ZONE)
"""24:00 on 18 June."""
HALF_YEAR_END = datetime(2023, 7, 1, tzinfo=ZONE)
OPENINGS = ("issued", "received", "assigned")


def at(event: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(event["time"]))


def matter_of(event: dict[str, object]) -> tuple[str, str]:
    return str(event.get("owner", event["source"])), str(event["subject"])


def once(events: list[dict[str, object]]) -> list[dict[str, object]]:
    return list({(str(event["source"]), str(event["id"])): event for event in events}.values())


def openings() -> list[dict[str, object]]:
    types = ("duban.directive.issued.v1", "duban.complaint.received.v1", "duban.rectification.assigned.v1")
    return [event for event in once(EVENTS) if event["type"] in types]


def data(event: dict[str, object]) -> dict[str, object]:
    said = event["data"]
    assert isinstance(said, dict)
    return said


def decoded(event: dict[str, object]) -> Command:
    source, subject, type_ = str(event["source"]), str(event["subject"]), str(event["type"])
    owner = event.get("owner")
    published = subjects.for_event(source, None if owner is None else str(owner), subject, type_)
    inbound = subjects.Inbound(*(subjects.decode_token(token) for token in published.split(".")[2:]))
    read = decode_event(json.dumps(event, ensure_ascii=False).encode(), inbound)
    assert not isinstance(read, Undecodable), (event, read)
    assert not is_overdue_at_once(read, ZONE)
    return read


def histories(until: datetime) -> dict[Matter, Folded]:
    commands: dict[Matter, list[Command]] = {}
    for event in once(EVENTS):
        if at(event) < until:
            command = decoded(event)
            commands.setdefault(command.matter, []).append(command)
    return {matter: fold(told, RULEBOOK) for matter, told in commands.items()}


def tasks(until: datetime) -> list[Task]:
    """The tasks with every clock read at the instant."""
    found = []
    for history in histories(until).values():
        assert history.task is not None
        task = evolve_all(history.task, crossings(history.task, until))
        assert task is not None
        found.append(task)
    return found


def counts(until: datetime) -> dict[Family, Counter[str]]:
    by_family: dict[Family, Counter[str]] = {family: Counter() for family in Family}
    for task in tasks(until):
        by_family[task.family].update(counted_as(task))
    return by_family


def test_each_family_has_the_number_of_matters_that_the_report_counts() -> None:
    assert Counter(str(event["type"]).split(".")[1] for event in openings()) == {
        "directive": 59 + 14,
        "complaint": 59,
        "rectification": 5 + 23 + 16 + 12,
    }
    by_owner = Counter(str(event["source"]) for event in openings())
    assert by_owner["city-command"] == 59
    assert by_owner["district-command"] == 14
    assert {source for source in by_owner if source.startswith(("hotline-", "letters-"))} == {
        "hotline-12345",
        "hotline-12369",
        "letters-visits",
    }
    levels = Counter(data(event).get("level") for event in openings() if event["type"] == "duban.directive.issued.v1")
    assert levels == {"city": 59, "district": 14}


@pytest.mark.parametrize(("prefix", "problems", "firms"), [("HXT", 5, 5), ("LY", 23, 7), ("VOC", 16, 16)])
def test_each_campaign_has_its_problems_and_firms(prefix: str, problems: int, firms: int) -> None:
    found = [event for event in openings() if str(event["subject"]).startswith(prefix)]
    assert len(found) == problems
    assert len({json.dumps(data(event)["enterprise"]) for event in found}) == firms


def test_all_matters_of_the_report_were_given_by_its_day() -> None:
    assert all(at(event) < REPORT_DAY for event in openings())


def test_the_same_events_are_written_every_time() -> None:
    assert half_year() == EVENTS


def test_five_events_are_pushed_twice_and_are_identical() -> None:
    seen: dict[tuple[object, object], dict[str, object]] = {}
    again = []
    for event in EVENTS:
        key = (event["source"], event["id"])
        if key in seen:
            assert event == seen[key]
            again.append(key)
        seen[key] = event
    assert len(again) == 5


def test_times_are_sorted_but_for_three_pairs_of_one_matter() -> None:
    wrong = [(one, other) for one, other in pairwise(EVENTS) if at(one) > at(other)]
    assert len(wrong) == 3
    assert all(matter_of(one) == matter_of(other) for one, other in wrong)
    events = once(EVENTS)
    assert [at(event) for event in sorted(events, key=at)] == sorted(at(event) for event in events)


def test_every_event_lies_in_the_half_year_and_has_an_offset() -> None:
    start = datetime(2023, 1, 1, tzinfo=ZONE)
    assert all(start <= at(event) < HALF_YEAR_END for event in EVENTS)
    assert all(str(event["time"]).endswith("+08:00") for event in EVENTS)


def test_titles_differ_as_in_real_work() -> None:
    titles: dict[str, set[object]] = {}
    for event in openings():
        titles.setdefault(str(event["type"]).split(".")[1], set()).add(data(event)["title"])
    assert {family: len(found) for family, found in titles.items()} == {"directive": 73, "complaint": 59, "rectification": 56}
    assert "{" not in json.dumps([data(event) for event in EVENTS], ensure_ascii=False).replace('{"', "")


def test_every_unit_is_one_of_the_list_and_has_work() -> None:
    codes = [code for code, _ in UNITS]
    assert len(codes) == len(set(codes)) == 12
    assert {data(event)["unit"] for event in openings()} == set(codes)


def test_no_reporter_could_be_taken_for_a_real_one() -> None:
    reporters = [data(event)["reporter"] for event in openings() if "reporter" in data(event)]
    assert 40 <= len(reporters) < 59
    for reporter in reporters:
        assert isinstance(reporter, dict)
        assert str(reporter["name"]).startswith("示例来件人")
        assert "phone" not in reporter


def test_every_history_folds_with_nothing_left_waiting() -> None:
    for matter, history in histories(HALF_YEAR_END).items():
        assert history.waiting == [], matter
        assert history.refusals == {}, matter
        assert isinstance(history.steps[0][0], RegisterTask)


def test_all_complaints_are_closed_by_the_day_of_the_report_and_one_of_them_late() -> None:
    assert counts(REPORT_DAY)[Family.COMPLAINT] == {"received": 59, "closed": 59, "closed_on_time": 58, "closed_late": 1}
    for task in tasks(REPORT_DAY):
        if task.family is Family.COMPLAINT:
            assert isinstance(task.state, Closed)
            assert task.state.at - task.received_at < timedelta(days=90)


@pytest.mark.parametrize(("until", "open_", "overdue"), [(REPORT_DAY, 5, 2), (HALF_YEAR_END, 4, 2)])
def test_few_directives_are_open_and_two_of_them_overdue(until: datetime, open_: int, overdue: int) -> None:
    found = counts(until)[Family.DIRECTIVE]
    assert (found["received"], found["open"], found["overdue_open"]) == (73, open_, overdue)


@pytest.mark.parametrize(("until", "open_", "overdue"), [(REPORT_DAY, 30, 2), (HALF_YEAR_END, 28, 3)])
def test_half_of_the_rectification_is_open_and_three_overdue_at_the_end(until: datetime, open_: int, overdue: int) -> None:
    found = counts(until)[Family.RECTIFICATION]
    assert (found["received"], found["open"], found["overdue_open"]) == (56, open_, overdue)


def test_most_matters_are_signed_in_time_and_a_few_late() -> None:
    late = Counter(task.family for task in tasks(HALF_YEAR_END) if task.is_overdue(ClockName.SIGN))
    assert late == {Family.DIRECTIVE: 3, Family.COMPLAINT: 2, Family.RECTIFICATION: 1}


def test_some_matters_are_sent_back_once_and_some_twice() -> None:
    times = Counter((task.family, task.sent_back) for task in tasks(HALF_YEAR_END) if task.sent_back)
    assert times == {
        (Family.DIRECTIVE, 1): 7,
        (Family.DIRECTIVE, 2): 1,
        (Family.COMPLAINT, 1): 5,
        (Family.COMPLAINT, 2): 1,
        (Family.RECTIFICATION, 1): 5,
    }


def test_directives_are_closed_and_sent_back_by_their_owner_alone() -> None:
    reviews = [event for event in EVENTS if str(event["type"]).split(".")[2] in ("approved", "sent-back")]
    assert {event["source"] for event in reviews if str(event["subject"])[:2] in ("SZ", "QZ")} == {
        "city-command",
        "district-command",
    }


def test_staff_speak_of_others_matters_only() -> None:
    assert all(event.get("owner") not in (None, "bureau") for event in EVENTS if event["source"] == "bureau")
