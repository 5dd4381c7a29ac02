"""What was done about a task by persons, in the words of an office, for its timeline."""

from typing import Final

from shared.domain import fact as f
from shared.domain.clock import ClockName

CLOCKS: Final[dict[ClockName, str]] = {
    ClockName.SIGN: "签收时限",
    ClockName.RESPOND: "响应时限",
    ClockName.FINISH: "办理时限",
    ClockName.INTERNAL: "内部时限",
    ClockName.ANSWER: "答复时限",
    ClockName.LOOK_BACK: "回头看时限",
}


def wording(fact: f.AnyFact) -> str | None:
    """What a fact says of a person or a letter; None of one whose kind says all."""
    if isinstance(fact, f.Acknowledged):
        return f"知悉：{fact.person}（{_alerts(fact)}）"
    if isinstance(fact, f.Urged):
        word = "督办函" if fact.form == "letter" else "催办"
        return word if fact.document_number is None else f"{word}：{fact.document_number}"
    return f"分派：{fact.to}" if isinstance(fact, f.Assigned) else None


def _alerts(fact: f.Acknowledged) -> str:
    if fact.clock is None:
        return "此前全部提醒" if fact.seen is None else "所见的全部提醒"
    version = "" if fact.version is None else f"（第 {fact.version} 次时限）"
    return f"{CLOCKS[fact.clock]}提醒{version}"
