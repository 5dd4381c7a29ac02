"""Several matters as a tracker lives through them: told in batches, some of it late, each batch known from an instant on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, NamedTuple

import numpy as np

from shared.codec.facts import Place, encode_fact
from shared.codec.journal import day_number
from shared.domain.clock import ClockName
from shared.domain.command import Command, GrantExtension, RegisterTask, RequestExtension, SuspendTask
from shared.domain.fact import Entry
from shared.domain.journal import Line, Timelines
from shared.domain.matter import Matter
from shared.domain.policy import Rulebook
from shared.domain.task import Task
from shared.domain.timeline import Account
from shared.domain.transition import open_actions, place_of
from shared.domain.value import replace
from shared.figures.sums import LINES, Adding, Keep, Span, Sums, Words
from shared.storage.instants import to_micros
from tests.support.any_command import COMMANDS, ENDINGS, VARIED, VARIED_POLICIES, any_command, any_commands, told
from tests.support.drafts import about
from tests.support.memory_tracker import MemoryTracker
from tests.support.sample import CITY, SHANGHAI, at, cause

LONGEST: Final = 10
"""Half as many events are legal as are tried."""
PARTITIONS: Final = 2
_DELAYS: Final = [timedelta(hours=hours) for hours in (0, 0, 0, 0, 0, 1, 30, 24 * 20, 24 * 60)]
_MOMENT: Final = timedelta(microseconds=1)
_GAPS: Final = [timedelta(hours=hours) for hours in (0, 1, 20, 24, 24 * 5, 24 * 9, 24 * 40)]
_ONWARD: Final = frozenset({"sign", "accept", "submit", "approve", "relapse", "suspend", "request-return"})
"""What brings a matter on its way comes oftener."""
_WEIGHTS: Final = (1.0, 1.0, 1.0, 0.5, 2.25)
_ENTERPRISES: Final[tuple[tuple[str, ...], ...]] = ((), (), ("mill",), ("mill", "quarry"))


@dataclass
class Lived:
    """What was put on record: the ledger's bytes, and the lines of the journal with the instant at which they became known."""

    bodies: list[bytes] = field(default_factory=list)
    lines: list[tuple[int, datetime, Line]] = field(default_factory=list)
    """With the partition and the instant of knowledge."""

    def known(self) -> list[datetime]:
        """The instants at which something became known."""
        return sorted({known for _, known, _ in self.lines})

    def turns(self) -> list[datetime]:
        """The instants at which a count changes, and those right before."""
        return sorted({moment for _, _, line in self.lines for moment in (line.at, line.at - _MOMENT)})

    def sums(self, instants: Sequence[datetime], span: Span, keep: Keep | None = None) -> Sums:
        """The product's sums of the journal, without a database."""
        accounts: list[dict[Account, int]] = [{} for _ in range(PARTITIONS)]
        changes: list[dict[tuple[int, int], int]] = [{} for _ in range(PARTITIONS)]
        blocks: list[list[tuple[int, ...]]] = [[] for _ in range(PARTITIONS)]
        for partition, known, line in self.lines:
            account = accounts[partition].setdefault(line.account, len(accounts[partition]))
            change = changes[partition].setdefault((line.plus, line.minus), len(changes[partition]))
            day = day_number(line.received_on)
            blocks[partition].append((to_micros(line.at), to_micros(known), day, account, change, line.minutes))
        words = {partition: Words.of(list(accounts[partition]), list(changes[partition])) for partition in range(PARTITIONS)}
        adding = Adding(words, instants, span, keep, detail=True)
        for partition, block in enumerate(blocks):
            adding.add(partition, np.array(block, dtype=LINES))
        return adding.sums()


class Change(NamedTuple):
    """What one batch made of one matter."""

    nth: int
    was: Task | None
    entries: list[Entry]
    now: Task | None


def lived(random: Random, matters: Sequence[Sequence[Command]], rulebook: Rulebook = VARIED) -> Lived:
    """What becomes of matters that are told with delays."""
    record, timelines = Lived(), Timelines(most=2)
    for known, changes in told_in_batches(random, matters, rulebook):
        for nth, was, entries, now in changes:
            record.lines += [(nth % PARTITIONS, known, line) for line in timelines.lines(was, now, SHANGHAI)]
            for entry in entries:
                assert now is not None
                place = Place(nth % PARTITIONS, len(record.bodies) + 1, known)
                record.bodies.append(encode_fact(entry, place, now.family, now.part_of))
    return record


def told_in_batches(
    random: Random, matters: Sequence[Sequence[Command]], rulebook: Rulebook = VARIED
) -> Iterator[tuple[datetime, list[Change]]]:
    """What each batch makes of the matters that it changes, and when. In each of them all clocks are driven up to its instant."""
    trackers = [MemoryTracker(rulebook=rulebook) for _ in matters]
    for now, batch in batches(random, matters):
        before = [(tracker.task, len(tracker.ledger)) for tracker in trackers]
        for nth, command in batch:
            trackers[nth].push(command)
        changes: list[Change] = []
        for nth, (tracker, (was, length)) in enumerate(zip(trackers, before, strict=True)):
            entries = tracker.sweep(now).ledger[length:]
            if entries:
                changes.append(Change(nth, was, entries, tracker.task))
        yield now, changes


def batches(random: Random, matters: Sequence[Sequence[Command]]) -> Iterator[tuple[datetime, list[tuple[int, Command]]]]:
    """The commands in the order in which they arrive, each no sooner than it happened, in batches of one instant."""
    arriving = sorted(
        ((command.cause.at + random.choice(_DELAYS), nth, command) for nth, matter in enumerate(matters) for command in matter),
        key=lambda item: item[:2],
    )
    batch: list[tuple[int, Command]] = []
    for place, (arrived, nth, command) in enumerate(arriving):
        batch.append((nth, command))
        if place == len(arriving) - 1 or random.random() < 0.6:
            yield arrived, batch
            batch = []


def numbered(nth: int, commands: Sequence[Command]) -> list[Command]:
    """Commands about a matter of its own."""
    return [about(Matter(CITY, str(nth)), command) for command in commands]


def any_matter(random: Random, nth: int) -> list[Command]:
    """Commands about a matter: mostly those that are open where they come, now and then any at all."""
    return numbered(nth, any_course(random) if random.random() < 0.8 else list(any_commands(random, LONGEST)))


def any_course(random: Random) -> list[Command]:
    """A legal course of a matter, from its registration on: with a weight, enterprises, perhaps said to be a repeat of another or
    a part of one.
    """
    when = at(random.choice((0, 0, 3, 21)), hours=random.choice((0, 15)))
    register = any_command(random, RegisterTask, when)
    assert isinstance(register, RegisterTask)
    register = replace(
        register,
        cause=cause(RegisterTask, when, "register", CITY),
        weight=random.choice(_WEIGHTS),
        enterprise=random.choice(_ENTERPRISES),
        repeat_of=random.choice((None, None, "6")),
        part_of=random.choice((None,) * 9 + ("6",)),
    )
    course: list[Command] = [register]
    task = told(None, course)
    for _ in range(random.randrange(2 * LONGEST)):
        if task is not None and task.state.place == "ended":
            break
        when += random.choice(_GAPS)
        command = _next(random, task, when)
        after = told(task, [command])
        if after is not task:
            course, task = [*course, command], after
    return course


def _next(random: Random, task: Task | None, when: datetime) -> Command:
    flow = "standard" if task is None else VARIED_POLICIES[task.policy].flow
    kinds = [kind for kind in COMMANDS if kind.action in open_actions(flow, place_of(task))]
    waiting = {"grant-extension": task.extension is not None, "approve-return": task.return_asked_at is not None} if task else {}
    likely = [0.2 if kind.action in ENDINGS else 2 if kind.action in _ONWARD else 1 for kind in kinds]
    chosen = random.choices(kinds, [10 * waiting.get(kind.action, 0.1) * one for kind, one in zip(kinds, likely, strict=True)])[0]
    command = any_command(random, chosen, when)
    finish = None if task is None else task.clock(ClockName.FINISH)
    if isinstance(command, (RequestExtension, GrantExtension)) and finish is not None and finish.due is not None:
        command = replace(command, until=finish.due + timedelta(days=10))
    if isinstance(command, SuspendTask):
        command = replace(command, ground="听证")
    return replace(command, cause=replace(command.cause, source=CITY)) if random.random() < 0.8 else command


def any_instants(random: Random, record: Lived) -> tuple[list[datetime], datetime | None]:
    """Three instants of the counts in ascending order, and one of knowledge that is not before them, None for now."""
    turns = record.turns() or [at(0)]
    asked = sorted(random.choice((random.choice(turns), at(hours=random.randrange(24 * 400)))) for _ in range(3))
    after = [known for known in record.known() if known >= asked[-1]]
    return asked, random.choice([*after, asked[-1], None])


def any_days(random: Random) -> tuple[date | None, date | None]:
    """A cohort of local days."""
    first = at(random.randrange(-2, 30)).astimezone(SHANGHAI).date()
    return random.choice(((None, None), (first, None), (None, first), (first, first + timedelta(days=random.randrange(1, 40)))))
