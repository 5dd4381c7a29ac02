"""What tasks add to the counts, in the words of tests: the six measures that nearly every test is about."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from shared.domain.formula import Counts
from shared.domain.journal import Line, journal_lines
from shared.domain.measure import Measure, measures
from shared.domain.question import Question
from shared.domain.task import Task
from shared.domain.timeline import Account, standing
from shared.figures.sums import Span, summed
from shared.storage.reading import Snapshot
from tests.support.sample import SHANGHAI

CORE: Final = tuple(Measure[name] for name in ("RECEIVED", "CLOSED", "CLOSED_ON_TIME", "CLOSED_LATE", "OPEN", "OVERDUE_OPEN"))
Net = dict[tuple[datetime, date, Account, Measure], int]


def counted_as(episode: Task, at: datetime | None = None) -> tuple[str, ...]:
    """The core measures that an episode adds at an instant, by default that of its last event."""
    bits = standing(episode, at or episode.last[0])
    return tuple([measure.word for measure in CORE if bits & measure.bit])


def core(counts: Counts) -> Counter[str]:
    """The core measures that are not zero, in tasks."""
    return Counter({measure.word: counts.tasks[measure] for measure in CORE if counts.tasks[measure]})


def net(lines: Iterable[Line]) -> Net:
    """What lines of the journal add up to, measure by measure."""
    total: Counter[tuple[datetime, date, Account, Measure]] = Counter()
    for line in lines:
        for bits, sign in ((line.plus, 1), (line.minus, -1)):
            for measure in measures(bits):
                total[line.at, line.received_on, line.account, measure] += sign
    return {key: count for key, count in total.items() if count}


def core_of(journal: Net) -> dict[str, int]:
    """The core measures that are not zero once all instants of a journal have passed."""
    total: Counter[str] = Counter()
    for (_, _, _, measure), count in journal.items():
        if measure in CORE:
            total[measure.word] += count
    return {measure: count for measure, count in total.items() if count}


def adds(task: Task | None) -> Net:
    """What a task adds to the journal, all told."""
    return net(journal_lines(None, task, SHANGHAI))


async def by_unit(
    snapshot: Snapshot, as_of: datetime, question: Question | None = None, *, since: date | None = None, until: date | None = None
) -> dict[str, Counter[str]]:
    """The core measures of each unit at an instant, as known now."""
    keep = None if question is None else lambda account: question.covers(account, None)
    sums = await summed(snapshot, (as_of,), Span(since=since, until=until), keep)
    grouped = {unit: core(counts) for unit, counts in sums.by(lambda account: (account.unit,)).items()}
    return {unit: counts for unit, counts in grouped.items() if counts}


async def total(snapshot: Snapshot, as_of: datetime) -> Counter[str]:
    """The core measures of all tasks at an instant, as known now."""
    return core((await summed(snapshot, (as_of,), Span(), detail=False)).total())
