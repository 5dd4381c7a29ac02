"""What a message carries, looked at before each try: which of its notices still hold, and why the others do not."""

from collections.abc import Mapping
from datetime import datetime

from services.notifier.desk import Desk
from shared.domain.grounds import instead
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


async def carried_by(delivery: Delivery, desk: Desk, now: datetime) -> Carried:
    """What a message carries now; who is to be told in the place of others is planned. Raises NotStored."""
    async with desk.reading.snapshot() as snapshot:
        notices = await notices_in(snapshot, delivery.id)
        matters = {notice.occasion.matter for notice in notices}
        tasks = await snapshot.tasks_of(matters)
        taken = await noted(snapshot, matters)
        told = await told_of(snapshot, matters)
    found = judged_again(notices, tasks, taken, told, desk.office.roster)
    lost = [notice for notice, why in found.dropped if why == "passed-on"]
    await desk.store.plan(
        [other for one in lost for other in instead(one, tasks.get(one.occasion.matter), desk.office, now) or ()]
    )
    return Carried(found.told, found.dropped, tasks)
