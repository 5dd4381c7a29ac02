"""Policies: the shipped ones load, a bad file is refused with its name and the place in it."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
    *("inspection-complaint", "air-directive", "rectification-plan", "hotline-shandong-provincial"),
    *("supervision-document", "supervision-meeting", "instruction-urgent", "instruction-ordinary"),
}


def ruled(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rules of a shipped file by their place in it: the tables that set something."""
    document = tomllib.loads((Path("shared/policies") / name).read_text(encoding="utf-8"))
    tables = {key: table for key, table in document.items() if isinstance(table, dict)}
    finish = {f"finish.{family}": rule for family, rule in tables.pop("finish").items()}
    yield from (tables | finish).items()


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_policies_load_and_the_default_is_among_them() -> None:
    policies = load_policies()
    assert set(policies) == SHIPPED
    assert policies[DEFAULT_POLICY].flow == "standard"


def test_the_general_policies_are_for_every_family_and_each_for_one_at_least() -> None:
    for policy in load_policies().values():
        assert set(policy.finish) == set(Family) or policy.id not in {"standard", "reported"}
        assert policy.finish


def test_every_rule_of_every_shipped_file_has_a_citation() -> None:
    for id_ in SHIPPED:
        rules = dict(ruled(f"{id_}.toml"))
        assert {"sign", "finish.directive", "finish.complaint", "finish.rectification"} & rules.keys()
        assert [place for place, rule in rules.items() if not str(rule.get("citation", "")).strip()] == []


def test_a_citation_names_its_source_or_says_that_the_rule_is_ours_or_local_custom() -> None:
    for id_ in SHIPPED:
        for place, rule in ruled(f"{id_}.toml"):
            assert re.search("条例|办法|时限为准|地方做法|预设|未核实|由本单位规定调整", rule["citation"]), (id_, place)


@pytest.mark.parametrize("id_", ["supervision-document", "supervision-meeting", "instruction-urgent", "instruction-ordinary"])
def test_what_is_local_custom_is_said_to_be(id_: str) -> None:
    rules = dict(ruled(f"{id_}.toml"))
    assert rules["finish.directive"]["citation"].startswith("地方通行规定，由本单位规定调整")
    assert "预设" in rules["sign"]["citation"]
    assert "预设" in rules["extension"]["citation"]


@pytest.mark.parametrize(
    ("id_", "place", "says"),
    [
        ("inspection-complaint", "finish.complaint", "未核实"),  # that its days are calendar days is usage
        ("inspection-complaint", "sign", "预设"),
        ("hotline-shandong", "finish.complaint", "未核实"),  # from receipt or from signing is not written
        ("hotline-shandong", "extension", "预设"),
        ("hotline-shandong-provincial", "finish.complaint", "未核实"),
        ("hotline-shandong-provincial", "extension", "预设"),
        ("petition", "extension", "预设"),  # once is implied
        ("petition", "suspension", "预设"),  # art 36 is about the second review
        ("rectification-plan", "extension", "预设"),
        ("standard", "extension", "预设"),
    ],
)
def test_what_was_not_read_in_an_original_text_is_marked(id_: str, place: str, says: str) -> None:
    assert says in dict(ruled(f"{id_}.toml"))[place]["citation"]


@pytest.mark.parametrize(
    ("policy", "family", "start", "sign_by", "finish_by"),
    [
        ("hotline-shandong", Family.COMPLAINT, "2026-09-29T10:00", "2026-10-09T00:00", "2026-10-13T00:00"),
        ("petition", Family.COMPLAINT, "2026-08-03T10:00", "2026-08-19T00:00", "2026-10-09T00:00"),
        ("inspection-complaint", Family.COMPLAINT, "2026-09-21T07:59", "2026-09-22T07:59", "2026-10-01T00:00"),
        ("inspection-complaint", Family.COMPLAINT, "2026-09-21T08:00", "2026-09-22T08:00", "2026-10-02T00:00"),
        ("air-directive", Family.DIRECTIVE, "2026-02-17T03:20", "2026-02-17T04:20", "2026-02-18T03:20"),
        ("rectification-plan", Family.RECTIFICATION, "2026-09-18T10:00", "2026-09-25T00:00", None),
        ("hotline-shandong-provincial", Family.COMPLAINT, "2026-09-15T10:00", "2026-09-16T10:00", "2026-10-13T00:00"),
        ("supervision-document", Family.DIRECTIVE, "2026-09-01T10:00", "2026-09-02T10:00", "2026-10-09T00:00"),
        ("supervision-meeting", Family.DIRECTIVE, "2026-09-15T10:00", "2026-09-16T10:00", "2026-10-09T00:00"),
        ("instruction-urgent", Family.DIRECTIVE, "2026-09-17T10:00", "2026-09-17T14:00", "2026-09-21T00:00"),
        ("instruction-ordinary", Family.DIRECTIVE, "2026-02-06T10:00", "2026-02-07T10:00", "2026-02-25T00:00"),
        ("standard", Family.DIRECTIVE, "2026-09-01T09:00", "2026-09-02T09:00", "2026-10-09T00:00"),
    ],
)
def test_a_shipped_rule_set_is_due_when_its_text_says(
    policy: str, family: Family, start: str, sign_by: str, finish_by: str | None
) -> None:
    rules, anchor = load_policies()[policy], datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    first = rules.respond or rules.sign
    assert first is not None
    sign, finish = (due(one.budget, one.counting, anchor, CALENDAR).at for one in (first, rules.finish[family]))
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
        ('park_for = "7cd"', 'park_for = "8wh"', "park_for: '8wh' has no length"),
        ('budget = "10cd"', 'budget = "10cd"\ncut_off = "17:30Z"', "finish.directive.cut_off: is a local time"),
        ('budget = "10cd"', 'budget = "10cd"\nday_from = "08:00Z"', "finish.directive.day_from: is a local time"),
        ('budget = "10cd"', 'budget = "10cd"\nfirst_day_counts = true\nday_from = "08:00"', "finish.directive: first_day_counts"),
        (
            "[sign]",
            f"{EXTENSION}longest = 'open'\n[sign]",
            "extension.longest: 'open' is no limit: write a number with min, h, wh, cd",
        ),
        ("[sign]", f"{EXTENSION}longest = 'soon'\n[sign]", "extension.longest: 'soon' is no budget"),
        ("[sign]", "[suspension]\ngrounds = ['听证 ']\ncitation = 'x'\n[sign]", "suspension.grounds.0"),
        ("[sign]", "[suspension]\ngrounds = []\ncitation = 'x'\n[sign]", "suspension.grounds"),
        ('budget = "10cd"', "budget = 10", "finish.directive.budget"),
        ('citation = "rule 2"', "", "finish.directive.citation"),
        ('citation = "rule 2"', 'citation = ""', "finish.directive.citation"),
        ('citation = "rule 2"', 'citation = " "', "finish.directive.citation"),
        ('citation = "rule 1"', 'citation = "rule 1"\nlate = "5cd"', "sign.late"),
        ('near = ["30min"]', 'near = ["soon"]', "sign.near.0: 'soon' is no budget"),
        ('near = ["30min"]', 'near = ["open"]', "sign.near.0: 'open' is no lead"),
        ('near = ["30min"]', "near = [30]", "sign.near.0: '30' is no budget"),
        (
            'near = ["3cd", "2h"]',
            'near = ["3cd", "2mo"]',
            "finish.directive.near.1: '2mo' is no lead: write a number with min, h, wh",
        ),
        ('near = ["30min"]', 'near = "30min"', "sign.near"),
        ('citation = "rule 2"', 'citation = "rule 2"\nshort_near = ["open"]', "finish.directive.short_near.0: 'open' is no lead"),
        ('citation = "rule 2"', 'citation = "rule 2"\nshort_late = ["2mo"]', "finish.directive.short_late.0: '2mo' is no lead"),
        ('citation = "rule 1"', 'citation = "rule 1"\nshort_near = ["15min"]', "sign.short_near"),
        ("[finish.rectification]", "[finish.other]", "finish.other"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert GOOD.count(old) == 1
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(BadPolicy) as refused:
        read_policy(file)
    assert str(refused.value).startswith(f"{file}:")
    assert place in str(refused.value).removeprefix(f"{file}: ")


def test_a_rule_a_warning_a_limit_and_an_own_due_may_be_in_working_hours(tmp_path: Path) -> None:
    text = GOOD.replace('budget = "10cd"', 'budget = "8wh"').replace('near = ["3cd", "2h"]', 'near = ["4wh", "1wh"]')
    text += f"{EXTENSION}longest = '20wh'\n[return]\nwithin = '4wh'\ncitation = 'x'\n[internal]\nbefore = '2wh'\ncitation = 'x'\n"
    policy = read_policy(written(tmp_path, text))
    finish = policy.finish[Family.DIRECTIVE]
    assert (finish.budget, finish.near) == (Budget(8, "wh"), (Budget(4, "wh"), Budget(1, "wh")))
    assert policy.extensions is not None
    assert policy.returns is not None
    assert policy.internal is not None
    limits = (policy.extensions.longest, policy.returns.within, policy.internal.budget)
    assert limits == (Budget(20, "wh"), Budget(4, "wh"), Budget(2, "wh"))


def test_a_finish_or_response_rule_may_say_when_what_is_of_hours_warns(tmp_path: Path) -> None:
    short = '\nshort_near = ["30min", "15min"]\nshort_late = ["1h"]\n'
    text = GOOD.replace('citation = "rule 2"', f'citation = "rule 2"{short}')
    policy = read_policy(written(tmp_path, text + f'[respond]\nbudget = "1h"\ncitation = "rule 5"{short}'))
    for rule in (policy.finish[Family.DIRECTIVE], policy.respond):
        assert rule is not None
        assert (rule.short_near, rule.short_late) == ((Budget(30, "min"), Budget(15, "min")), (Budget(1, "h"),))


WHOLE = (
    GOOD
    + "[extension]\ntimes = 1\nlongest = '30cd'\ngranted_by = 'owner'\ncitation = 'rule 5'\n"
    + "[suspension]\ngrounds = ['听证']\ncitation = 'rule 6'\n"
    + "[not_acceptance]\ngrounds = ['线索不详']\ncitation = 'rule 7'\n"
    + "[return]\nwithin = '2wd'\ncitation = 'rule 8'\n"
)


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (1, "sign.citation"),
        (2, "finish.directive.citation"),
        (3, "finish.complaint.citation"),
        (4, "finish.rectification.citation"),
        (5, "extension.citation"),
        (6, "suspension.citation"),
        (7, "not_acceptance.citation"),
        (8, "return.citation"),
    ],
)
@pytest.mark.parametrize("instead", ["", "citation = ''"])
def test_a_rule_without_a_citation_is_refused_with_file_and_key(tmp_path: Path, rule: int, key: str, instead: str) -> None:
    read_policy(written(tmp_path, WHOLE))
    without, found = re.subn(rf"citation = ['\"]rule {rule}['\"]", instead, WHOLE)
    assert found == 1
    file = written(tmp_path, without)
    with pytest.raises(BadPolicy) as refused:
        read_policy(file)
    assert re.match(rf"{re.escape(str(file))}:\d+: {re.escape(key)}: ", str(refused.value))


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


def test_the_policy_file_of_the_readme_says_everything_there_is_and_is_taken(tmp_path: Path) -> None:
    readme = Path(__file__).parents[2] / "shared" / "policies" / "README.md"
    _, _, rest = readme.read_text(encoding="utf-8").partition("```toml\n")
    file = tmp_path / "own.toml"
    file.write_text(rest.partition("```")[0], encoding="utf-8")
    policy = read_policy(file)
    assert all(getattr(policy, field) for field in policy.__dataclass_fields__ if field != "earlier")
