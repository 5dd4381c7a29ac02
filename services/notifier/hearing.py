"""What facts mean for those who are told: an alert or somebody's word to tell of, or that others have the matter now."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from services.notifier.channels.message import one_line
from shared.codec.facts import decode_fact
from shared.domain import fact as f
from shared.domain.matter import Matter
from shared.domain.notice import Occasion, Word
from shared.domain.value import replace, value

MOST_SAID: Final = 200
"""Characters of what somebody says that people are told; the whole is in the ledger."""


@value
class Heard:
    """What some facts say, each with its matter."""

    occasions: tuple[tuple[Matter, Occasion], ...]
    passed_on: tuple[Matter, ...] = ()
    """Those that others may have now."""

    @property
    def events(self) -> set[tuple[str, str]]:
        """The events in whose words somebody is told, by source and id."""
        return {(one.word.source, one.word.event) for _, one in self.occasions if one.word is not None}


def heard(bodies: Sequence[bytes]) -> Heard:
    """Read facts as they were published; those that concern nobody are left out."""
    occasions: list[tuple[Matter, Occasion]] = []
    passed_on: dict[Matter, None] = {}
    for body in bodies:
        entry = decode_fact(body)
        owner, number = entry.matter.owner, entry.matter.number
        match entry.fact:
            case f.NearDue() as one:
                occasion = Occasion(owner, number, one.clock.value, one.version, one.rung, "near", one.at, one.due)
                occasions.append((entry.matter, occasion))
            case f.Overdue() as one:
                occasion = Occasion(owner, number, one.clock.value, one.version, one.rung, "overdue", one.at, one.due)
                occasions.append((entry.matter, occasion))
            case f.Urged() as one:
                word = Word(entry.cause.source, entry.cause.id, one.document_number or "") if entry.cause is not None else None
                occasion = Occasion(owner, number, "urge", _position(body), one.form, one.form, one.at, None, word)
                occasions.append((entry.matter, occasion))
            case f.Transferred() | f.Amended() | f.Assigned() | f.ReturnApproved() | f.Corrected():
                passed_on[entry.matter] = None
            case _:
                pass
    return Heard(tuple(occasions), tuple(passed_on))


def in_words(found: Heard, texts: Mapping[tuple[str, str], str]) -> Heard:
    """The same with what was said, by source and id of the event that said it: one line of at most MOST_SAID characters."""
    return replace(found, occasions=tuple((matter, _in_words(one, texts)) for matter, one in found.occasions))


def _in_words(one: Occasion, texts: Mapping[tuple[str, str], str]) -> Occasion:
    if one.word is None:
        return one
    text = one_line(texts.get((one.word.source, one.word.event), ""))
    return replace(one, word=replace(one.word, text=text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"))


def _position(body: bytes) -> int:
    return int(orjson.loads(body)["position"])
