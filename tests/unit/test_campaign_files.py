"""Campaign files: a good one is read, a bad one is refused with its name, the place in it and the reason."""

from datetime import date
from pathlib import Path

import pytest

from shared.campaigns import MOST_ENTERPRISES, BadCampaign, load_campaigns, read_campaign
from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.value import replace
from tests.support.campaigns import ENTERPRISES, FILE, campaign, written
from tests.support.tracking import rulebook


def changed(before: str, after: str) -> str:
    assert before in FILE, before
    return FILE.replace(before, after)


def listed(names: list[str]) -> str:
    return FILE.partition("[[enterprise]]")[0] + "".join(f'[[enterprise]]\nname = "{name}"\n' for name in names)


def test_a_file_says_all_of_a_campaign(tmp_path: Path) -> None:
    assert read_campaign(written(tmp_path), rulebook()) == campaign()


@pytest.mark.parametrize(
    ("every", "read"), [('"month"', "month"), ('"quarter"', "quarter"), ('"week"', "week"), ("{days = 14}", 14)]
)
def test_how_often(tmp_path: Path, every: str, read: str | int) -> None:
    assert read_campaign(written(tmp_path, changed('"half_month"', every)), rulebook()).every == read


def test_a_budget_a_family_and_a_policy(tmp_path: Path) -> None:
    text = changed('due = "period_end"', 'due = "10cd"\nfamily = "rectification"\npolicy = "rectification-plan"')
    read = read_campaign(written(tmp_path, text), rulebook())
    assert (read.due, read.family, read.policy) == (Budget(10, "cd"), Family.RECTIFICATION, "rectification-plan")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (changed('id = "hazardous-waste-2023"', 'id = "a.b"'), "id", "one token of a NATS subject"),
        (changed('id = "hazardous-waste-2023"', 'id = ""'), "id", "one token"),
        (changed('id = "hazardous-waste-2023"\n', ""), "id is missing", "missing"),
        (changed('"gx-bureau"', '"gx bureau"'), "owner", "white space"),
        (changed('"gx-bureau"', '"duban"'), "owner", "our own name"),
        (changed('title = "危', 'title = " 危'), "title", "is not of the form"),
        (changed('unit = "SOLID-WASTE"', "unit = 7"), "unit", "is no text"),
        (changed('unit = "SOLID-WASTE"', 'family = "complaint"'), "family", "is none of directive, rectification"),
        (changed('unit = "SOLID-WASTE"', 'units = "SOLID-WASTE"'), "units is no field", "did you mean unit"),
        (changed('unit = "SOLID-WASTE"', 'policy = "none"'), "policy", "no policy 'none'; there are: air-directive"),
        (changed('unit = "SOLID-WASTE"', 'policy = "petition"'), "policy", "not for a directive"),
        (changed('unit = "SOLID-WASTE"', 'policy = "reported"'), "policy", "cannot be split"),
        (changed('"half_month"', '"fortnight"'), "every", "half_month, month"),
        (changed('"half_month"', "{days = 0}"), "every", "half_month, month"),
        (changed('"half_month"', "{days = 14, weeks = 2}"), "every", "half_month, month"),
        (changed("from = 2023-04-01", "from = 20230401"), "from", "date"),
        (changed("from = 2023-04-01", "from = 1023-04-01"), "from", "1900-01-01"),
        (changed("until = 2023-07-10", "until = 2023-03-31"), "until", "before from"),
        (changed("until = 2023-07-10", "until = 2033-07-10"), "until", "3660 days at most"),
        (changed("from = 2023-04-01", "from = 2023-02-30"), "", "line 7"),
        (changed('"period_end"', '"open"'), "due", "'open' is no due"),
        (changed('"period_end"', "10"), "due", "10 is no due"),
        (FILE.partition("[[enterprise]]")[0], "enterprise is missing", "missing"),
        (FILE.partition("[[enterprise]]")[0] + "enterprise = []\n", "enterprise", "is empty"),
        (changed(ENTERPRISES[2], ENTERPRISES[1]), "enterprise", f"'{ENTERPRISES[1]}' stands there more than once"),
        (changed("91370400MA3C000001", "91370400"), "enterprise ", ": uscc: '91370400' is not of the form"),
        (changed("uscc", "ucss"), "enterprise ", ": ucss is no field"),
        (listed([f"{n}" for n in range(MOST_ENTERPRISES + 1)]), "enterprise", "more than 500 entries"),
        (listed([f"{n:03}" + "厂" * 190 for n in range(MOST_ENTERPRISES)]), "task.split", "limit is 262,144"),
        (changed(ENTERPRISES[0], "a\\u0000b"), "task.split", "NUL"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_the_place_and_the_reason(tmp_path: Path, text: str, place: str, why: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadCampaign) as refused:
        read_campaign(file, rulebook())
    said = str(refused.value)
    assert said.startswith(f"{file}: ")
    assert place in said.removeprefix(f"{file}: ").partition(":")[0]
    assert why in said, said
    assert "\n" not in said


def test_as_many_enterprises_as_allowed_with_ordinary_names_fit(tmp_path: Path) -> None:
    names = [f"枣庄高新区第{n}固体废物综合利用有限公司" for n in range(MOST_ENTERPRISES)]
    assert len(read_campaign(written(tmp_path, listed(names)), rulebook()).enterprises) == MOST_ENTERPRISES


def test_a_folder_is_read_in_the_order_of_its_files_and_only_toml(tmp_path: Path) -> None:
    written(tmp_path, changed('id = "hazardous-waste-2023"', 'id = "second"'), "b.toml")
    written(tmp_path, name="a.toml")
    written(tmp_path, "notes", "README.md")
    assert [one.id for one in load_campaigns(tmp_path, rulebook())] == ["hazardous-waste-2023", "second"]


def test_there_need_be_no_folder(tmp_path: Path) -> None:
    assert load_campaigns(tmp_path / "campaigns", rulebook()) == ()


def test_an_id_stands_in_one_file_only(tmp_path: Path) -> None:
    written(tmp_path, name="a.toml")
    written(tmp_path, name="b.toml")
    with pytest.raises(BadCampaign, match=r"b\.toml: id: hazardous-waste-2023 is that of .*a\.toml already"):
        load_campaigns(tmp_path, rulebook())


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadCampaign, match=r"own\.toml"):
        load_campaigns(tmp_path, rulebook())


def test_a_policy_that_applies_only_later_is_refused(tmp_path: Path) -> None:
    book = rulebook()
    late = replace(book.policies["standard"], applies_from=date(2023, 4, 2))
    with pytest.raises(BadCampaign, match="policy: standard does not apply yet on 2023-04-01"):
        read_campaign(written(tmp_path), replace(book, policies=book.policies | {"standard": late}))
