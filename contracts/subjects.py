"""NATS subjects and streams: how they are built and read back. The only place that knows their shape."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

STREAM_IN: Final = "DUBAN_IN"
STREAM_OUT: Final = "DUBAN_OUT"
STATS_BUCKET: Final = "duban-stats"
IN_PATTERN: Final = "duban.in.*.*.*.*.*"
"""Exactly five tokens: a subject of another shape is refused by the server (no responders) instead of being lost."""
SEAL: Final = "duban.reports.seal"
"""Where a running statistics service is asked to seal a report."""
NOTICES_ASK: Final = "duban.notices.ask"
"""Where a running notifier is asked to write down a silence or a key."""
AUDITOR: Final = "duban.health.auditor"
AUDITOR_KEY: Final = "health.auditor"
"""Key of the last recount in the bucket of figures."""
DETECTOR: Final = "duban.health.detector"
"""Heartbeat of a tracker: silence is a detector of deadlines that is gone."""
DETECTOR_KEY: Final = "health.detector"
"""Key of the last heartbeat of a tracker in the bucket of figures."""
HEADS_SCOPE: Final = "heads"

_UNSAFE = re.compile(r"[.*>%\s\x00-\x1f\x7f-\x9f]")
_RESPELLED = re.compile(r"[*>%\s\x00-\x1f\x7f-\x9f]")
_NOT_KEY = re.compile(rb"[^0-9A-Za-z_-]")


class BadSubject(ValueError):
    """The subject does not have the shape this project gives its subjects."""


def encode_token(text: str) -> str:
    """Percent-encode what may not stand in one subject token; the empty text is a lone percent sign.

    Dots, wildcards, white space, control characters and the percent sign itself are encoded and nothing else: there is one
    spelling of a token, so all events of a matter meet in one partition.
    """
    if not text:
        return "%"
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def decode_token(token: str) -> str:
    """The text that `encode_token` made the token of."""
    if token == "%":
        return ""
    if "%" not in token:
        return token
    parts = re.split(rb"%([0-9A-Fa-f]{2})", token.encode())
    return b"".join(part if i % 2 == 0 else bytes([int(part, 16)]) for i, part in enumerate(parts)).decode(errors="replace")


class Inbound(NamedTuple):
    """What the subject of a pushed event says."""

    sender: str
    owner: str
    number: str
    family: str
    what: str


def inbound(at: Inbound) -> str:
    """`duban.in.<sender>.<owner>.<number>.<family>.<what>`: where an event is published."""
    return "duban.in." + ".".join(encode_token(part) for part in at)


def for_event(source: str, owner: str | None, number: str, type_: str) -> str:
    """Where a sender publishes an event with these envelope attributes."""
    family, what = [*type_.split("."), "", "", ""][1:3]
    return inbound(Inbound(source, owner or source, number, family, what))


def partition_filter(partition: int) -> str:
    """What the tracker of one partition consumes from DUBAN_IN, after the stream's own subject transform."""
    return f"duban.part.{partition}.*.*.*.*.*"


def partition_transform(partitions: int) -> str:
    """Destination of DUBAN_IN's subject transform: owner and number choose the partition, so a matter keeps its order."""
    return f"duban.part.{{{{partition({partitions},2,3)}}}}." + ".".join(f"{{{{wildcard({i})}}}}" for i in range(1, 6))


def partitioned(partition: int, at: Inbound) -> str:
    """The subject that DUBAN_IN stores an event under."""
    return f"duban.part.{partition}." + ".".join(encode_token(part) for part in at)


def parse_partitioned(subject: str) -> Inbound:
    """Read a subject as stored by DUBAN_IN.

    Raises BadSubject when it has another shape.
    """
    tokens = subject.split(".")
    if len(tokens) != 8 or tokens[:2] != ["duban", "part"]:
        raise BadSubject(subject)
    if "%" not in subject:  # nearly always
        return Inbound(*tokens[3:])
    return Inbound(*(decode_token(token) for token in tokens[3:]))


def is_our_spelling(subject: str, at: Inbound) -> bool:
    """Whether a subject as stored by DUBAN_IN spells what it says as `encode_token` does."""
    # Nearly no subject has anything to encode, and one search is cheaper than writing five tokens anew.
    return _RESPELLED.search(subject) is None or subject.split(".")[3:] == inbound(at).split(".")[2:]


@lru_cache(maxsize=10_000)
def fact(partition: int, unit: str, family: str, kind: str) -> str:
    """`duban.out.<partition>.<unit>.<family>.<fact>`: where a fact is published."""
    return f"duban.out.{partition}.{encode_token(unit)}.{family}.{kind}"


def facts_of(partition: int) -> str:
    """All facts of one partition."""
    return f"duban.out.{partition}.>"


def facts_of_kind(kind: str) -> str:
    """All facts of one kind."""
    return f"duban.out.*.*.*.{kind}"


def receipt(sender: str, number: str) -> str:
    """`duban.receipts.<source>.<number>`: where the answer to a push is published."""
    return f"duban.receipts.{encode_token(sender)}.{encode_token(number)}"


def receipts_of(sender: str) -> str:
    """All receipts of one sender."""
    return f"duban.receipts.{encode_token(sender)}.*"


def scope_token(text: str) -> str:
    """One token of a figures scope; the same text serves as KV key, which allows fewer characters than a subject."""
    return _NOT_KEY.sub(lambda match: b"=%02X" % match[0][0], text.encode()).decode() or "="


def stats(scope: str) -> str:
    """`duban.stats.<scope>`: where the figures of a scope are published; a scope's dots separate its tokens."""
    return f"duban.stats.{scope}"


def correction_scope(number: str) -> str:
    """`correction.<number>`: the scope on which the corrections of a sealed report are published."""
    return f"correction.{scope_token(number)}"
