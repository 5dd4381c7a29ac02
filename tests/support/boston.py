"""Boston's complaints of 2011 Q3 (Open Data Commons PDDL) as events: one received, and one approved where the city closed it."""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

ZONE = ZoneInfo("America/New_York")
SOURCE = "boston-311"
_CHANNELS = {"Constituent Call": "phone", "Self Service": "web", "Citizens Connect App": "app"}


def boston_file() -> Path:
    """The file of the data set; DUBAN_BOSTON_FILE says where it is when it does not lie beside the checkout."""
    beside = Path(__file__).parents[2].parent / "shared" / "data" / "boston311-2011q3.csv.gz"
    return Path(os.environ.get("DUBAN_BOSTON_FILE", beside))


def boston_rows() -> list[dict[str, str]]:
    """The rows as the city published them."""
    with gzip.open(boston_file(), "rt", newline="") as file:
        return list(csv.DictReader(file))


def boston_events(rows: list[dict[str, str]]) -> list[bytes]:
    """The events of the rows, one a line, in the order of their times; what happened at one instant in the order of life."""
    timed = [(datetime.fromisoformat(event["time"]), rank, event) for row in rows for rank, event in enumerate(_events(row))]
    timed.sort(key=lambda item: item[:2])
    return [orjson.dumps(event) for _, _, event in timed]


def _events(row: dict[str, str]) -> Iterator[dict[str, Any]]:
    number = row["case_enquiry_id"]
    data = {
        "title": row["case_title"].strip() or row["type"],
        "text": row["location"].strip(),
        "category": [row["reason"]],
        "unit": row["department"],
        "channel": _CHANNELS.get(row["source"], "other"),
        "policy": "reported",
    }
    due = {"due": _instant(row["target_dt"])} if row["target_dt"] else {}
    yield _event("c", number, "duban.complaint.received.v1", row["open_dt"], data | due)
    if row["closed_dt"]:
        approved = {"grade": "full", "text": row["closure_reason"].strip()}
        yield _event("a", number, "duban.task.approved.v1", row["closed_dt"], approved)


def _event(kind: str, number: str, type_: str, at: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{kind}-{number}",
        "source": SOURCE,
        "type": type_,
        "subject": number,
        "time": _instant(at),
        "datacontenttype": "application/json",
        "data": data,
    }


def _instant(local: str) -> str:
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).isoformat()
