"""What a writer knows without asking the store again: tasks that it wrote last, and batches loaded ahead of their turn."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.domain.command import Command
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.ports import Changes, EventId, Known, NotStored, TrackerStore

MOST: Final = 4000
"""Tasks kept for a partition, some 4 KB each."""


@dataclass(eq=False)
class Loaded:
    """What the store knew of a batch, and what the writer has committed since it was asked."""

    matters: Collection[Matter]
    events: Collection[EventId]
    known: Known | None = None
    since: list[Changes] = field(default_factory=list)


@dataclass(eq=False)
class Waking:
    """The tasks that wake before an instant, and what the writer has committed since the store was asked."""

    before: datetime
    tasks: Sequence[Task] | None = None
    """None while the store is being asked."""
    more: bool = False
    """Whether there may be others."""
    written: set[Matter] = field(default_factory=set)

    def unchanged(self) -> list[Task]:
        """Those that are still as loaded; the others wake again if they have to."""
        return [task for task in self.tasks or () if task.matter not in self.written]


class Memory:
    """While the lease holds nobody else writes the partition, and a writer whose lease was lost cannot commit what it decided: so
    what it wrote itself is true. When it is unknown whether a commit went through, everything is forgotten."""

    def __init__(self, store: TrackerStore, most: int = MOST) -> None:
        self._store = store
        self._most = most
        self._tasks: OrderedDict[Matter, Task] = OrderedDict()  # a dict looks for its first key among those that are gone
        self._ahead: list[Loaded] = []
        self._waking: Waking | None = None

    async def load(self, commands: Sequence[Command]) -> Loaded:
        """Ask the store ahead of the batch's turn; while the store is away the question waits until then."""
        matters = {command.matter for command in commands}
        loaded = Loaded(matters, {EventId(command.cause.source, command.cause.id) for command in commands})
        self._ahead.append(loaded)
        try:
            known = await self._ask(loaded.matters, loaded.events)
        except NotStored:
            return loaded
        if loaded in self._ahead:
            loaded.known = known
        return loaded

    async def recall(self, loaded: Loaded) -> Known:
        """What is known of a batch whose turn has come. Raises NotStored."""
        known, loaded.known = loaded.known, None  # a second try asks anew
        if loaded in self._ahead:
            self._ahead.remove(loaded)
        if known is None:
            return await self._ask(loaded.matters, loaded.events)
        for changes in loaded.since:
            _add(known, changes)
        return known

    async def load_waking(self, partition: int, before: datetime, most: int) -> Waking:
        """Ask for the tasks that wake before an instant, if need be ahead of their turn. Raises NotStored."""
        waking = self._waking = Waking(before)
        waking.tasks = await self._store.waking(partition, before, most)
        waking.more = len(waking.tasks) == most
        return waking

    def take_waking(self, before: datetime) -> Waking | None:
        """What was loaded ahead for an instant, once; None when nothing was, or for another instant, or it was forgotten."""
        waking, self._waking = self._waking, None
        return None if waking is None or waking.tasks is None or waking.before != before else waking

    def committed(self, changes: Changes) -> None:
        """Keep what was committed; the tasks written longest ago make room."""
        for loaded in self._ahead:
            loaded.since.append(changes)
        if self._waking is not None:
            self._waking.written.update(task.matter for task in changes.tasks)
        for task in changes.tasks:
            matter = task.matter
            self._tasks[matter] = task
            self._tasks.move_to_end(matter)
        while len(self._tasks) > self._most:
            self._tasks.popitem(last=False)

    def forget(self) -> None:
        """Start again from what is stored."""
        self._tasks.clear()
        self._waking = None
        for loaded in self._ahead:
            loaded.known = None
        self._ahead.clear()

    async def _ask(self, matters: Collection[Matter], events: Collection[EventId]) -> Known:
        at_hand = {matter: self._tasks[matter] for matter in matters if matter in self._tasks}
        return await self._store.known(matters, events, at_hand)


def _add(known: Known, changes: Changes) -> None:
    for task in changes.tasks:
        known.tasks[task.matter] = task
    for row in changes.rows:
        cause = row.entry.cause
        if cause is not None and row.event is not None:
            known.taken[EventId(cause.source, cause.id)] = (row.event, row.partition, row.position)
    for event in changes.unparked:
        known.parked.pop(event, None)
    for parked in changes.parked:
        known.parked[parked.event] = parked
