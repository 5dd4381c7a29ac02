"""Rates as authorities published them, from the numbers they were made of; where we print otherwise, it is said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, Final

import pytest

from contracts.figures import Figures
from shared.domain.command import Command
from shared.domain.formula import FORMULAS, Counts, Rate, counts_of
from shared.domain.history import fold
from shared.domain.journal import journal_lines
from shared.domain.matter import Matter
from shared.domain.measure import Measure
from shared.domain.question import Question, flow
from shared.domain.value import replace
from shared.figures.document import Office, figures, wire_rate
from shared.figures.table import percent_text
from shared.units import Units
from tests.support import sample
from tests.support.drafts import about
from tests.support.memory_journal import MemoryJournal, journal_of
from tests.support.sample import CITY, SHANGHAI, START, approve, at, register, sign, submit
from tests.support.scenario import the

OFFICE: Final = Office(Units(), "Asia/Shanghai", SHANGHAI)
DAY: Final = date(2026, 11, 23)
"""The local day of START, a Monday."""


def counts(**numbers: int) -> Counts:
    return counts_of({Measure[name.upper()]: number for name, number in numbers.items()})


def rate(formula: str, **numbers: int) -> Rate:
    return FORMULAS[formula].rate(counts(**numbers))


def percent(formula: str, **numbers: int) -> str:
    return percent_text(rate(formula, **numbers).value)


def told(*histories: Sequence[Command], weights: Sequence[float] = ()) -> MemoryJournal:
    """The journal of tasks with these histories, each of a matter of its own."""
    lines = []
    for nth, history in enumerate(histories):
        task = the(fold([about(Matter(CITY, str(nth)), command) for command in history], sample.RULEBOOK).task)
        weighed = replace(task, weight=weights[nth]) if weights else task
        lines += journal_lines(None, weighed, SHANGHAI)
    return journal_of([(lines, START)])


async def shown(journal: MemoryJournal, as_of: datetime, **asked: Any) -> Figures:
    return await figures(journal, Question(as_of, **asked), OFFICE)


# (who, closed, not closed, what we print, what was printed, whether that was rounded)
SNAPSHOTS: Final = [
    ("Huaibei, March 2021", 1_715, 2_274 - 1_715, "75.41%", "75.42", True),
    ("Hainan, 23 batches until 23 December 2023", 492 + 291, 644, "54.87%", "54.9", True),
    ("the third round's fourth batch of inspections, all provinces", 9_213, 14_066 - 9_213, "65.49%", "65.5", True),
    ("Siping, first half of 2025", 254_567, 254_592 - 254_567, "99.99%", "99.9", False),
]


@pytest.mark.parametrize(("who", "closed", "open_", "ours", "printed", "rounded"), SNAPSHOTS, ids=[one[0] for one in SNAPSHOTS])
def test_a_published_closure_rate_is_closed_out_of_all_given_and_ours_is_the_same_cut_off_at_two_decimals(
    who: str, closed: int, open_: int, ours: str, printed: str, rounded: bool
) -> None:
    exact = Decimal(closed * 100) / (closed + open_)
    assert exact.quantize(Decimal(printed), rounding=ROUND_HALF_UP if rounded else ROUND_DOWN) == Decimal(printed), who
    assert percent("closure", closed=closed, open=open_) == ours


def test_tangshan_prints_what_adds_up_closed_and_still_within_its_time() -> None:
    found = rate("closure", received=2_917, closed=2_349, open=568)
    assert (found.numerator, found.denominator) == (2_349, 2_917)
    assert rate("on_time_closure", received=2_917, closed=2_349, closed_on_time=2_349, open=568) == Rate(2_349, 2_349, 2_349)


def test_the_ministrys_march_intake_is_judged_in_may_when_its_time_is_over() -> None:
    found = rate("matured_closure", received=40_417, due=40_417, due_closed=40_415)
    assert (found.numerator, found.denominator, percent_text(found.value)) == (40_415, 40_417, "99.99%")


def test_siping_is_never_printed_as_100_percent_however_many_decimals_it_has() -> None:
    found = rate("closure", closed=254_567, open=25)
    assert Decimal(found.numerator * 100) / Decimal(found.denominator) > Decimal("99.99")
    assert found.value == 0.9999


def test_the_half_years_100_percent_is_one_only_because_none_is_open() -> None:
    assert percent("closure", received=59, closed=59) == "100%"
    assert percent("closure", received=60, closed=59, open=1) == "98.33%"


def test_nearly_60_percent_of_the_tasks_of_a_plan_are_of_all_of_them_and_not_of_those_due() -> None:
    assert percent("closure", closed=1_275, open=2_164 - 1_275) == "58.91%"


def test_hainan_without_what_was_closed_for_the_stage_is_20_points_lower() -> None:
    assert percent("closure_full", closed=492 + 291, closed_full=492, open=644) == "34.47%"


async def test_inner_mongolias_395_are_38_percent_closed_in_full_and_91_with_those_for_the_stage() -> None:
    received = register(policy="reported")
    ended = [[received, approve(at(1))]] * 151 + [[received, approve(at(1), grade="stage")]] * 209 + [[received]] * 35
    found = (await shown(told(*ended), at(2))).rates
    assert (found.closure_full.numerator, found.closure_full.denominator) == (151, 395)
    assert (found.closure.numerator, found.closure.denominator) == (151 + 209, 395)
    assert (found.closure_full.value, found.closure.value) == (0.3822, 0.9113)


def test_lianyungang_handled_what_was_new_and_what_was_carried_over() -> None:
    before = counts(open=4_629)
    for closed in (0, 80_000, 83_218):
        september = flow(before, counts(given=78_589, closed=closed, open=83_218 - closed))
        assert september.opening + september.received == 83_218 == september.closed + september.open
        assert september.holds


@pytest.mark.parametrize("opening", [31, 500])
def test_sichuans_week_closed_more_than_it_took_in_which_only_its_opening_explains(opening: int) -> None:
    week = flow(counts(open=opening), counts(given=115, closed=146, open=opening + 115 - 146))
    assert (week.received, week.closed, week.open) == (115, 146, opening - 31)
    assert week.holds
    assert not replace(week, opening=0).holds


async def test_a_week_like_sichuans_opens_with_what_came_before_it() -> None:
    monday = at(7)
    before, within = register(START, policy="reported"), register(monday, policy="reported")
    closed = approve(monday + timedelta(days=1))
    histories = [[before, closed]] * 40 + [[within, closed]] * 106 + [[within]] * 9
    found = await shown(told(*histories), at(50), since=DAY + timedelta(days=7), until=DAY + timedelta(days=14))
    assert found.flow is not None
    assert (found.flow.opening, found.flow.received, found.flow.closed, found.flow.open) == (40, 115, 146, 9)
    assert (found.rates.closure.numerator, found.rates.closure.denominator) == (106, 115), "of those received in the week"


async def test_seven_tasks_have_one_denominator_for_signing_and_another_for_closing() -> None:
    """6件应办结工单中1件超时办结，7件工单中1件超时签收：未到期的一件计入签收，不计入办结。"""
    signed, late = sign(at(hours=1)), sign(at(hours=30))

    def closed(signing: Command, day: float) -> list[Command]:
        return [register(due=at(10)), signing, submit(at(day - 1)), approve(at(day))]

    histories = [*[closed(signed, 8)] * 4, closed(late, 9), closed(signed, 11), [register(due=at(90)), signed]]
    found = await shown(told(*histories), at(20))
    signing, closing, matured = found.rates.sign_on_time, found.rates.on_time_closure, found.rates.matured_on_time
    assert (signing.numerator, signing.denominator) == (6, 7)
    assert (closing.numerator, closing.denominator) == (5, 6) == (matured.numerator, matured.denominator)
    assert (found.rates.closure.numerator, found.rates.closure.denominator) == (6, 7)
    assert (found.rates.overdue.numerator, found.rates.overdue.denominator) == (1, 6)


async def test_units_without_complaints_or_without_any_due_have_no_rate_at_all() -> None:
    """无群众诉求的单位4家，无应办结工单的单位6家。"""
    assert all(formula.rate(counts()).value is None for formula in FORMULAS.values())
    found = await shown(told([register(due=at(30)), sign(at(hours=1))]), at(1))
    assert (found.rates.on_time_closure.value, found.rates.matured_closure.value) == (None, None)
    assert percent_text(found.rates.on_time_closure.value) == "—"
    assert found.rates.closure.value == 0.0


def test_one_late_of_six_says_little_and_says_so() -> None:
    found = wire_rate(rate("on_time_closure", closed_on_time=5, closed_late=1), OFFICE.few)
    assert (found.value, found.n, found.few) == (0.8333, 6, True)
    assert found.interval == pytest.approx((0.4364, 0.9700), abs=0.0002)
    many = wire_rate(rate("on_time_closure", closed_on_time=500, closed_late=100), OFFICE.few)
    assert (many.value, many.few) == (0.8333, False)


async def test_shares_of_categories_exceed_100_percent_where_a_task_has_several() -> None:
    two, one = register(policy="reported"), replace(register(policy="reported"), category=("river",))
    found = await shown(told([two], [two], [one]), at(1))
    assert {group.key: group.counts.received for group in found.categories} == {"river": 3, "waste": 2}
    assert sum(group.counts.received for group in found.categories) > found.counts.received == 3


async def test_four_matters_and_a_half_are_a_shared_one_counted_by_its_share() -> None:
    """4.5件：共同承办的一件按0.5计。"""
    closed = [register(policy="reported"), approve(at(1))]
    found = await shown(told(*[closed] * 5, weights=[1, 1, 1, 1, 0.5]), at(2))
    assert (found.counts.received, found.counts.closed) == (4.5, 4.5)
    assert (found.rates.closure.numerator, found.rates.closure.denominator, found.rates.closure.n) == (4.5, 4.5, 5)
    assert found.rates.closure.value == 1.0
