"""Boston's quarter counted from the city's file alone, by department, reason and week of receipt, as of the end of each Sunday.

Nothing here knows the product: rows are judged by their three times. The whole quarter lies in summer time (UTC−4), so that every
day has 24 hours and local times are in the order of their instants.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from tests.support.boston import ZONE

WEEK: Final = timedelta(days=7)
MONDAYS: Final = tuple(date(2011, 6, 27) + nth * WEEK for nth in range(14))
"""The first days of the weeks in which the quarter's complaints came in: from Monday to Sunday."""
SUNDAY_ENDS: Final = tuple(datetime.combine(monday, time(0), ZONE) - datetime.resolution for monday in MONDAYS[1:])
"""The last instant of each of the quarter's thirteen Sundays."""

MEASURES: Final = (
    *("received", "closed", "closed_on_time", "closed_late", "open", "overdue_open"),
    *("due", "due_closed", "due_closed_on_time"),
)

Cell = tuple[str, str, date]
"""Department, reason, and Monday of the week of receipt."""
Table = dict[Cell, dict[str, int]]
"""The measures that are not zero."""


class Complaint(NamedTuple):
    """One row of the file."""

    cell: Cell
    opened: datetime
    due: datetime | None
    closed: datetime | None

    @classmethod
    def of(cls, row: dict[str, str]) -> "Complaint":
        """The row with its local times read."""
        opened = _local(row["open_dt"])
        assert opened is not None
        monday = opened.date() - timedelta(days=opened.weekday())
        cell = (row["department"], row["reason"], monday)
        return cls(cell, opened, _local(row["target_dt"]), _local(row["closed_dt"]))

    def as_told(self, *, opened: bool, closed: bool) -> Iterator["Complaint"]:
        """What there is of it for one who was told of its opening, or of its closing, or of neither."""
        if opened:
            yield self if closed else self._replace(closed=None)

    def counts_as(self, at: datetime) -> Iterator[str]:
        """The measures that it adds at an instant: what was closed at its due was closed on time, and past is after the due."""
        if self.opened > at:
            return
        due, closed = self.due, self.closed if self.closed is not None and self.closed <= at else None
        yield "received"
        yield "open" if closed is None else "closed"
        if due is None:
            return
        if closed is not None:
            yield "closed_on_time" if closed <= due else "closed_late"
        if due < at:
            yield "due"
            yield from ("overdue_open",) if closed is None else ("due_closed",)
            yield from ("due_closed_on_time",) if closed is not None and closed <= due else ()


def _local(said: str) -> datetime | None:
    return datetime.fromisoformat(said).replace(tzinfo=ZONE) if said else None


def counted(complaints: Iterable[Complaint], at: datetime) -> Table:
    """What complaints count as at an instant, cell by cell."""
    table: dict[Cell, Counter[str]] = {}
    for complaint in complaints:
        for measure in complaint.counts_as(at):
            table.setdefault(complaint.cell, Counter())[measure] += 1
    return {cell: dict(counts) for cell, counts in table.items()}


def counted_as_told(rows: Iterable[dict[str, str]], at: datetime, told: Mapping[str, datetime]) -> Table:
    """The same of rows for one who knows only what was told by then; events that nobody was told of are not in `told`."""

    def _told(event: str) -> bool:
        return event in told and told[event] <= at

    known = (
        Complaint.of(row).as_told(opened=_told(f"c-{row['case_enquiry_id']}"), closed=_told(f"a-{row['case_enquiry_id']}"))
        for row in rows
    )
    return counted((complaint for found in known for complaint in found), at)
