"""What is left to say of a message that was not taken yet: its notices are judged again before each try."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shared.domain.grounds import is_theirs
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Notice
from shared.domain.person import Roster
from shared.domain.round import Judged, judged
from shared.domain.task import Task


def judged_again(
    carried: Sequence[Notice],
    tasks: Mapping[Matter, Task],
    acknowledged: Collection[Acknowledged],
    told: Collection[Notice],
    now: datetime,
    roster: Roster,
) -> Judged:
    """Which of the notices of a message are still to be said, by the tasks as they stand now, and why the others are not; `told`
    is what the same people were told of these tasks. No silence holds back what was settled before it.
    """
    found = judged(carried, tasks, acknowledged, (), now, told)
    theirs = [one for one in found.told if is_theirs(one, tasks.get(Matter(one.occasion.owner, one.occasion.number)), roster)]
    passed_on: list[tuple[Notice, Dropped]] = [(one, "passed-on") for one in found.told if one not in theirs]
    return Judged(tuple(theirs), (*found.dropped, *passed_on))
