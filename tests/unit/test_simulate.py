"""A proposed policy or calendar run over past events: which verdicts would change."""

from datetime import date

from shared.domain.calendar import Calendar, LocalDay
from shared.domain.matter import Family
from shared.domain.policy import Rulebook
from shared.domain.simulate import Verdict, simulated
from shared.domain.value import replace
from tests.support.sample import CALENDAR, DUE_OF_30_DAYS, POLICIES, RULEBOOK, SHANGHAI, approve, at, register, rule, sign, submit

HISTORY = [register(), sign(at(1)), submit(at(18)), approve(at(20))]


def with_finish(budget: str) -> Rulebook:
    return Rulebook(POLICIES | {"standard": replace(POLICIES["standard"], finish=dict.fromkeys(Family, rule(budget)))}, CALENDAR)


def test_a_stricter_rule_would_have_made_a_closing_late() -> None:
    differs = simulated(HISTORY, RULEBOOK, with_finish("15cd"), at(100))
    assert differs is not None
    assert (differs.now, differs.proposed.word) == (Verdict("on-time", DUE_OF_30_DAYS), "late")
    assert differs.refused == ()


def test_the_same_rules_change_nothing() -> None:
    assert simulated(HISTORY, RULEBOOK, RULEBOOK, at(100)) is None


def test_it_is_judged_at_an_instant_by_what_had_happened_until_then() -> None:
    proposed = with_finish("15cd")
    differs = simulated(HISTORY, RULEBOOK, proposed, at(17))
    assert differs is not None
    assert (differs.now.word, differs.proposed.word) == ("open", "overdue")


def test_a_proposed_day_off_moves_a_due_in_working_days() -> None:
    now = with_finish("5wd")
    typhoon = Calendar(SHANGHAI, CALENDAR.notices.values(), [LocalDay(date(2026, 11, 25), False, "台风")])
    differs = simulated([register(), sign(at(1)), submit(at(7)), approve(at(7.7))], now, Rulebook(now.policies, typhoon), at(50))
    assert differs is not None
    assert (differs.now.word, differs.proposed.word) == ("late", "on-time")


def test_events_that_the_proposed_rules_would_refuse_are_named() -> None:
    without = Rulebook(POLICIES | {"standard": replace(POLICIES["standard"], flow="reported", sign=None)}, CALENDAR)
    differs = simulated(HISTORY, RULEBOOK, without, at(100))
    assert differs is not None
    assert [id_ for id_, _ in differs.refused] == ["sign", "submit"]


def test_a_matter_that_was_never_registered_is_left_out() -> None:
    assert simulated([sign(at(1))], RULEBOOK, RULEBOOK, at(2)) is None


def test_a_rule_in_working_days_instead_of_calendar_days_makes_it_late() -> None:
    proposed = with_finish("10wd")
    differs = simulated(HISTORY, RULEBOOK, proposed, at(100))
    assert differs is not None
    assert differs.proposed.word == "late"
