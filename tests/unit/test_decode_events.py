"""Pushed bytes: what is wrong is named by its path, what is merely new is let through."""

import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.subjects import Inbound
from shared.codec.events import MAX_EVENT_BYTES, Undecodable, decode_event, digest, same_content
from shared.domain.budget import DuePeriod
from shared.domain.command import Command, RegisterTask
from shared.domain.matter import Cause, Family, Matter
from tests.support.pushed import DIRECTIVE, ISSUED, decoded, directive, directive_saying, of_type, raw, reasons, refused

LONG_NAME = "n" * 201


def nested(depth: int) -> bytes:
    return raw(DIRECTIVE)[:-1] + b', "extra": ' + b"[" * depth + b"]" * depth + b"}"


def test_the_smallest_event_becomes_a_command() -> None:
    command = decoded(DIRECTIVE)
    assert isinstance(command, RegisterTask)
    assert command.matter == Matter("city", "7")
    assert command.cause == Cause("city", "e-1", "duban.directive.issued.v1", datetime(2026, 11, 23, 1, tzinfo=UTC), 0)
    assert (command.family, command.title, command.unit, command.due) == (Family.DIRECTIVE, "clean the river", None, None)


def test_the_due_and_the_units_of_the_sender_are_read() -> None:
    due = {"precision": "month_end", "date": "2023-09-15"}
    said = {"unit": "eb", "co_units": ["water"], "category": ["river"], "policy": "reported", "due": due}
    command = decoded(directive_saying(**said))
    assert isinstance(command, RegisterTask)
    assert (command.unit, command.co_units, command.category, command.policy) == ("eb", ("water",), ("river",), "reported")
    assert command.due == DuePeriod("month_end", date(2023, 9, 15))


@pytest.mark.parametrize(
    "bad",
    [b"", b"{", b"nothing", b"\xff\xfe", b'{"id": "\xc3("}', b'{"id": "\\ud800"}', b'{"id": "a\x00b"}', b"NaN"],
    ids=["empty", "cut short", "a word", "not UTF-8", "bad UTF-8 inside", "half a surrogate pair", "raw NUL", "NaN"],
)
def test_what_is_not_json_is_refused_whole(bad: bytes) -> None:
    assert "not JSON" in reasons(bad)["$"]


@pytest.mark.parametrize("bad", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_what_is_not_an_object_is_refused_whole(bad: bytes) -> None:
    assert "JSON object" in reasons(bad)["$"]


def test_an_object_that_is_no_cloudevent_is_told_every_field_it_lacks() -> None:
    assert set(reasons({})) == {"$.specversion", "$.id", "$.source", "$.type", "$.subject", "$.time", "$.data"}


@pytest.mark.parametrize("field", ["specversion", "id", "source", "type", "subject", "time", "data"])
def test_a_missing_field_of_the_envelope_is_named(field: str) -> None:
    event = {key: value for key, value in DIRECTIVE.items() if key != field}
    assert reasons(event) == {f"$.{field}": "missing"}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"specversion": "0.3"}, "$.specversion"),
        ({"id": ""}, "$.id"),
        ({"id": 7}, "$.id"),
        ({"id": LONG_NAME}, "$.id"),
        ({"id": " e-1"}, "$.id"),
        ({"id": "two\nlines"}, "$.id"),
        ({"subject": None}, "$.subject"),
        ({"source": ["city"]}, "$.source"),
        ({"owner": ""}, "$.owner"),
        ({"datacontenttype": "text/xml"}, "$.datacontenttype"),
        ({"data": []}, "$.data"),
        ({"data": None}, "$.data"),
        ({"data": {}}, "$.data.title"),
        ({"time": "yesterday"}, "$.time"),
        ({"time": 1311111111}, "$.time"),
        ({"time": "1311111111"}, "$.time"),
        ({"time": "2026-11-23T09:00:00"}, "$.time"),
        ({"time": "2026-02-30T09:00:00Z"}, "$.time"),
        ({"time": True}, "$.time"),
        ({"time": "9999-12-31T23:59:59-08:00"}, "$.time"),
        ({"time": "0001-01-01T00:00:00+08:00"}, "$.time"),
    ],
)
def test_a_wrong_field_of_the_envelope_is_named(changed: dict[str, Any], path: str) -> None:
    assert list(reasons(directive(**changed))) == [path]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"title": ""}, "$.data.title"),
        ({"title": 7}, "$.data.title"),
        ({"title": "x" * 501}, "$.data.title"),
        ({"unit": ""}, "$.data.unit"),
        ({"category": "river"}, "$.data.category"),
        ({"category": [""]}, "$.data.category.0"),
        ({"co_units": ["water", 7]}, "$.data.co_units.1"),
        ({"priority": "now"}, "$.data.priority"),
        ({"weight": 0}, "$.data.weight"),
        ({"location": {"longitude": 181}}, "$.data.location.longitude"),
        ({"due": "2026-12-01T00:00:00"}, "$.data.due"),
        ({"due": 1311111111}, "$.data.due"),
        ({"due": "1311111111"}, "$.data.due"),
        ({"due": "soon"}, "$.data.due"),
        ({"due": {"precision": "day"}}, "$.data.due"),
        ({"due": {"precision": "open_ended", "date": "2026-12-01"}}, "$.data.due"),
        ({"due": {"precision": "day", "date": "2023-02-30"}}, "$.data.due.date"),
        ({"due": {"precision": "day", "date": "9999-12-31"}}, "$.data.due.date"),
        ({"due": "9999-12-31T23:59:59-08:00"}, "$.data.due"),
    ],
)
def test_a_wrong_field_of_the_data_is_named(said: dict[str, Any], path: str) -> None:
    assert list(reasons(directive_saying(**said))) == [path]


def test_a_due_that_is_only_a_month_is_named_by_its_date() -> None:
    assert "$.data.due.date" in reasons(directive_saying(due={"precision": "month_end", "date": "2023-09"}))


def test_an_unknown_precision_is_named() -> None:
    assert "$.data.due.precision" in reasons(directive_saying(due={"precision": "week", "date": "2023-09-01"}))


def test_an_instant_without_a_zone_is_told_to_write_an_offset() -> None:
    assert "write an offset" in reasons(directive(time="2026-11-23T09:00:00"))["$.time"]
    assert "write an offset" in reasons(directive_saying(due="2026-11-23T09:00:00"))["$.data.due"]


def test_all_wrong_fields_are_named_at_once() -> None:
    event = directive(time="soon", id="", data={"title": "", "unit": ""})
    assert set(reasons(event)) == {"$.time", "$.id", "$.data.title", "$.data.unit"}


def test_the_reasons_are_limited() -> None:
    assert len(refused(directive_saying(category=[""] * 500)).reasons) == 20


@pytest.mark.parametrize(
    ("at", "path", "said"),
    [
        (ISSUED._replace(sender="district"), "$.source", "'district'"),
        (ISSUED._replace(owner="district"), "$.owner", "'district'"),
        (ISSUED._replace(number="8"), "$.subject", "'8'"),
        (ISSUED._replace(family="complaint"), "$.type", "'complaint.issued'"),
        (ISSUED._replace(what="urged"), "$.type", "'directive.urged'"),
    ],
)
def test_an_event_that_names_something_else_than_its_subject_is_refused(at: Inbound, path: str, said: str) -> None:
    found = reasons(DIRECTIVE, at)
    assert list(found) == [path]
    assert said in found[path]


def test_an_owner_makes_it_the_matter_of_that_owner() -> None:
    at = Inbound("city", "province", "7", "directive", "issued")
    assert decoded(directive(owner="province"), at).matter == Matter("province", "7")


@pytest.mark.parametrize("type_", ["duban.directive.issued.v2", "duban.weather.seen.v1", "", "x" * 5000, 7, None, ["duban"], {}])
def test_an_unknown_type_is_refused_by_path_without_hiding_other_faults(type_: object) -> None:
    assert set(reasons(directive(type=type_, time="soon"))) == {"$.type", "$.time"}


def test_a_very_long_type_is_not_repeated_in_full() -> None:
    assert len(reasons(directive(type="x" * 50_000))["$.type"]) < 300


def test_an_event_over_the_limit_is_refused_with_both_numbers() -> None:
    spare = MAX_EVENT_BYTES - len(raw(directive_saying(note="")))
    assert decoded(directive_saying(note="x" * spare))
    found = reasons(directive_saying(note="x" * (spare + 1)))
    assert found == {"$": "the event has 262,145 bytes; the limit is 262,144"}


@pytest.mark.parametrize("depth", [1024, 5000, 100_000])
def test_json_nested_beyond_reading_is_refused_whole(depth: int) -> None:
    assert "depth" in reasons(nested(depth))["$"]


@pytest.mark.parametrize("depth", [1, 300, 1000, 1023])
def test_json_nested_deep_in_an_unknown_field_is_taken(depth: int) -> None:
    assert isinstance(decode_event(nested(depth), ISSUED), Command)


def test_a_type_that_is_nested_deep_is_refused_by_path() -> None:
    event = raw(DIRECTIVE).replace(b'"duban.directive.issued.v1"', b"[" * 1000 + b"]" * 1000)
    assert reasons(event) == {"$.type": "must be text"}


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (directive(id="a\0b"), "$.id"),
        (directive(subject="7\0"), "$.subject"),
        (directive_saying(title="\0"), "$.data.title"),
        (directive_saying(category=["river", "was\0te"]), "$.data.category.1"),
        (directive_saying(extra={"deep": "\0"}), "$.data.extra.deep"),
        (directive(**{"ext\0ra": 1}), "$"),
    ],
)
def test_the_character_nul_is_refused_where_it_stands(event: dict[str, Any], path: str) -> None:
    assert json.loads(raw(event)) == event
    assert list(reasons(event)) == [path]


def test_an_id_with_nul_is_not_repeated() -> None:
    assert refused(directive(id="a\0b")).id is None


def test_the_text_backslash_u_is_not_the_character_nul() -> None:
    assert decoded(directive_saying(title="write \\u0000 for NUL"))


def test_the_id_is_told_where_it_could_be_read() -> None:
    assert (refused(directive(time="soon")).id, refused(directive(id=7)).id) == ("e-1", None)


def test_unknown_fields_are_let_through() -> None:
    event = directive(traceparent="00-1", data={"title": "x", "colour": {"of": ["green"]}})
    assert decoded(event).matter == Matter("city", "7")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*DIRECTIVE, "owner", "datacontenttype", "extra"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=4), st.dictionaries(st.sampled_from(["title", "due", "unit", "weight"]), JSON))
def test_every_object_is_decoded_or_refused_with_a_reason(changed: dict[str, Any], said: dict[str, Any]) -> None:
    result = decode_event(orjson.dumps(directive_saying(**said) | changed), ISSUED)
    assert isinstance(result, Command) or result.reasons


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_every_run_of_bytes_is_refused_with_a_reason(noise: bytes) -> None:
    result = decode_event(noise, ISSUED)
    assert isinstance(result, Undecodable)
    assert result.reasons


def test_the_same_content_may_differ_in_white_space_and_order_of_keys() -> None:
    assert same_content(b'{"a": 1, "b": [2, {"c": 3}]}', b'{"b":[2,{"c":3}],"a":1}')


@pytest.mark.parametrize("other", [b'{"a":2}', b'{"a":[1]}', b'{"a":true}', b'{"a":"1"}', b'{"a":1,"b":null}'])
def test_other_values_are_other_content(other: bytes) -> None:
    assert not same_content(b'{"a":1}', other)


def test_content_nested_too_deep_to_compare_is_the_same_only_byte_for_byte() -> None:
    assert same_content(nested(500), nested(500))
    assert not same_content(nested(500), nested(500) + b" ")


def test_a_digest_tells_which_bytes_were_pushed() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("what", ["task.extension-requested", "task.extension-granted"])
@pytest.mark.parametrize(
    ("until", "path"),
    [
        ({"precision": "day", "date": "9999-12-31"}, "$.data.until.date"),
        ({"precision": "month_end", "date": "9999-12-01"}, "$.data.until.date"),
        ({"precision": "day", "date": "2026-02-31"}, "$.data.until.date"),
        ("9999-12-31T23:00:00-08:00", "$.data.until"),
        ("0001-01-01T00:00:00+08:00", "$.data.until"),
    ],
)
def test_an_extension_to_a_day_that_is_none_or_too_far_off_names_its_field(what: str, until: object, path: str) -> None:
    event, at = of_type(what, data={"until": until, "reason": "r"})
    assert list(reasons(event, at)) == [path]
