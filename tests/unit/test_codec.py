"""Tasks at rest and facts as published: what is written is read back, and agrees with the published models."""

from datetime import datetime, timedelta
from typing import cast

import orjson
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.fact import FACTS, FactData, FactEvent, TaskSnapshot
from shared.codec.facts import GENESIS, Place, chain, decode_fact, encode_fact
from shared.codec.tasks import decode_task, encode_task
from shared.domain import fact as f
from shared.domain.clock import ClockName
from shared.domain.matter import Family
from shared.domain.task import Task
from tests.support.histories import any_history, arrivals
from tests.support.memory_tracker import MemoryTracker
from tests.support.sample import (
    CITY,
    MATTER,
    accept,
    acknowledge,
    amend,
    approve,
    approve_return,
    archive,
    assign,
    at,
    evaluate,
    exclude,
    grant_extension,
    look_back,
    merge,
    not_accept,
    note,
    record,
    refuse_extension,
    refuse_return,
    register,
    relapse,
    request_extension,
    request_return,
    respond,
    resume,
    send_back,
    sign,
    split,
    submit,
    suspend,
    tell_of_part,
    transfer,
    urge,
    withdraw,
)
from tests.support.scenario import the

PLACE = Place(3, 41, at(9) + timedelta(microseconds=7))


@st.composite
def trackers(draw: st.DrawFn) -> MemoryTracker:
    """The ledger and the task of any history in any order of arrival, told in part or in full."""
    tracker = MemoryTracker()
    for item in draw(any_history().flatmap(arrivals)):
        if isinstance(item, datetime):
            tracker.sweep(item)
        else:
            tracker.push(item)
    return tracker


def every_kind() -> dict[str, f.Entry]:
    """One entry of each kind of fact."""
    lived = MemoryTracker().push(register(at(0), due=at(10)), sign(at(2)), submit(at(3)), approve(at(9)), send_back(at(4)))
    ended = MemoryTracker().push(register(at(0)), amend(at(0.1), due=at(5), co_units=("a", "b")), record(at(0.2)))
    ended.sweep(at(8)).push(withdraw(at(0.5)), send_back(at(0.3)))
    sent_back = MemoryTracker().push(register(at(0)), sign(at(0.5)), submit(at(1)), send_back(at(2)))
    stood = MemoryTracker().push(register(at(0)), sign(at(1)), suspend(at(2)), resume(at(5)), exclude(at(6)))
    longer = MemoryTracker().push(register(at(0), due=at(9)), request_extension(at(1), at(20)), refuse_extension(at(2)))
    longer.push(request_extension(at(3), at(20), id_="again"), grant_extension(at(4), at(12)), merge(at(5)))
    refused = MemoryTracker().push(register(at(0)), request_return(at(0.1)), refuse_return(at(0.2)))
    refused.push(request_return(at(0.3), id_="again"), approve_return(at(0.4)), transfer(at(0.5), source=CITY), not_accept(at(1)))
    whole = MemoryTracker().push(register(at(0), policy="whole"), sign(at(0.1)), accept(at(0.2)), respond(at(0.3)))
    whole.push(
        acknowledge(at(0.35), clock=ClockName.SIGN, version=1, seen=at(0.3)),
        urge(at(0.35), letter="督〔2026〕3号"),
        assign(at(0.35)),
    )
    whole.push(note(at(0.4), priority="urgent", due=at(20)), split(at(0.5)), tell_of_part(at(0.6)))
    whole.push(submit(at(1), unit="water"), submit(at(2)), approve(at(3)), evaluate(at(4)), look_back(at(5)), archive(at(6)))
    whole.push(relapse(at(7)))
    moved = f.Entry(MATTER, None, f.DeadlineMoved(at(1), "2027-x", (at(2), None), the(whole.task).clocks))
    entries = [
        *lived.ledger,
        *ended.ledger,
        *sent_back.ledger,
        *stood.ledger,
        *longer.ledger,
        *refused.ledger,
        *whole.ledger,
        moved,
    ]
    return {entry.fact.kind: entry for entry in entries}


KINDS = every_kind()


def model(kind: str) -> type[FactEvent[FactData]]:
    """The published model of a kind of fact."""
    return cast("type[FactEvent[FactData]]", FactEvent.__class_getitem__(FACTS[kind]))


def published(entry: f.Entry) -> bytes:
    return encode_fact(entry, PLACE, Family.DIRECTIVE)


def assert_is_as_published(body: bytes) -> None:
    kind = orjson.loads(body)["type"].split(".")[2]
    model(kind).model_validate_json(body)


def test_the_samples_are_of_every_kind_that_is_published() -> None:
    assert KINDS.keys() == FACTS.keys()


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_a_fact_of_every_kind_reads_back_and_agrees_with_its_published_model(kind: str) -> None:
    body = published(KINDS[kind])
    assert decode_fact(body) == KINDS[kind]
    assert_is_as_published(body)


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_the_published_model_is_closed(kind: str) -> None:
    document = orjson.loads(published(KINDS[kind]))
    document["data"]["colour"] = "red"
    with pytest.raises(ValidationError, match="colour"):
        model(kind).model_validate_json(orjson.dumps(document))


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_the_published_model_needs_every_field(kind: str) -> None:
    for field in orjson.loads(published(KINDS[kind]))["data"]:
        document = orjson.loads(published(KINDS[kind]))
        del document["data"][field]
        with pytest.raises(ValidationError, match=field):
            model(kind).model_validate_json(orjson.dumps(document))


@settings(max_examples=100, deadline=None)
@hypothesis_given(trackers())
def test_every_fact_of_any_history_reads_back_and_agrees_with_its_published_model(tracker: MemoryTracker) -> None:
    for entry in tracker.ledger:
        body = published(entry)
        assert decode_fact(body) == entry
        assert_is_as_published(body)


@settings(max_examples=100, deadline=None)
@hypothesis_given(trackers())
def test_the_task_of_any_history_reads_back_and_agrees_with_its_published_model(tracker: MemoryTracker) -> None:
    task = the(tracker.task)
    assert decode_task(encode_task(task)) == task
    TaskSnapshot.model_validate_json(encode_task(task))


def test_a_displaced_task_reads_back_as_displaced() -> None:
    history = [register(at(0)), sign(at(1)), submit(at(2)), approve(at(5)), send_back(at(3))]
    task: Task = the(MemoryTracker().push(*history).task)
    assert decode_task(encode_task(task)).displaced


def test_a_fact_says_what_it_is_where_it_stands_and_what_caused_it() -> None:
    document = orjson.loads(published(KINDS["signed"]))
    data = document.pop("data")
    assert document == {
        "specversion": "1.0",
        "id": "3-41",
        "source": "duban",
        "type": "duban.fact.signed.v1",
        "subject": "7",
        "time": data["at"],
        "datacontenttype": "application/json",
        "owner": "city",
        "family": "directive",
        "partition": 3,
        "position": 41,
        "recordedat": "2026-12-02T01:00:00.000007Z",
        "causesource": "district",
        "causeid": "sign",
        "causetype": "duban.task.sign.v1",
        "causerank": 3,
        "partof": None,
    }


def test_what_a_clock_caused_names_no_event() -> None:
    document = orjson.loads(published(KINDS["overdue"]))
    assert [document[key] for key in ("causesource", "causeid", "causetype", "causerank")] == [None] * 4
    assert decode_fact(published(KINDS["overdue"])).cause is None


def test_instants_are_written_in_utc_with_their_microseconds() -> None:
    body = published(f.Entry(KINDS["recorded"].matter, record(at(1)).cause, f.Recorded(at(1), "noted")))
    assert orjson.loads(body)["data"]["at"] == "2026-11-24T01:00:00Z"
    assert orjson.loads(body)["recordedat"].endswith(".000007Z")


ROW = (GENESIS, b'{"id":"0-1"}', b'{"id":"e-1"}')


@pytest.mark.parametrize("part", [0, 1, 2])
def test_the_hash_of_a_row_changes_with_any_bit_of_what_it_covers(part: int) -> None:
    for index in range(len(ROW[part])):
        for bit in range(8):
            previous, body, event = (bytearray(one) for one in ROW)
            (previous, body, event)[part][index] ^= 1 << bit
            assert chain(bytes(previous), bytes(body), bytes(event)) != chain(*ROW)


@settings(max_examples=200, deadline=None)
@hypothesis_given(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 40))
def test_bytes_cannot_move_between_fact_and_event_unseen(body: bytes, event: bytes, cut: int) -> None:
    joined = body + event
    moved = chain(GENESIS, joined[:cut], joined[cut:])
    assert (moved == chain(GENESIS, body, event)) == (joined[:cut] == body)


def test_a_row_without_an_event_has_a_hash_of_its_own() -> None:
    assert chain(GENESIS, b"fact", None) == chain(GENESIS, b"fact", None)
    assert chain(GENESIS, b"fact", None) != chain(GENESIS, b"fact", b"event")
    assert len(chain(GENESIS, b"fact", None)) == len(GENESIS)


def test_the_hash_of_a_row_covers_all_rows_before_it() -> None:
    first, other = chain(GENESIS, b"1", None), chain(GENESIS, b"2", None)
    assert chain(first, b"3", None) != chain(other, b"3", None)
