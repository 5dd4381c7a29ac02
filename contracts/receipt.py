"""The answer to every push."""

from typing import Literal

from pydantic import Field

from contracts.event import Contract, Instant

Outcome = Literal["accepted", "duplicate", "parked", "rejected"]


class Reason(Contract):
    """Why: the field concerned as a JSON path (`$` is the whole event), and one sentence."""

    path: str
    message: str


class Receipt(Contract):
    """What became of one pushed event, published on `duban.receipts.<source>.<number>` after the commit.

    accepted: in the ledger at (partition, position). duplicate: the same event was there before, at that position if it was
    accepted. parked: kept, and tried again at each change of the matter. rejected: not taken; listed for correction.
    """

    id: str | None = Field(description="The event's id, where it could be read.")
    source: str
    subject: str = Field(description="The sender's number of the matter.")
    digest: str = Field(description="SHA-256 of the bytes pushed, in hex: tells which push is answered when there is no id.")
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    partition: int | None = None
    position: int | None = None
    recorded_at: Instant
