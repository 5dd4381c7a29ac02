"""What facts mean for those who are told: an alert or somebody's word to tell of, or that others have the matter now."""

from collections.abc import Sequence

import orjson

from shared.codec.facts import decode_fact
from shared.domain import fact as f
from shared.domain.matter import Matter
from shared.domain.notice import Occasion
from shared.domain.value import value


@value
class Heard:
    """What some facts say, each with its matter."""

    occasions: tuple[tuple[Matter, Occasion], ...]
    passed_on: tuple[Matter, ...] = ()
    """Those that others may have now."""


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
                occasion = Occasion(owner, number, "urge", _position(body), one.form, one.form, one.at, None)
                occasions.append((entry.matter, occasion))
            case f.Transferred() | f.Amended() | f.Assigned() | f.ReturnApproved() | f.Corrected():
                passed_on[entry.matter] = None
            case _:
                pass
    return Heard(tuple(occasions), tuple(passed_on))


def _position(body: bytes) -> int:
    return int(orjson.loads(body)["position"])
