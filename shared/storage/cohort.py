"""Which tasks a list is about, as far as the store can tell before they are read: the rest is for the caller to decide."""

from datetime import datetime

from shared.domain.matter import Family
from shared.domain.value import value
from shared.storage.instants import to_micros

Terms = dict[str, str | int]


@value
class Cohort:
    """Bounds on tasks; None leaves a side open."""

    received_until: datetime
    """The last instant of receipt."""
    received_since: datetime | None = None
    family: Family | None = None
    owner: str | None = None
    open_at: datetime | None = None
    """Only what was neither closed nor ended then."""

    def of_tasks(self) -> tuple[str, Terms]:
        """The condition on rows of tasks, with its terms."""
        said, terms = self._whose("task")
        received, more = self._received()
        if self.open_at is not None:
            said += [f"(task.{column} IS NULL OR task.{column} > :open_at)" for column in ("closed_at", "ended_at")]
            terms["open_at"] = to_micros(self.open_at)
        return " AND ".join(["task.part_of IS NULL", received, *said]), terms | more

    def of_ledger(self, known_at: datetime) -> tuple[str, Terms]:
        """The condition on rows of the ledger that were recorded until then, of matters that may have had such tasks.

        When an episode was received is changed by a correction only, so all others are as the task tells now.
        """
        said, terms = self._whose("ledger")
        received, more = self._received()
        same = "{0}.owner = ledger.owner AND {0}.number = ledger.number"
        told = f"EXISTS (SELECT 1 FROM task WHERE {same.format('task')} AND {received})"
        corrected = f"EXISTS (SELECT 1 FROM ledger AS other WHERE {same.format('other')} AND other.kind = 'corrected')"
        where = " AND ".join(["ledger.recorded_at <= :known_at", *said, f"({told} OR {corrected})"])
        return where, terms | more | {"known_at": to_micros(known_at)}

    def _whose(self, table: str) -> tuple[list[str], Terms]:
        given = {"family": self.family and self.family.value, "owner": self.owner}
        terms: Terms = {name: said for name, said in given.items() if said is not None}
        return [f"{table}.{name} = :{name}" for name in terms], terms

    def _received(self) -> tuple[str, Terms]:
        said, terms = "task.received_at <= :received_until", Terms(received_until=to_micros(self.received_until))
        if self.received_since is not None:
            said, terms["received_since"] = f"{said} AND task.received_at >= :received_since", to_micros(self.received_since)
        return said, terms
