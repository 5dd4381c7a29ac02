"""Trends: each point is what a single question would have been answered, and each opens with what was open before."""

import tracemalloc
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.figures import Counts, Trend, TrendPoint
from shared.domain.command import Command
from shared.domain.history import fold
from shared.domain.journal import Line, journal_lines
from shared.domain.matter import Matter
from shared.domain.measure import Measure
from shared.domain.question import Question
from shared.domain.stretch import Pace
from shared.domain.value import replace
from shared.figures.chart import HEAD, chart, markdown, rows
from shared.figures.document import Office, figures
from shared.figures.trend import MOST_POINTS, TooManyPoints, spans_of, trend
from shared.units import Units
from tests.support import sample
from tests.support.drafts import about
from tests.support.histories import any_history
from tests.support.memory_journal import MemoryJournal, journal_of
from tests.support.sample import SHANGHAI, START, at
from tests.support.scenario import the

OFFICE: Final = Office(Units({"bureau": "局", "water": "水务站"}, {"water": "bureau"}), "Asia/Shanghai", SHANGHAI)
DAY: Final = date(2026, 11, 23)
"""The local day of START."""


def lines_of(number: str, commands: Sequence[Command], weight: float = 1.0) -> list[Line]:
    """What a matter's history adds to the journal."""
    told = [about(Matter(sample.CITY, number), command) for command in commands]
    task = the(fold(told, sample.RULEBOOK).task)
    return journal_lines(None, replace(task, weight=weight), SHANGHAI)


def told(*histories: Sequence[Command]) -> MemoryJournal:
    return journal_of([(lines_of(str(number), commands), START) for number, commands in enumerate(histories)])


def question(days: int, **said: Any) -> Question:
    asked = Question(as_of=at(1000), since=DAY, until=DAY + timedelta(days=days))
    return replace(asked, **said)


def flows(found: Trend) -> list[tuple[str, float, float, float, float]]:
    return [(one.key, one.flow.opening, one.flow.received, one.flow.closed, one.flow.open) for one in found.points]


async def test_a_task_is_received_in_one_week_open_in_the_next_and_closed_in_the_third() -> None:
    journal = told([sample.register(policy="reported", due=at(3)), sample.approve(at(15))])

    found = await trend(journal, question(21), "week", OFFICE)

    assert flows(found) == [("2026-W48", 0, 1, 0, 1), ("2026-W49", 1, 0, 0, 1), ("2026-W50", 1, 0, 1, 0)]
    assert [one.rates.closure.value for one in found.points] == [0.0, 0.0, 1.0]
    assert [one.received_rates.closure.value for one in found.points] == [0.0, None, None]
    assert [one.counts.overdue_open for one in found.points] == [1, 1, 0]


async def test_a_period_that_is_not_over_ends_at_the_instant_of_judgement() -> None:
    journal = told([sample.register(policy="reported"), sample.approve(at(8))])

    before = await trend(journal, question(30, as_of=at(8) - datetime.resolution), "week", OFFICE)
    then = await trend(journal, question(30, as_of=at(8)), "week", OFFICE)

    assert flows(before)[-1] == ("2026-W49", 1, 0, 0, 1)
    assert flows(then)[-1] == ("2026-W49", 1, 0, 1, 0)
    assert [(one.whole, one.until) for one in then.points] == [
        (True, datetime(2026, 11, 30, tzinfo=SHANGHAI)),
        (False, at(8)),
    ]


async def test_what_has_not_begun_has_no_point() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    journal = told([sample.register()])
    assert (await trend(journal, question(9, as_of=midnight), "day", OFFICE)).points == ()
    assert len((await trend(journal, question(9, as_of=midnight + datetime.resolution), "day", OFFICE)).points) == 1
    assert (await trend(MemoryJournal(), question(2), "day", OFFICE)).points[1].rates.closure.value is None


async def test_what_became_known_later_is_not_in_a_trend_as_it_was_known_before() -> None:
    journal = journal_of(
        [
            (lines_of("1", [sample.register()]), at(0)),
            (lines_of("2", [sample.register()]), at(40)),
        ]
    )
    assert flows(await trend(journal, question(1, known_at=at(39)), "day", OFFICE)) == [("2026-11-23", 0, 1, 0, 1)]
    assert flows(await trend(journal, question(1, known_at=at(40)), "day", OFFICE)) == [("2026-11-23", 0, 2, 0, 2)]


async def test_a_task_that_goes_to_another_unit_moves_out_of_the_one_and_into_the_other() -> None:
    journal = told([sample.register(unit="north"), sample.sign(at(1)), sample.transfer(at(2), to_unit="south")])

    async def moved(unit: str) -> tuple[float, float, float]:
        flow = (await trend(journal, question(7, unit=unit), "week", OFFICE)).points[0].flow
        return flow.moved_in, flow.moved_out, flow.open

    assert (await moved("north"), await moved("south")) == ((0, 1, 0), (1, 0, 1))


async def test_a_shared_matter_counts_by_its_weight() -> None:
    journal = journal_of([(lines_of(str(n), [sample.register()], 0.5), START) for n in range(9)])
    journal.add(lines_of("whole", [sample.register()]), START)
    point = (await trend(journal, question(1), "day", OFFICE)).points[0]
    assert (point.flow.received, point.rates.closure.denominator, point.rates.closure.n) == (5.5, 5.5, 10)


def test_a_trend_of_too_many_points_is_refused() -> None:
    asked = question(MOST_POINTS, as_of=at(MOST_POINTS + 9))
    assert len(spans_of(asked, "day", OFFICE)) == MOST_POINTS
    with pytest.raises(TooManyPoints, match="4,000"):
        spans_of(question(MOST_POINTS + 1, as_of=at(MOST_POINTS + 9)), "day", OFFICE)
    assert len(spans_of(question(MOST_POINTS + 1, as_of=at(MOST_POINTS + 9)), "week", OFFICE)) < 600


HISTORIES: Final = st.lists(st.tuples(any_history(), st.integers(0, 60), st.sampled_from([1.0, 0.5, 1.25])), max_size=6)


def journal_from(histories: Sequence[tuple[list[Command], int, float]]) -> MemoryJournal:
    """Tasks of these histories and weights; each became known so many days after START."""
    return journal_of(
        [(lines_of(str(number), commands, weight), at(days)) for number, (commands, days, weight) in enumerate(histories)]
    )


@settings(max_examples=40, deadline=None)
@given(
    HISTORIES,
    st.sampled_from(["day", "week", "month"]),
    st.integers(-3, 30),
    st.integers(1, 45),
    st.sampled_from([None, "bureau", "water"]),
    st.booleans(),
    st.sampled_from([None, 10, 30]),
    st.integers(1, 60),
)
async def test_every_point_is_what_single_questions_are_answered(
    histories: list[tuple[list[Command], int, float]],
    pace: Pace,
    start: int,
    days: int,
    unit: str | None,
    co_units: bool,
    known: int | None,
    as_of: int,
) -> None:
    journal = journal_from(histories)
    since = DAY + timedelta(days=start)
    known_at = None if known is None else at(known)
    asked = Question(at(as_of), known_at, since, since + timedelta(days=days), unit=unit, co_units=co_units)

    found = await trend(journal, asked, pace, OFFICE)

    for span, point in zip(spans_of(asked, pace, OFFICE), found.points, strict=True):
        single = replace(asked, as_of=span.judged_at, since=span.stretch.since, until=span.stretch.until)
        cohort = await figures(journal, single, OFFICE)
        assert (point.received_counts, point.received_rates) == (cohort.counts, cohort.rates)
        all_then = await figures(journal, replace(single, since=None, until=None), OFFICE)
        assert (point.counts, point.rates) == (all_then.counts, all_then.rates)
        single = replace(single, as_of=asked.as_of)
        assert point.flow == (await figures(journal, single, OFFICE)).flow
    assert_it_holds_together(found.points)


def assert_it_holds_together(points: Sequence[TrendPoint]) -> None:
    """The identity of each flow, and nothing between two periods."""
    for point in points:
        flow = point.flow
        ended = flow.withdrawn + flow.not_accepted + flow.merged + flow.excluded
        assert flow.opening + flow.received + flow.moved_in - flow.moved_out - ended == flow.closed + flow.open
        assert flow.open == point.counts.open
    for former, following in pairwise(points):
        assert (former.flow.open, former.until) == (following.flow.opening, following.since)


async def test_200_days_of_3000_accounts_take_little_memory() -> None:
    lines = lines_of("1", [sample.register(policy="reported", due=at(3)), sample.approve(at(15))])
    journal = MemoryJournal()
    for nth in range(3000):
        journal.add([line._replace(account=line.account._replace(category=(str(nth),))) for line in lines], START)

    tracemalloc.start()
    found = await trend(journal, question(200), "day", OFFICE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(found.points) == 200
    assert found.points[-1].counts == Counts(**{**found.points[-1].counts.model_dump(), "closed": 3000, "open": 0})
    by_account = 201 * 3000 * len(Measure) * 8
    assert peak < by_account / 5, f"{peak:,} bytes; a cell for each account would be {by_account:,}"


async def test_bars_have_one_scale_and_show_whatever_is_there() -> None:
    many = [[sample.register(policy="reported")] for _ in range(79)]
    journal = told(*many, [sample.register(policy="reported"), sample.approve(at(1))])
    found = await trend(journal, question(2), "day", OFFICE)
    assert list(chart(found.points)) == [
        f"2026-11-23  80 {'#' * 40}",
        "             0",
        "2026-11-24   0",
        "             1 =",
        "            # 新收 received   = 办结 closed",
    ]
    assert list(chart(())) == []


async def test_the_document_and_the_sheet_have_a_row_for_each_period() -> None:
    found = await trend(told([sample.register()]), question(10), "week", OFFICE)
    table = [line for line in markdown(found) if line.startswith("|")]
    assert table[0].count("|") == table[1].count("|") == table[2].count("|") == len(HEAD) + 1
    assert [line.split("|")[1].strip() for line in table[2:]] == ["2026-W48", "2026-W49 *"]
    sheet = list(rows(found))
    assert [dict(zip(sheet[0], row, strict=True))["opening"] for row in sheet[1:]] == ["0", "1"]
    assert dict(zip(sheet[0], sheet[1], strict=True))["satisfaction"] == ""
