"""Everything wrong that a sender may push, with the field that its answer must name, beside events that are good."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.clock import SystemClock
from tests.support.pushed import raw

SOURCE: Final = "city"


def just_now(seconds: float = -60) -> str:
    """An instant so far from now, as a sender writes it."""
    return (SystemClock().now().astimezone(UTC) + timedelta(seconds=seconds)).isoformat()


def directive(number: str, **data: Any) -> dict[str, Any]:
    """A directive of the city, issued a minute ago."""
    return {
        "specversion": "1.0",
        "id": f"issue-{number}",
        "source": SOURCE,
        "type": "duban.directive.issued.v1",
        "subject": number,
        "time": just_now(),
        "data": {"title": f"指令 {number}", "unit": "enforcement", **data},
    }


def on_task(what: str, number: str, **data: Any) -> dict[str, Any]:
    """A step in handling a directive of the city, told by the city."""
    return directive(number) | {"id": f"{what}-{number}", "type": f"duban.task.{what}.v1", "data": data}


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    """The event with one field missing."""
    copy: dict[str, Any] = json.loads(json.dumps(event))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return copy


@dataclass(frozen=True)
class Bad:
    """A line that must be rejected, naming a field."""

    name: str
    line: bytes
    field: str
    saying: str


BEYOND: Final = {"until": {"precision": "day", "date": "9999-12-31"}, "reason": "r"}


def bad_lines() -> list[Bad]:
    """One of each kind. The last one takes the id of `directive("good-1")` for another body."""
    zoneless = datetime.fromisoformat(just_now()).replace(tzinfo=None).isoformat()
    wanting = {"reason": "", "percent": 140}
    return [
        Bad("not JSON", b'{"specversion":"1.0","id":', "$", "not JSON"),
        Bad("not UTF-8", b'{"id":"\xff\xfe"}', "$", "not JSON"),
        Bad("not an object", b'["duban.directive.issued.v1"]', "$", "not a CloudEvents event"),
        Bad("not CloudEvents", b'{"directive":"ZB-1","title":"\xe6\xb2\xb3"}', "$.specversion", "missing"),
        Bad("another version of CloudEvents", raw(directive("v") | {"specversion": "0.3"}), "$.specversion", "1.0"),
        Bad("no such type", raw(directive("w") | {"type": "duban.directive.invented.v1"}), "$.type", "no such type"),
        Bad("no type", raw(without(directive("t"), "type")), "$.type", "missing"),
        Bad("no id", raw(without(directive("i"), "id")), "$.id", "missing"),
        Bad("beyond the calendar", raw(on_task("extension-requested", "far", **BEYOND)), "$.data.until.date", "the year must be"),
        Bad("no title", raw(without(directive("m"), "data", "title")), "$.data.title", "missing"),
        Bad("a number for a title", raw(directive("n", title=7)), "$.data.title", "string"),
        Bad("no zone", raw(directive("z") | {"time": zoneless}), "$.time", "no zone"),
        Bad("no zone in the due", raw(directive("d", due=zoneless)), "$.data.due", "no zone"),
        Bad("out of range", raw(on_task("progressed", "good-1", **wanting)), "$.data.percent", "100"),
        Bad("300 KB", raw(directive("large", text="河" * 100_000)), "$", "the limit is 262,144"),
        Bad("an id used before", raw(directive("good-1", text="another body")), "$.id", "used before"),
    ]
