"""Policies: the shipped ones load, a bad file is refused with its name and the place in it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.period import due
from shared.domain.policy import DEFAULT_POLICY
from shared.policies import BadPolicy, load_policies, read_policy
from tests.support.sample import CALENDAR, SHANGHAI

GOOD = """
id = "own"
version = 2
title = "ours"
flow = "standard"
park_for = "7cd"

[sign]
budget = "2h"
citation = "rule 1"
near = ["30min"]

[finish.directive]
budget = "10cd"
citation = "rule 2"
near = ["3cd", "2h"]

[finish.complaint]
budget = "60cd"
citation = "rule 3"

[finish.rectification]
budget = "open"
citation = "rule 4"
"""

EXTENSION = "[extension]\ntimes = 1\ngranted_by = 'owner'\ncitation = 'x'\n"
SHIPPED = {
    *("standard", "reported", "petition", "hotline-shandong"),
    *("inspection-complaint", "air-directive", "rectification-plan"),
}


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_policies_load_and_the_default_is_among_them() -> None:
    policies = load_policies()
    assert set(policies) == SHIPPED
    assert policies[DEFAULT_POLICY].flow == "standard"


def test_every_shipped_rule_has_a_citation_and_the_general_policies_are_for_every_family() -> None:
    for policy in load_policies().values():
        rules = [*policy.finish.values(), *([policy.sign] if policy.sign else [])]
        assert set(policy.finish) == set(Family) or policy.id not in {"standard", "reported"}
        assert policy.finish
        assert all(rule.citation for rule in rules)


@pytest.mark.parametrize(
    ("policy", "family", "start", "sign_by", "finish_by"),
    [
        ("hotline-shandong", Family.COMPLAINT, "2026-09-29T10:00", "2026-10-09T00:00", "2026-10-13T00:00"),
        ("petition", Family.COMPLAINT, "2026-08-03T10:00", "2026-08-19T00:00", "2026-10-09T00:00"),
        ("inspection-complaint", Family.COMPLAINT, "2026-09-21T07:59", "2026-09-22T07:59", "2026-10-01T00:00"),
        ("inspection-complaint", Family.COMPLAINT, "2026-09-21T08:00", "2026-09-22T08:00", "2026-10-02T00:00"),
        ("air-directive", Family.DIRECTIVE, "2026-02-17T03:20", "2026-02-17T04:20", "2026-02-18T03:20"),
        ("rectification-plan", Family.RECTIFICATION, "2026-09-18T10:00", "2026-09-25T00:00", None),
        ("standard", Family.DIRECTIVE, "2026-09-01T09:00", "2026-09-02T09:00", "2026-10-09T00:00"),
    ],
)
def test_a_shipped_rule_set_is_due_when_its_text_says(
    policy: str, family: Family, start: str, sign_by: str, finish_by: str | None
) -> None:
    rules, anchor = load_policies()[policy], datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert rules.sign is not None
    sign, finish = (due(one.budget, one.counting, anchor, CALENDAR).at for one in (rules.sign, rules.finish[family]))
    assert sign == datetime.fromisoformat(sign_by).replace(tzinfo=SHANGHAI)
    assert finish == (None if finish_by is None else datetime.fromisoformat(finish_by).replace(tzinfo=SHANGHAI))


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, GOOD))
    assert (policy.id, policy.version, policy.flow, policy.park_for) == ("own", 2, "standard", timedelta(days=7))
    assert policy.sign is not None
    assert (policy.sign.id, policy.sign.budget) == ("own.sign", Budget(2, "h"))
    assert policy.sign.near == (Budget(30, "min"),)
    finish = policy.finish[Family.DIRECTIVE]
    assert (finish.id, str(finish.budget), finish.citation) == ("own.finish.directive", "10cd", "rule 2")
    assert finish.near == (Budget(3, "cd"), Budget(2, "h"))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "own"', 'id = "own', "line"),
        ('id = "own"', 'id = "Own Rules"', "id"),
        ("version = 2", "version = 0", "version"),
        ("version = 2", "", "version"),
        ('title = "ours"', 'title = "ours"\ncolour = "red"', "colour"),
        ('flow = "standard"', 'flow = "round"', "flow"),
        ('flow = "standard"', 'flow = "reported"', "sign"),
        ('park_for = "7cd"', 'park_for = "open"', "park_for: 'open' has no length"),
        ('park_for = "7cd"', "park_for = 7", "park_for"),
        ('budget = "10cd"', 'budget = "10yd"', "finish.directive.budget"),
        ('budget = "10cd"', 'budget = "10cd"\ncut_off = "late"', "finish.directive.cut_off"),
        ('park_for = "7cd"', 'park_for = "7wd"', "park_for: '7wd' has no length"),
        ('budget = "10cd"', 'budget = "10cd"\ncut_off = "17:30Z"', "finish.directive.cut_off: is a local time"),
        ('budget = "10cd"', 'budget = "10cd"\nday_from = "08:00Z"', "finish.directive.day_from: is a local time"),
        ('budget = "10cd"', 'budget = "10cd"\nfirst_day_counts = true\nday_from = "08:00"', "finish.directive: first_day_counts"),
        ("[sign]", f"{EXTENSION}longest = 'open'\n[sign]", "extension.longest: 'open' is no limit"),
        ("[sign]", f"{EXTENSION}longest = 'soon'\n[sign]", "extension.longest: 'soon' is no budget"),
        ("[sign]", "[suspension]\ngrounds = ['听证 ']\ncitation = 'x'\n[sign]", "suspension.grounds.0"),
        ("[sign]", "[suspension]\ngrounds = []\ncitation = 'x'\n[sign]", "suspension.grounds"),
        ('budget = "10cd"', "budget = 10", "finish.directive.budget"),
        ('citation = "rule 2"', "", "finish.directive.citation"),
        ('citation = "rule 2"', 'citation = ""', "finish.directive.citation"),
        ('citation = "rule 1"', 'citation = "rule 1"\nlate = "5cd"', "sign.late"),
        ('near = ["30min"]', 'near = ["soon"]', "sign.near.0: 'soon' is no budget"),
        ('near = ["30min"]', 'near = ["open"]', "sign.near.0: 'open' is no lead"),
        ('near = ["30min"]', "near = [30]", "sign.near.0: '30' is no budget"),
        ('near = ["3cd", "2h"]', 'near = ["3cd", "2mo"]', "finish.directive.near.1: '2mo' is no lead"),
        ('near = ["30min"]', 'near = "30min"', "sign.near"),
        ("[finish.rectification]", "[finish.other]", "finish.other"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert GOOD.count(old) == 1
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(BadPolicy) as refused:
        read_policy(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert place in str(refused.value).removeprefix(f"{file}: ")


def test_a_standard_flow_without_a_sign_rule_is_refused(tmp_path: Path) -> None:
    before, _, after = GOOD.partition("[sign]")
    file = written(tmp_path, before + after[after.index("[finish.directive]") :])
    with pytest.raises(BadPolicy, match="sign"):
        read_policy(file)


def test_a_file_that_is_not_text_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadPolicy, match=r"own\.toml"):
        read_policy(file)


def test_an_offices_own_policy_is_added_to_the_shipped_ones(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert set(load_policies(tmp_path)) == SHIPPED | {"own"}


def test_an_offices_own_policy_replaces_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('id = "own"', 'id = "standard"'), "any-name.toml")
    assert load_policies(tmp_path)["standard"].title == "ours"


def test_a_default_policy_that_leaves_a_family_out_is_refused(tmp_path: Path) -> None:
    without = GOOD.replace('id = "own"', 'id = "standard"').partition("[finish.rectification]")[0]
    written(tmp_path, without)
    with pytest.raises(BadPolicy, match=r"finish\.rectification"):
        load_policies(tmp_path)


def test_files_that_are_not_toml_are_left_alone(tmp_path: Path) -> None:
    written(tmp_path, "no policy at all", "README.txt")
    assert load_policies(tmp_path) == load_policies()


def test_a_folder_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert load_policies(tmp_path / "nowhere") == load_policies()


def test_one_bad_file_of_the_office_stops_the_start(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, "id = 1", "second.toml")
    with pytest.raises(BadPolicy, match=r"second\.toml"):
        load_policies(tmp_path)


def test_without_the_default_policy_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, GOOD)
    monkeypatch.setattr("shared.policies.resources.files", lambda package: tmp_path)
    with pytest.raises(BadPolicy, match="'standard'"):
        load_policies()
