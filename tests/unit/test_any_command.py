"""The tables are whole: every fact and command has its entry, and no command at all brings the core down."""

from random import Random
from typing import get_args

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from shared.domain import command as c
from shared.domain import fact as f
from shared.domain.decide import decide
from shared.domain.evolve import _APPLY, evolve_all
from shared.domain.outcome import _FACT_OF
from shared.domain.recount import recounted
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from shared.domain.transition import TABLE, Place, place_of, transition
from tests.support.any_command import COMMANDS, VARIED, VARIED_POLICIES, any_command, any_commands, any_task
from tests.support.sample import CALENDAR, at


def test_every_kind_of_fact_has_its_entry_in_the_table_of_evolve() -> None:
    known_apart = {f.Registered, f.Corrected}
    assert set(get_args(f.AnyFact)) == set(_APPLY) | known_apart
    assert not known_apart & set(_APPLY)


def test_every_fact_there_is_is_one_of_any_fact_and_has_a_word_of_its_own() -> None:
    written = {found for found in vars(f).values() if isinstance(found, type) and issubclass(found, f.Fact)} - {f.Fact}
    assert written == set(get_args(f.AnyFact))
    assert len({found.kind for found in written}) == len(written)


def test_every_command_has_its_entry_in_the_table_of_outcomes() -> None:
    assert set(COMMANDS) - {c.RegisterTask} == set(_FACT_OF)


def test_every_command_is_open_somewhere_and_every_row_of_the_table_has_a_command() -> None:
    assert {kind.action for kind in COMMANDS} == {row.action for row in TABLE}


def test_only_a_registration_is_open_to_an_unknown_matter() -> None:
    assert {row.action for row in TABLE if row.source is Place.ABSENT} == {"register"}


def answered(task: Task | None, command: c.Command) -> Task | None:
    """The task after any command, which either is refused with a reason or told by facts."""
    decided = decide(task, command, VARIED)
    if isinstance(decided, Refusal):
        assert decided.path.startswith("$.")
        assert decided.message
        return task
    assert [entry for entry in decided if entry.cause == command.cause], "what an event does is told as caused by it"
    return evolve_all(task, decided)


SEEDS = st.integers(0, 2**32).map(Random)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.action) for kind in COMMANDS])
@settings(max_examples=60, deadline=None)
@hypothesis_given(random=SEEDS)
def test_any_command_on_any_task_is_told_by_facts_or_refused_with_a_reason(kind: type[c.Command], random: Random) -> None:
    answered(any_task(random), any_command(random, kind, at(random.randint(-1, 200))))


@settings(max_examples=300, deadline=None)
@hypothesis_given(SEEDS)
def test_what_the_table_does_not_open_is_refused_and_what_is_decided_leads_where_the_table_says(random: Random) -> None:
    task: Task | None = None
    for command in any_commands(random):
        after = answered(task, command)
        if task is not None and after is not None and after is not task:
            row = transition(VARIED_POLICIES[task.policy].flow, place_of(task), command.action)
            assert row is not None
            assert place_of(after) in {row.target, *_beside(task, command)}
        task = after


def _beside(task: Task, command: c.Command) -> set[Place]:
    """Where a command may lead beside the target of its row: one unit's share of several; what the last part told closes."""
    match command:
        case c.SubmitTask():
            return {place_of(task)}
        case c.TellOfPart() | c.ResumeTask():
            return {Place.CLOSED}
        case _:
            return set()


@settings(max_examples=300, deadline=None)
@hypothesis_given(SEEDS)
def test_counted_again_on_the_same_calendar_nothing_changes(random: Random) -> None:
    task = any_task(random)
    if task is not None:
        assert recounted(task, VARIED.policy_of(task), CALENDAR, at(random.randint(-1, 200))) == ()


def test_the_random_tasks_reach_every_place_and_several_episodes() -> None:
    tasks = [any_task(Random(seed)) for seed in range(400)]
    assert {place_of(task) for task in tasks} >= set(Place) - {Place.ABSENT}
    assert max(task.episode for task in tasks if task is not None) >= 3
