"""The contracts as JSON Schemas (draft 2020-12): one for each type of event and of fact, and one for each other message."""

from typing import Any, Final

from pydantic import BaseModel

from contracts.fact import FACTS, FactEvent
from contracts.figures import Figures, Trend
from contracts.health import Audited, Detector
from contracts.notice_list import NoticeList
from contracts.receipt import Receipt
from contracts.registry import EVENTS
from contracts.sealed import Correction, LedgerHeads
from contracts.signals import Signals
from contracts.task_list import TaskList

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
RECEIPT: Final = "receipt"
FIGURES: Final = "figures"
TREND: Final = "trend"
SIGNALS: Final = "signals"
CORRECTION: Final = "correction"
HEADS: Final = "ledger-heads"
AUDITED: Final = "audited"
DETECTOR: Final = "detector"
TASK_LIST: Final = "task-list"
NOTICE_LIST: Final = "notice-list"

OTHERS: Final[dict[str, type[BaseModel]]] = {
    RECEIPT: Receipt,
    FIGURES: Figures,
    TREND: Trend,
    SIGNALS: Signals,
    CORRECTION: Correction,
    HEADS: LedgerHeads,
    AUDITED: Audited,
    DETECTOR: Detector,
    TASK_LIST: TaskList,
    NOTICE_LIST: NoticeList,
}
"""What else we say, by the name of its schema."""

Document = dict[str, Any]


def all_schemas() -> dict[str, Document]:
    """Every schema by its name, such as `duban.directive.issued.v1`."""
    facts: dict[str, type[BaseModel]] = {fact_type(kind): FactEvent[data] for kind, data in FACTS.items()}  # type: ignore[valid-type]
    told = {type_: _told(type_, model.model_json_schema(mode="validation")) for type_, model in EVENTS.items()}
    # What we say ourselves is described as written: a field that has a default is always there.
    said = {type_: _told(type_, model.model_json_schema(mode="serialization")) for type_, model in facts.items()}
    said |= {name: model.model_json_schema(mode="serialization") for name, model in OTHERS.items()}
    return {name: _named(name, schema) for name, schema in (told | said).items()}


def fact_type(kind: str) -> str:
    """The event type of a fact."""
    return f"duban.fact.{kind}.v1"


def _told(type_: str, schema: Document) -> Document:
    """The schema of an event: its `type` can be no other, and what its data says of itself is said of the whole."""
    data = schema["properties"]["data"]["$ref"].removeprefix("#/$defs/")
    properties = schema["properties"] | {"type": {"const": type_, "title": "Type", "type": "string"}}
    return schema | {"title": type_, "description": schema["$defs"][data]["description"], "properties": properties}


def _named(name: str, schema: Document) -> Document:
    return {"$schema": DRAFT, "$id": f"urn:duban:{name}"} | {key: _plain(part) for key, part in schema.items()}


def _plain(part: Any) -> Any:
    """The same without `discriminator`, which is OpenAPI's and another thing in AsyncAPI; each variant has a const of its own."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: _plain(item) for key, item in part.items() if key != "discriminator"}
