"""The published documents are what the models say, and what they say holds of events as they are sent."""

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from contracts import generate, subjects
from contracts.fact import FACTS
from contracts.receipt import Reason
from contracts.registry import EVENTS
from shared.codec.facts import Place, encode_fact
from shared.codec.receipts import Answer, decode_receipt, encode_receipt
from shared.domain.matter import Family
from tests.support.memory_tracker import MemoryTracker
from tests.support.sample import approve, at, register, send_back, sign, submit

Document = dict[str, Any]

CONTRACTS: Final = Path(generate.__file__).parent
SCHEMAS: Final[dict[str, Document]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (CONTRACTS / "schemas").glob("*.json")
}
ASYNC_API: Final[Document] = json.loads((CONTRACTS / "asyncapi" / "duban.json").read_text(encoding="utf-8"))

RECEIVED: Final[Document] = {
    "specversion": "1.0",
    "id": "c-101000295613",
    "source": "boston-311",
    "type": "duban.complaint.received.v1",
    "subject": "101000295613",
    "time": "2011-07-01T01:32:33-04:00",
    "datacontenttype": "application/json",
    "data": {
        "title": "Street Light Outages",
        "text": "…",
        "category": ["street-lights"],
        "unit": "PWDx",
        "channel": "phone",
        "policy": "reported",
        "due": "2011-07-15T01:32:32-04:00",
    },
}
APPROVED: Final[Document] = {
    "specversion": "1.0",
    "id": "a-101000295613",
    "source": "boston-311",
    "type": "duban.task.approved.v1",
    "subject": "101000295613",
    "time": "2011-07-01T05:06:58-04:00",
    "datacontenttype": "application/json",
    "data": {"grade": "full", "text": "…"},
}

OTHERS: Final = {
    *("receipt", "figures", "trend", "signals", "correction", "ledger-heads", "audited", "detector", "task-list", "notice-list")
}
"""What is said that is neither an event nor a fact."""

WHOLE_INSTANTS: Final = jsonschema.FormatChecker(formats=())


@WHOLE_INSTANTS.checks("date-time", raises=ValueError)
def has_an_offset(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def is_valid(name: str, document: object) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMAS[name], format_checker=WHOLE_INSTANTS).is_valid(document))


def parts_of(document: object) -> Iterator[Document]:
    """Every object within a document."""
    if isinstance(document, dict):
        yield document
    for part in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from parts_of(part)


def found(reference: str, root: Document) -> Document:
    """What a reference within a document, or from asyncapi/ to a file, points at."""
    path, _, pointer = reference.partition("#")
    there: Any = json.loads((CONTRACTS / "asyncapi" / path).read_text(encoding="utf-8")) if path else root
    for step in pointer.split("/")[1:]:
        there = there[step]
    assert isinstance(there, dict)
    return there


def test_the_documents_are_as_generated() -> None:
    assert list(generate.drift(CONTRACTS)) == []


def test_the_check_names_what_is_missing_surplus_and_out_of_date(tmp_path: Path) -> None:
    for part in ("schemas", "asyncapi"):
        shutil.copytree(CONTRACTS / part, tmp_path / part)
    (tmp_path / "schemas" / "receipt.json").unlink()
    (tmp_path / "schemas" / "old.json").write_text("{}")
    (tmp_path / "asyncapi" / "duban.json").write_text("{}")
    assert list(generate.drift(tmp_path)) == [
        ("asyncapi/duban.json", "out of date"),
        ("schemas/old.json", "surplus"),
        ("schemas/receipt.json", "missing"),
    ]
    generate.write(tmp_path)
    assert list(generate.drift(tmp_path)) == []


def test_the_check_fails_on_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "contracts/schemas/duban.directive.issued.v1.json: missing" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert generate.main(["--chek"]) == 2


def test_there_is_a_schema_for_everything_that_crosses_the_border() -> None:
    assert SCHEMAS.keys() == EVENTS.keys() | {f"duban.fact.{kind}.v1" for kind in FACTS} | OTHERS


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_valid_and_stands_for_itself(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:duban:{name}"
    assert schema["description"]
    for part in parts_of(schema):
        if "$ref" in part:
            assert found(part["$ref"], schema)


@pytest.mark.parametrize("name", sorted(SCHEMAS.keys() - OTHERS))
def test_a_schema_takes_its_own_type_only(name: str) -> None:
    assert SCHEMAS[name]["properties"]["type"]["const"] == name
    assert "type" in SCHEMAS[name]["required"]


@pytest.mark.parametrize("event", [RECEIVED, APPROVED], ids=["received", "approved"])
def test_the_examples_of_the_design_are_valid(event: Document) -> None:
    assert is_valid(event["type"], event)
    EVENTS[event["type"]].model_validate(event)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: event.pop("id"),
        lambda event: event["data"].pop("title"),
        lambda event: event["data"].update(channel="telepathy"),
        lambda event: event.update(type="duban.complaint.urged.v1"),
        lambda event: event.update(time="2011-07-01T01:32:33"),
        lambda event: event.update(subject=" "),
        lambda event: event["data"].update(due={"precision": "some day"}),
    ],
    ids=["no id", "no title", "no such channel", "another type", "no offset", "blank subject", "no such precision"],
)
def test_a_spoilt_event_is_not_valid(spoil: Callable[[Document], object]) -> None:
    event = json.loads(json.dumps(RECEIVED))
    spoil(event)
    assert not is_valid(RECEIVED["type"], event)


def test_a_newer_sender_may_say_more_than_we_know_of() -> None:
    assert is_valid(RECEIVED["type"], RECEIVED | {"traceparent": "00-1-2-01", "data": RECEIVED["data"] | {"mood": "calm"}})


def test_facts_are_valid_as_they_are_published_and_say_nothing_more() -> None:
    tracker = MemoryTracker().push(register(at(0), due=at(10)), sign(at(2)), submit(at(3)), approve(at(9)), send_back(at(4)))
    for position, entry in enumerate(tracker.ledger, 1):
        name = f"duban.fact.{entry.fact.kind}.v1"
        fact = json.loads(encode_fact(entry, Place(3, position, at(9)), Family.DIRECTIVE))
        assert is_valid(name, fact), name
        assert not is_valid(name, fact | {"more": 1})
    assert {"registered", "signed", "approved", "corrected"} <= {entry.fact.kind for entry in tracker.ledger}


def test_a_receipt_is_valid_as_it_is_published() -> None:
    reasons = (Reason(path="$.id", message="missing"),)
    raw = encode_receipt(Answer(None, "city", "7", "0", "rejected", reasons, (), None, None, at(0)))
    assert is_valid("receipt", json.loads(raw))
    assert decode_receipt(raw).reasons == reasons


def test_personal_data_are_marked_where_they_come_in_and_never_go_out() -> None:
    def marked(name: str) -> set[str]:
        parts = (part.get("properties", {}) for part in parts_of(SCHEMAS[name]))
        return {field for fields in parts for field, said in fields.items() if said.get("x-personal-data") is True}

    assert marked("duban.complaint.received.v1") == {"name", "phone", "address"}
    assert marked("duban.task.signed.v1") == {"by"}
    assert [name for name in SCHEMAS if name.startswith("duban.fact.") and marked(name)] == []
    assert [name for name in OTHERS if marked(name)] == []


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    references = [part["$ref"] for part in parts_of(ASYNC_API) if "$ref" in part]
    assert references
    for reference in references:
        assert found(reference, ASYNC_API)


def test_a_message_is_described_by_the_schema_of_its_name() -> None:
    messages = ASYNC_API["components"]["messages"]
    assert messages.keys() == SCHEMAS.keys()
    for name, message in messages.items():
        assert found(message["payload"]["$ref"], ASYNC_API) == SCHEMAS[name]
        assert message["contentType"] == "application/json"


def test_the_channels_cover_every_event_and_every_fact_on_its_subject() -> None:
    addresses = {channel["address"]: list(channel["messages"]) for channel in ASYNC_API["channels"].values()}
    events = {}
    for type_ in EVENTS:
        _, family, what, _ = type_.split(".")
        events[subjects.inbound(subjects.Inbound("{sender}", "{owner}", "{number}", family, what))] = [type_]
    facts = {
        subjects.fact(0, "{unit}", "{family}", kind).replace(".0.", ".{partition}."): [f"duban.fact.{kind}.v1"] for kind in FACTS
    }
    answers = {
        "duban.receipts.{sender}.{number}": ["receipt"],
        "duban.stats.{scope}": ["figures"],
        "duban.stats.correction.{report}": ["correction"],
        "duban.stats.heads": ["ledger-heads"],
        "duban.health.auditor": ["audited"],
        "duban.health.detector": ["detector"],
    }
    assert addresses == events | facts | answers


def test_a_channel_explains_each_parameter_of_its_address() -> None:
    for channel in ASYNC_API["channels"].values():
        wanted = {token[1:-1] for token in channel["address"].split(".") if token.startswith("{")}
        assert channel["parameters"].keys() == wanted


def test_duban_receives_what_comes_in_and_sends_the_rest() -> None:
    actions = {operation["channel"]["$ref"]: operation["action"] for operation in ASYNC_API["operations"].values()}
    assert actions == {
        f"#/channels/{name}": "receive" if channel["address"].startswith("duban.in.") else "send"
        for name, channel in ASYNC_API["channels"].items()
    }


def test_the_document_belongs_to_this_release() -> None:
    project = tomllib.loads((CONTRACTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ASYNC_API["asyncapi"] == "3.0.0"
    assert ASYNC_API["info"]["version"] == project["version"]
