"""The AsyncAPI 3.0 document: on which subjects the contracts travel, and in which direction."""

from typing import Any, Final

from contracts import subjects
from contracts.fact import FACTS
from contracts.json_schemas import AUDITED, CORRECTION, DETECTOR, FIGURES, HEADS, RECEIPT, Document, fact_type
from contracts.registry import EVENTS

VERSION: Final = "0.1.0"
"""Of the release that the document belongs to; each type carries its own version in its name."""

_INFO: Final = """Duban (督办) turns what other systems push into tasks, keeps their clocks and publishes what became of them.

Every event and every fact is a CloudEvents 1.0 event in structured JSON mode. Senders publish with JetStream on `duban.in`; its
acknowledgement says that the event is stored, the receipt says what became of it. A published schema never changes: what is
said otherwise is said by a new type. In a token of a subject, `.`, `*`, `>`, `%`, white space and control characters are
percent-encoded, and nothing else is."""

_PARAMETERS: Final[dict[str, Document]] = {
    "sender": {"description": "Source of the event: the `source` attribute, percent-encoded."},
    "owner": {"description": "Source whose matter it is: `owner`, or `source` where there is none, percent-encoded."},
    "number": {"description": "The owner's number of the matter: the `subject` attribute, percent-encoded."},
    "partition": {"description": "Partition of the ledger: a number from 0; positions are gapless within it."},
    "unit": {"description": "Code of the unit in charge, percent-encoded; `-` where the matter names none."},
    "family": {"description": "Family of the matter.", "enum": ["directive", "complaint", "rectification"]},
    "scope": {
        "description": "What the figures are of; its dots separate tokens of the subject.",
        "examples": ["all", "family.complaint", "unit.enforcement"],
    },
    "report": {"description": "Number of a sealed report.", "examples": ["2023H1-1"]},
}


def document(schemas: dict[str, Document]) -> Document:
    """The whole document; the schemas lie beside it and give the descriptions."""
    channels = _inbound(schemas) | _facts(schemas) | _answers(schemas)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:duban",
        "info": {
            "title": "Duban",
            "version": VERSION,
            "description": _INFO,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": {
                "host": "{host}:{port}",
                "protocol": "nats",
                "description": "NATS 2.12 or later with JetStream.",
                "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "4222"}},
            }
        },
        "channels": channels,
        "operations": {_operation(name): _operated(name) for name in channels},
        "components": {
            "messages": {name: _message(name, schema) for name, schema in schemas.items()},
            "parameters": _PARAMETERS,
        },
    }


def _inbound(schemas: dict[str, Document]) -> Document:
    channels = {}
    for type_ in EVENTS:
        _, family, what, _ = type_.split(".")
        address = subjects.inbound(subjects.Inbound("{sender}", "{owner}", "{number}", family, what))
        channels[f"in.{family}.{what}"] = _channel(address, type_, schemas[type_]["description"])
    return channels


def _facts(schemas: dict[str, Document]) -> Document:
    return {
        f"out.{kind}": _channel(
            f"duban.out.{{partition}}.{{unit}}.{{family}}.{kind}", fact_type(kind), schemas[fact_type(kind)]["description"]
        )
        for kind in FACTS
    }


def _answers(schemas: dict[str, Document]) -> Document:
    addresses = {
        "receipts": (subjects.receipt("{sender}", "{number}"), RECEIPT),
        "stats": (subjects.stats("{scope}"), FIGURES),
        "stats.correction": (subjects.stats("correction.{report}"), CORRECTION),
        "stats.heads": (subjects.stats(subjects.HEADS_SCOPE), HEADS),
        "health.auditor": (subjects.AUDITOR, AUDITED),
        "health.detector": (subjects.DETECTOR, DETECTOR),
    }
    return {name: _channel(address, message, schemas[message]["description"]) for name, (address, message) in addresses.items()}


def _channel(address: str, message: str, description: str) -> Document:
    parameters = [token[1:-1] for token in address.split(".") if token.startswith("{")]
    return {
        "address": address,
        "description": description,
        "messages": {message: _ref("components", "messages", message)},
        "parameters": {name: _ref("components", "parameters", name) for name in parameters},
    }


def _operation(channel: str) -> str:
    return f"{_action(channel)}.{channel}"


def _operated(channel: str) -> Document:
    return {"action": _action(channel), "channel": _ref("channels", channel)}


def _action(channel: str) -> str:
    """What Duban does on a channel; whoever talks to it does the opposite."""
    return "receive" if channel.startswith("in.") else "send"


def _message(name: str, schema: Document) -> Document:
    return {
        "name": name,
        "contentType": "application/json",
        "description": schema["description"],
        "payload": {"$ref": f"../schemas/{name}.json"},
    }


def _ref(*steps: str) -> dict[str, Any]:
    return {"$ref": "#/" + "/".join(steps)}
