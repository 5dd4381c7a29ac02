"""What Duban says of its own health."""

from pydantic import Field

from contracts.event import Instant
from contracts.figures import FiguresContract


class Audited(FiguresContract):
    """What the auditor found when it recounted everything from the ledger: `duban.health.auditor`, KV key `health.auditor`."""

    at: Instant = Field(description="When the recount began.")
    seconds: float = Field(description="How long it took.")
    facts: int
    tasks: int
    found: int = Field(description="How many differences there are. None is what should be.")
    differences: tuple[str, ...] = Field(description="The first of them.")
    positions: dict[str, int] = Field(description="Ledger position of each partition that it is true for.")
