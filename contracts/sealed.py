"""Sealed reports: the figures of a period, frozen under a number, and what was found to be otherwise since."""

from typing import Final

from pydantic import Field

from contracts.event import Instant
from contracts.figures import Figures, FiguresContract, Number

MOST_CHANGES: Final = 2000
"""So many changes go into one message at most: more of them would not pass the server."""

Heads = dict[str, tuple[int, str]]
"""By partition: the last ledger position and the hash there, in hex, which the hashes of all rows before are part of."""


class SealedReport(FiguresContract):
    """A report as it was sealed. Its bytes are kept, and their SHA-256 is its hash."""

    number: str = Field(description="The period, and how many-th report of it this is: `2023H1-1`.")
    period: str
    as_of: Instant = Field(description="What happened until then counts.")
    known_at: Instant = Field(description="As it was known then.")
    sealed_at: Instant
    note: str = ""
    heads: Heads = Field(description="Where the ledger stood: a hash for each partition that no later change can keep.")
    figures: Figures


class Changed(FiguresContract):
    """One figure that is not what was sealed; of the whole, or of one group of a dimension."""

    dimension: str | None = Field(default=None, description="family, source, unit, category, enterprise or period.")
    key: str | None = Field(default=None, description="Key of the group in that dimension.")
    figure: str = Field(description="Path of the figure, such as `counts.closed` or `rates.closure.value`.")
    sealed: Number | None
    now: Number | None


class Correction(FiguresContract):
    """What is known now to be otherwise than sealed, whole: `duban.stats.correction.<number>`, KV key `correction.<number>`.

    It takes the place of the corrections before it; without changes the sealed figures hold again.
    """

    number: str = Field(description="Of the sealed report.")
    nth: int = Field(description="Grows by one with each correction of a report: a receiver keeps the greatest.")
    sealed_hash: str = Field(description="SHA-256 of the sealed report, in hex.")
    as_of: Instant
    found_at: Instant
    positions: dict[str, int] = Field(description="Ledger position of each partition that it is true for.")
    changes: tuple[Changed, ...]
    left_out: int = Field(default=0, description="How many more changes there are, which `duban report diff` lists.")


class LedgerHeads(FiguresContract):
    """Where the ledger stands, once a local day: `duban.stats.heads`, and the KV key `heads`.

    Whoever keeps it can prove later that nothing before was changed: `duban ledger verify --against`.
    """

    at: Instant
    heads: Heads


class SealRequest(FiguresContract):
    """What `duban report seal` asks a running statistics service on `duban.reports.seal`."""

    period: str
    as_of: Instant | None = None
    note: str = ""


class SealAnswer(FiguresContract):
    """The number and the hash of the new report, or why there is none."""

    number: str | None = None
    hash: str | None = None
    refused: str | None = None
