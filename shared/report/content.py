"""What a report says, before it is Word, Excel or Markdown: one content, so that all formats say the same."""

from dataclasses import dataclass
from datetime import datetime

from contracts.figures import Figures
from shared.figures.document import Office
from shared.figures.period import Period
from shared.figures.table import Table
from shared.report.indicators import Indicator
from shared.report.office import OfficeReport
from shared.report.tasks import Counted


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole content; `figures` are those of all families, for charts and for an office's own template."""

    title: str
    as_of: str
    """What the report is true for, in one line."""
    sections: tuple[Section, ...]
    figures: Figures


@dataclass(frozen=True)
class Material:
    """What a report is composed from."""

    period: Period
    as_of: datetime
    """Local."""
    office: Office
    settings: OfficeReport
    figures: Figures
    last_year: Figures
    tasks: tuple[Counted, ...]
    """Received before the end of the period, those of former periods, too."""
    indicators: tuple[Indicator, ...]

    @property
    def received(self) -> tuple[Counted, ...]:
        """Those of the tasks that were received in the period, whose counts are the figures."""
        return tuple(one for one in self.tasks if one.received_on >= self.period.since)
