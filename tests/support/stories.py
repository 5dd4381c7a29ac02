"""Tasks with what was told of them, as signals are found in."""

from collections.abc import Sequence
from typing import Final

from shared.domain.command import Command
from shared.domain.history import fold
from shared.domain.matter import Matter
from shared.domain.signal import Thresholds, Watch
from shared.domain.story import Story, Told, What
from tests.support import sample
from tests.support.drafts import about
from tests.support.sample import CALENDAR, CITY, RULEBOOK
from tests.support.scenario import the

WHAT: Final[dict[str, What]] = {
    "submit": "submitted",
    "approve": "approved",
    "send-back": "sent-back",
    "request-extension": "extension-requested",
    "grant-extension": "extension-granted",
}
"""What the event of an action is called, of those that signals hear."""
DECEMBER: Final = Watch(sample.at(0), sample.at(60), Thresholds(), CALENDAR)
"""Sixty days from START on, with the default thresholds."""


def story(number: str, *commands: Command, texts: Sequence[str] = (), by: str | None = None) -> Story:
    """A matter's history; texts go to its submissions and approvals in turn, which the unit `by` made."""
    told = [about(Matter(CITY, number), command) for command in commands]
    folded = fold(told, RULEBOOK)
    assert not folded.waiting, folded.refusals
    words = iter(texts)
    said = [command for command in told if command.action in WHAT]
    return Story(
        the(folded.task),
        tuple(
            Told(
                WHAT[one.action],
                one.cause.at,
                by if one.action == "submit" else None,
                next(words, "") if one.action in ("submit", "approve") else "",
            )
            for one in said
        ),
    )
