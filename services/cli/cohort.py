"""Options that say of which tasks, and as of when, figures are asked for."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from services.cli.console import instant
from shared.clock import SystemClock
from shared.domain.matter import Family
from shared.domain.question import Question

FamilyOption = Annotated[Family | None, typer.Option("--family", help="One family; all where absent.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="One source, whose matters they are.")]
UnitOption = Annotated[str | None, typer.Option("--unit", help="One unit with those below it.")]
CategoryOption = Annotated[str | None, typer.Option("--category", help="One category.")]
EnterpriseOption = Annotated[str | None, typer.Option("--enterprise", help="One enterprise.")]
FromOption = Annotated[str | None, typer.Option("--from", help="First day of receipt.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Day of receipt that is no longer included.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Instant of judgement; now where absent.")]
KnownAtOption = Annotated[str | None, typer.Option("--known-at", help="As it was known then; as known now where absent.")]
CoUnitsOption = Annotated[bool, typer.Option("--co-units", help="Count a task for its co-units, too.")]


def asked(zone: ZoneInfo, *, since: str | None, until: str | None, as_of: str | None, known_at: str | None) -> Question:
    """The question of all tasks received from --from to --to, judged at --as-of as known at --known-at, all read in the zone.
    Raises BadParameter for what is no date.
    """
    return Question(
        as_of=instant(as_of, zone) or SystemClock().now(),
        known_at=instant(known_at, zone),
        since=day_option(since, zone, "--from"),
        until=day_option(until, zone, "--to"),
    )


def day_option(text: str | None, zone: ZoneInfo, option: str) -> date | None:
    """The local day of an option's text; raises BadParameter for an instant within a day."""
    at = instant(text, zone)
    if at is None:
        return None
    local_at = at.astimezone(zone)
    if local_at != local_at.replace(hour=0, minute=0, second=0, microsecond=0):
        raise typer.BadParameter(f"{text}: a cohort is of whole days; name a day such as 2023-01-01", param_hint=option)
    return local_at.date()
