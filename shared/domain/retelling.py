"""What is left to say of a message that was not taken yet: its notices are judged again before each try."""

from collections.abc import Collection, Mapping, Sequence

from shared.domain.grounds import is_theirs, still_holds
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Notice
from shared.domain.person import Roster
from shared.domain.round import Judged, highest
from shared.domain.task import Task


def judged_again(
    carried: Sequence[Notice],
    tasks: Mapping[Matter, Task],
    acknowledged: Collection[Acknowledged],
    told: Collection[Notice],
    roster: Roster,
) -> Judged:
    """Which of the notices of a message are still to be said, by the tasks as they stand now, and why the others are not; `told`
    is what the same people were told of these tasks. No silence and no step holds back what was settled before it.
    """
    top = highest(one for one in (*told, *carried) if still_holds(one, tasks.get(one.occasion.matter)) is None)

    def why(one: Notice) -> Dropped | None:
        over = still_holds(one, tasks.get(one.occasion.matter), acknowledged)
        if over is None and one.id not in top:
            return "covered"
        return over if over is not None or is_theirs(one, tasks.get(one.occasion.matter), roster) else "passed-on"

    judged = [(one, why(one)) for one in carried]
    return Judged(
        told=tuple(one for one, over in judged if over is None),
        dropped=tuple((one, over) for one, over in judged if over is not None),
    )
