"""Writes lines of the journal through the store, as a tracker does with each batch, with one fact for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.codec.facts import Place, chain, encode_fact
from shared.domain.fact import Entry
from shared.domain.journal import Line
from shared.domain.matter import Family, Matter
from shared.ports import Changes, Lease, LedgerRow
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.drafts import Draft, about
from tests.support.stores import UNTIL, taken


@dataclass
class JournalWriter:
    """Writes one partition."""

    store: SqlTrackerStore
    lease: Lease
    _entry: Entry
    _family: Family

    @classmethod
    async def on(cls, store: SqlTrackerStore, partition: int = 0) -> "JournalWriter":
        """With a lease on a partition."""
        lease = await taken(store, partition)
        row = Draft(lease).take(about(Matter(sample.CITY, "journal"), sample.register())).rows[0]
        return cls(store, lease, replace(row.entry, cause=None), row.family)

    async def write(self, lines: Sequence[Line], known: datetime) -> None:
        """Commit one batch that became known at an instant."""
        position = self.lease.position + 1
        body = encode_fact(self._entry, Place(self.lease.partition, position, known), self._family)
        head = chain(self.lease.head, body, None)
        row = LedgerRow(self.lease.partition, position, known, self._entry, self._family, "", None, body, head)
        self.lease = replace(self.lease, position=position, head=head)
        await self.store.commit(self.lease, Changes([row], (), lines, (), (), ()), UNTIL)
