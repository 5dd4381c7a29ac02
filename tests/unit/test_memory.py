"""What a writer remembers is what its store would answer, whatever was committed between asking and using the answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.memory import Memory
from shared.codec.facts import GENESIS
from shared.domain.matter import Matter
from shared.domain.task import Task
from shared.ports import Changes, EventId, Known, Lease, NotStored, ParkedEvent, TrackerStore
from tests.support import sample
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, at

MATTERS = [Matter(CITY, number) for number in "abc"]
EVENTS = [EventId(CITY, f"early-{matter.number}") for matter in MATTERS]


@dataclass
class Table:
    """A store of one partition in dictionaries, which may be away."""

    known_: Known = field(default_factory=lambda: Known({}, {}, {}))
    away: bool = False

    async def known(self, matters: Collection[Matter], events: Collection[EventId], at_hand: Mapping[Matter, Task]) -> Known:
        if self.away:
            raise NotStored("away")
        known = self.known_
        return Known(
            {**{matter: known.tasks[matter] for matter in matters if matter in known.tasks}, **at_hand},
            {event: known.taken[event] for event in events if event in known.taken},
            {event: early for event, early in known.parked.items() if early.matter in matters or event in events},
        )

    def commit(self, changes: Changes) -> None:
        self.known_.tasks.update({task.matter: task for task in changes.tasks})
        for row in changes.rows:
            if row.entry.cause is not None and row.event is not None:
                cause = row.entry.cause
                self.known_.taken[EventId(cause.source, cause.id)] = (row.event, row.partition, row.position)
        for event in changes.unparked:
            self.known_.parked.pop(event, None)
        self.known_.parked.update({early.event: early for early in changes.parked})


def parked(event: EventId, matter: Matter, minute: int) -> ParkedEvent:
    return ParkedEvent(event, matter, b"{}", "$", "early", at(minutes=minute), at(days=1))


class World:
    """A memory and its store, and batches that were loaded and have not had their turn."""

    def __init__(self, most: int) -> None:
        self.table = Table()
        self.memory = Memory(cast("TrackerStore", self.table), most)
        self.draft = Draft(Lease(0, 1, 0, GENESIS, sample.START))
        self.minute = 0

    def commit(self, numbers: str, park: str, unpark: str) -> None:
        self.minute += 1
        draft = self.draft.next()
        for matter in (one for one in MATTERS if one.number in numbers):
            known = matter in draft.tasks
            command: Any = sample.record(at(minutes=self.minute), id_=f"r{self.minute}") if known else sample.register()
            draft.take(about(matter, command))
        changes = draft.changes(
            parked=[parked(e, m, self.minute) for e, m in zip(EVENTS, MATTERS, strict=True) if m.number in park],
            unparked=[e for e, m in zip(EVENTS, MATTERS, strict=True) if m.number in unpark],
        )
        self.draft = draft
        self.table.commit(changes)
        self.memory.committed(changes)


NUMBERS = st.sampled_from(["", "a", "b", "ab", "bc", "abc"])
COMMITS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=4)


@given(COMMITS, COMMITS, COMMITS, st.integers(0, 3))
async def test_an_answer_from_before_is_as_good_as_one_from_now(before: Any, between: Any, after: Any, most: int) -> None:
    world = World(most)
    for commit in before:
        world.commit(*commit)
    commands = [about(matter, sample.record(at(minutes=1), id_=f"r{n}")) for n, matter in enumerate(MATTERS[:2])]
    first = await world.memory.load(commands)
    for commit in between:
        world.commit(*commit)
    second = await world.memory.load(commands)
    for commit in after:
        world.commit(*commit)
    now = await world.table.known(first.matters, first.events, {})
    for loaded in (first, second):
        known = await world.memory.recall(loaded)
        asked = [matter for matter in first.matters if matter in known.tasks]
        assert {matter: known.tasks[matter] for matter in asked} == now.tasks
        assert {event: known.taken[event] for event in first.events if event in known.taken} == now.taken
        assert {event: early for event, early in known.parked.items() if early.matter in first.matters} == now.parked


async def test_after_a_commit_of_unknown_outcome_the_store_is_asked_again() -> None:
    world = World(10)
    world.commit("a", "", "")
    loaded = await world.memory.load([about(MATTERS[0], sample.record(at(minutes=1)))])
    other = replace(world.table.known_.tasks[MATTERS[0]], title="as it went through all the same")
    world.table.known_.tasks[MATTERS[0]] = other
    world.memory.forget()

    assert (await world.memory.recall(loaded)).tasks == {MATTERS[0]: other}


async def test_a_store_that_is_away_is_asked_when_the_turn_has_come() -> None:
    world = World(10)
    world.table.away = True
    loaded = await world.memory.load([about(MATTERS[0], sample.register())])
    world.table.away = False
    world.commit("a", "", "")

    assert (await world.memory.recall(loaded)).tasks == world.table.known_.tasks


async def test_the_tasks_written_longest_ago_make_room() -> None:
    world = World(1)
    world.commit("a", "", "")
    world.commit("b", "", "")
    world.table.known_.tasks.clear()
    loaded = await world.memory.load([about(matter, sample.record(at() + timedelta(minutes=1))) for matter in MATTERS[:2]])

    assert set((await world.memory.recall(loaded)).tasks) == {MATTERS[1]}
