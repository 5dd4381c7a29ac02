"""What is said of the files of those who are told when a notifier starts: who there is, what is wrong, what looks so."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import structlog

from services.notifier.channels.message import Channel
from services.notifier.checking import problems, warnings
from shared.domain.notice import Office
from shared.domain.person import Person

log = structlog.get_logger()

NOBODY: Final = "nobody is told: there is no people.toml (README, “Tell people”)"


def audience(people: Mapping[str, Person], channels: Collection[str]) -> str:
    """How many people are told, and by which channels, in one line."""
    if not people:
        return NOBODY
    outside = (
        f", told by {', '.join(channels)} and in the inbox"
        if channels
        else ", told in the inbox only: notify.toml has no channel"
    )
    return f"{len(people)}{outside}"


def log_opening(office: Office, channels: Mapping[str, Channel], page: str | None, now: datetime) -> None:
    """Log who is told, and each thing that is wrong in the files or looks so; without people nothing else is asked."""
    people = office.roster.people
    if not people:
        log.warning("notifier.tells_nobody", said=NOBODY)
        return
    log.info("notifier.tells", people=len(people), channels=list(channels))
    for said in problems(office, channels):
        log.error("notifier.file_problem", said=said)
    for said in warnings(office, channels, page, now):
        log.warning("notifier.file_warning", said=said)
