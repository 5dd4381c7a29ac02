"""A small half-year to compose reports from: figures of counts that a test chooses, and tasks that the core made."""

from datetime import UTC, date, datetime
from typing import Final

from contracts.figures import Asked, Figures, Group, Handling
from shared.domain.formula import Counts, counts_of
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.figures.document import FAMILY_NAMES, Office, wire_counts, wire_rates
from shared.figures.period import read_period
from shared.report.content import Material
from shared.report.indicators import Indicator
from shared.report.office import OfficeReport
from shared.report.tasks import Counted
from shared.units import Units
from tests.support.sample import SHANGHAI

AS_OF: Final = datetime(2023, 6, 19, tzinfo=SHANGHAI)
OFFICE: Final = Office(Units({"water": "水科", "bureau": "分局"}), "Asia/Shanghai", SHANGHAI)
NOTHING: Final = counts_of({})


def counts(received: int, closed: int, *, stage: int = 0, overdue: int = 0, **more: int) -> Counts:
    """So many received and closed, the rest of them open; what is closed was closed on time."""
    numbers = {Measure.RECEIVED: received, Measure.CLOSED: closed, Measure.OPEN: received - closed}
    numbers |= {Measure.CLOSED_FULL: closed - stage, Measure.CLOSED_ON_TIME: closed, Measure.OVERDUE_OPEN: overdue}
    return counts_of(numbers | {Measure[name.upper()]: number for name, number in more.items()})


def group(key: str, name: str, numbers: Counts, within: str | None = None) -> Group:
    """A group of the figures."""
    return Group(key=key, name=name, within=within, counts=wire_counts(numbers), rates=wire_rates(numbers, 10), tasks="")


def figures_of(
    families: dict[Family, Counts], units: tuple[Group, ...] = (), periods: tuple[Group, ...] = (), as_of: datetime = AS_OF
) -> Figures:
    """Figures whose whole is the sum of the families."""
    total = sum(families.values(), NOTHING)
    return Figures(
        scope="asked",
        asked=Asked(received_from=date(2023, 1, 1), received_to=date(2023, 7, 1)),
        as_of=as_of.astimezone(UTC),
        known_at=None,
        positions={"0": 12},
        timezone="Asia/Shanghai",
        exclusions=(),
        counts=wire_counts(total),
        rates=wire_rates(total, 10),
        handling=Handling(n=0, mean_hours=None, p50_hours=None, p90_hours=None),
        tasks="",
        families=tuple(group(family, FAMILY_NAMES[family], numbers) for family, numbers in families.items()),
        units=units,
        periods=periods,
    )


def material(
    families: dict[Family, Counts],
    before: dict[Family, Counts] | None = None,
    *,
    tasks: tuple[Counted, ...] = (),
    settings: OfficeReport | None = None,
    indicators: tuple[Indicator, ...] = (),
    units: tuple[Group, ...] = (),
) -> Material:
    """What a report of the first half of 2023, as of the end of 18 June, is composed from."""
    return Material(
        period=read_period("2023H1"),
        as_of=AS_OF,
        office=OFFICE,
        settings=settings or OfficeReport(),
        figures=figures_of(families, units),
        last_year=figures_of(before or {}),
        tasks=tasks,
        indicators=indicators,
    )
