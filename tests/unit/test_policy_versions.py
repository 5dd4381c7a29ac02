"""A policy in several versions: each applies from a day, and a task keeps the one under which it was registered."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.budget import Budget
from shared.domain.command import Command
from shared.domain.matter import Family
from shared.domain.policy import Policies, Rulebook
from shared.domain.value import replace
from shared.policies import BadPolicy, load_policies
from tests.support.sample import CALENDAR, START, at, record, register, relapse, rule, submit
from tests.support.sample import approve as close
from tests.support.sample import sign as take
from tests.support.scenario import finish_of, given, the


def written(folder: Path, version: int, days: int, applies_from: str | None = None, *, id_: str = "own", name: str = "") -> Path:
    """A policy file of that version, under which a directive has so many days."""
    start = "" if applies_from is None else f"applies_from = {applies_from}\n"
    head = f'id = "{id_}"\nversion = {version}\ntitle = "{version}"\nflow = "standard"\npark_for = "7cd"\n{start}'
    finish = "".join(f'[finish.{family}]\nbudget = "{days}cd"\ncitation = "x"\n' for family in Family)
    file = folder / (name or f"{id_}-{version}.toml")
    file.write_text(f'{head}[sign]\nbudget = "2h"\ncitation = "x"\n{finish}', encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three versions: the first of all time, the second from December on, the third from the new year on."""
    written(tmp_path, 1, 10)
    written(tmp_path, 3, 30, "2027-01-01", name="a-newest.toml")
    written(tmp_path, 2, 20, "2026-12-01")
    return tmp_path


def versions(policies: Policies, id_: str) -> list[int]:
    policy = policies[id_]
    return [policy.version, *(one.version for one in policy.earlier)]


def book(folder: Path) -> Rulebook:
    return Rulebook(load_policies(folder), CALENDAR)


def days_of(version: int) -> str:
    return f"{version}0cd"


def test_the_files_of_one_id_are_its_versions_the_latest_first_whatever_their_names(folder: Path) -> None:
    policies = load_policies(folder)
    assert versions(policies, "own") == [3, 2, 1]
    assert [one.applies_from for one in policies["own"].earlier] == [date(2026, 12, 1), None]
    assert policies["own"].earlier[0].finish[Family.DIRECTIVE].budget == Budget(20, "cd")


@pytest.mark.parametrize(
    ("when", "version"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), 1),
        (START, 1),
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), 2),  # midnight in Shanghai
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), 2),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), 3),
        (datetime(2099, 1, 1, tzinfo=UTC), 3),
    ],
)
def test_a_task_is_registered_under_the_version_of_its_local_day(folder: Path, when: datetime, version: int) -> None:
    task = the(given(register(when, policy="own"), rulebook=book(folder)).task)
    assert (task.policy_version, finish_of(task).budget) == (version, days_of(version))
    assert finish_of(task).rule == f"own.finish.directive@{version}"


def test_a_task_keeps_its_version_whatever_comes_into_force(folder: Path) -> None:
    told: list[Command] = [register(START, policy="own"), take(at(20)), submit(at(40)), close(at(50)), relapse(at(60))]
    task = the(given(*told, rulebook=book(folder)).task)
    assert (task.episode, task.policy_version, finish_of(task).budget) == (2, 1, "10cd")


def test_before_the_first_version_nothing_is_registered_and_it_says_so(tmp_path: Path) -> None:
    written(tmp_path, 1, 10, "2026-12-01")
    refused = given(rulebook=book(tmp_path)).when(register(policy="own"))
    refused.refused("$.data.policy", early=False, saying="the policy own applies from 2026-12-01 only")
    assert given(register(at(8), policy="own"), rulebook=book(tmp_path)).task is not None


def test_the_message_names_the_day_of_the_first_of_several_versions(tmp_path: Path) -> None:
    written(tmp_path, 1, 10, "2026-12-01")
    written(tmp_path, 2, 20, "2027-12-01")
    refused = given(rulebook=book(tmp_path)).when(register(policy="own"))
    refused.refused("$.data.policy", early=False, saying="the policy own applies from 2026-12-01 only")


def test_a_version_that_is_not_loaded_any_more_is_replaced_by_the_next_one_that_is(folder: Path) -> None:
    rulebook = book(folder)
    old = the(given(register(policy="own"), rulebook=rulebook).task)
    (folder / "own-1.toml").unlink()
    policy = book(folder).policy_of(old)
    assert policy is not None
    assert policy.version == 2
    newest = book(folder).policy_of(replace(old, policy_version=9))
    assert newest is not None
    assert newest.version == 3, "what is older than the task is better than nothing"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_version_of_a_task_is_found_by_its_number(folder: Path, version: int) -> None:
    task = replace(the(given(register(policy="own"), rulebook=book(folder)).task), policy_version=version)
    policy = book(folder).policy_of(task)
    assert policy is not None
    assert policy.version == version


def test_a_version_that_is_not_for_the_family_of_a_task_decides_nothing_on_it(folder: Path) -> None:
    task = the(given(register(policy="own"), rulebook=book(folder)).task)
    policies = load_policies(folder)
    first = policies["own"].earlier[-1]
    narrow = replace(first, finish={Family.COMPLAINT: rule("9cd")})
    rulebook = Rulebook({"own": replace(policies["own"], earlier=(policies["own"].earlier[0], narrow))}, CALENDAR)
    assert rulebook.policy_of(task) is None


def test_two_files_of_one_version_are_refused_with_the_second_file(folder: Path) -> None:
    written(folder, 2, 25, "2026-12-24", name="z-second.toml")
    with pytest.raises(BadPolicy, match=r"z-second\.toml: version: own has a version 2 already"):
        load_policies(folder)


@pytest.mark.parametrize("applies_from", [None, "2027-01-01", "2026-12-31", "2026-11-30"])
def test_a_later_version_must_apply_from_a_later_day(folder: Path, applies_from: str | None) -> None:
    written(folder, 4, 40, applies_from)
    why = "applies_from: must be later than 2027-01-01, from which version 3 applies"
    with pytest.raises(BadPolicy, match=rf"own-4\.toml: {why}"):
        load_policies(folder)


def test_of_two_versions_without_a_day_the_later_one_applies_and_old_tasks_keep_the_earlier(tmp_path: Path) -> None:
    written(tmp_path, 1, 10)
    old = the(given(register(policy="own"), rulebook=book(tmp_path)).task)
    written(tmp_path, 2, 20)
    assert the(given(register(policy="own"), rulebook=book(tmp_path)).task).policy_version == 2
    kept = book(tmp_path).policy_of(old)
    assert kept is not None
    assert kept.version == 1


def test_an_offices_own_versions_take_the_place_of_all_shipped_ones(tmp_path: Path) -> None:
    written(tmp_path, 7, 70, id_="standard")
    written(tmp_path, 8, 80, "2027-01-01", id_="standard")
    policies = load_policies(tmp_path)
    assert versions(policies, "standard") == [8, 7]
    assert versions(policies, "reported") == versions(load_policies(), "reported")
    assert the(given(register(), rulebook=Rulebook(policies, CALENDAR)).task).policy_version == 7


def test_a_date_that_is_none_is_refused_with_its_file(tmp_path: Path) -> None:
    written(tmp_path, 1, 10, '"next year"')
    with pytest.raises(BadPolicy, match=r"own-1\.toml:6: applies_from"):
        load_policies(tmp_path)


def test_a_default_policy_that_applies_from_some_day_on_needs_a_version_before_it(tmp_path: Path) -> None:
    written(tmp_path, 8, 80, "2027-01-01", id_="standard")
    refused = given(rulebook=book(tmp_path)).when(register())
    refused.refused("$.data.policy", early=False, saying="the policy standard applies from 2027-01-01 only")


def test_every_version_of_the_default_policy_is_for_every_family(tmp_path: Path) -> None:
    first = written(tmp_path, 1, 10, id_="standard")
    first.write_text(first.read_text(encoding="utf-8").partition("[finish.rectification]")[0], encoding="utf-8")
    written(tmp_path, 2, 20, "2027-01-01", id_="standard")
    with pytest.raises(BadPolicy, match=r"finish\.rectification"):
        load_policies(tmp_path)


def test_the_shipped_policies_have_one_version_each_that_always_applies() -> None:
    policies = load_policies().values()
    assert {(policy.applies_from, policy.earlier) for policy in policies} == {(None, ())}
    now = given(register(), rulebook=Rulebook(load_policies(), CALENDAR))
    assert now.when(record(START + timedelta(days=9999))).entries
