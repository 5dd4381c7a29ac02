"""What a message carries, looked at before each try: which of its notices still hold, and why the others do not."""

from collections.abc import Mapping

from services.notifier.desk import Desk
from shared.domain.matter import Matter
from shared.domain.notice import Dropped, Notice
from shared.domain.retelling import judged_again
from shared.domain.task import Task
from shared.domain.value import value
from shared.notices.wording import DROPPED
from shared.storage.noticing import Delivery, notices_in, told_of
from shared.storage.told import noted


@value
class Carried:
    """The notices of a message that hold, those that do not, and the tasks as they stand."""

    notices: tuple[Notice, ...]
    dropped: tuple[tuple[Notice, Dropped], ...]
    tasks: Mapping[Matter, Task]

    @property
    def why(self) -> str:
        """Why nothing is said of those that do not hold."""
        return "、".join(dict.fromkeys(DROPPED[why] for _, why in self.dropped))


async def carried_by(delivery: Delivery, desk: Desk) -> Carried:
    """What a message carries now."""
    async with desk.reading.snapshot() as snapshot:
        notices = await notices_in(snapshot, delivery.id)
        matters = {Matter(notice.occasion.owner, notice.occasion.number) for notice in notices}
        tasks = await snapshot.tasks_of(matters)
        taken = await noted(snapshot, matters)
        told = await told_of(snapshot, matters)
    found = judged_again(notices, tasks, taken, told, desk.office.roster)
    return Carried(found.told, found.dropped, tasks)
