"""Asks the figures and reads the tasks that a report is composed from, all in one snapshot."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from shared.domain.question import Question
from shared.figures.document import Office, figures, midnight
from shared.figures.period import Period, instant_a_year_before
from shared.report.compose import compose
from shared.report.content import Material, Report
from shared.report.indicators import Indicator, within
from shared.report.office import OfficeReport
from shared.report.tasks import counted_tasks
from shared.storage.reading import Snapshot


@dataclass(frozen=True)
class Asked:
    """Of which period a report is, judged when, as known when."""

    period: Period
    as_of: datetime
    known_at: datetime | None = None


def usual_as_of(period: Period, now: datetime, zone: tzinfo) -> datetime:
    """The instant at which a period is judged when none is said: its end, or now while it lasts."""
    return min(midnight(period.until, zone), now)


async def report(
    snapshot: Snapshot, asked: Asked, office: Office, settings: OfficeReport, indicators: tuple[Indicator, ...]
) -> Report:
    """The content of a report."""
    period, as_of = asked.period, asked.as_of.astimezone(office.zone)
    before = period.last_year
    now = Question(as_of=as_of, known_at=asked.known_at, since=period.since, until=period.until)
    then = Question(as_of=instant_a_year_before(as_of), known_at=asked.known_at, since=before.since, until=before.until)
    return compose(
        Material(
            period=period,
            as_of=as_of,
            office=office,
            settings=settings,
            figures=await figures(snapshot, now, office),
            last_year=await figures(snapshot, then, office),
            tasks=tuple(await counted_tasks(snapshot, as_of, asked.known_at, period.until, office.zone)),
            indicators=within(indicators, period),
        )
    )
