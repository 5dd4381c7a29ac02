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


class DetectorPartition(FiguresContract):
    """How far the clocks of one partition are kept."""

    partition: int
    lag_seconds: float = Field(
        description="Age of the oldest deadline that is due and not claimed, at most the time since all were; 0 when there is "
        "none. Due is what lies before the watermark; when the detector has not finished a look for some seconds, what lies "
        "before now."
    )
    watermark: Instant | None = Field(
        description="Everything that was pushed before it has been processed; null while nothing is known of it."
    )
    looked_at: Instant | None = Field(description="When the detector last finished a look; null before the first.")


class Detector(FiguresContract):
    """What a tracker says of its detector of deadlines every ten seconds: `duban.health.detector`, KV key `health.detector`.

    It is said beside the detector, which shows in a growing lag when it hangs or waits for the database; silence is a tracker
    that is gone. Where several trackers hold partitions each speaks of its own; the key has what one of them said last.
    """

    at: Instant
    holder: str = Field(description="Name of the instance that holds the partitions.")
    held_since: Instant | None = Field(
        description="Since when alerts are held because the machine's clock was set; null when they are not."
    )
    held_why: str | None = Field(description="What the clock did.")
    partitions: tuple[DetectorPartition, ...]
