"""The periods of the regulations, article by article, each from an ordinary day and over holidays with make-up days.

The dates are counted by hand on the notices of 2025 and 2026, once for each length of period. A due that is a day ends at its
24:00, one with a time is that instant. The rule is that of a shipped policy, or a budget where no policy has it.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

import pytest

from shared.domain.budget import Budget
from shared.domain.matter import Family
from shared.domain.period import CIVIL_CODE, Counting, due
from shared.domain.policy import Policy
from shared.domain.shift import ahead, last_day, later
from shared.policies import load_policies
from tests.support.sample import CALENDAR, SHANGHAI

POLICIES: Final = load_policies()
BATCH: Final = Counting(roll=False, day_from=time(8))
"""How the batches of an inspection are counted: days begin at 08:00, and the last one does not roll."""


class Line(NamedTuple):
    """One rule of a regulation, its rule or budget here, and from when to when it runs."""

    article: str
    what: str
    rule: str
    dues: dict[str, str]
    counting: Counting = CIVIL_CODE


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def end(text: str) -> datetime:
    """The instant itself, or 24:00 of the day."""
    return local(text) + timedelta(days="T" not in text)


def counted_by(line: Line) -> tuple[Budget, Counting]:
    """The budget of a line and how it is counted: those of the policy's rule, or its own."""
    name, _, path = line.rule.partition(".")
    if not path:
        return Budget.parse(name), line.counting
    policy: Policy = POLICIES[name]
    if path == "return":
        assert policy.returns is not None
        return policy.returns.within, CIVIL_CODE
    rule = next(rule for rule in policy.rules if rule.id == f"{policy.id}.{path}")
    return rule.budget, rule.counting


# From a Monday without holidays near, and from the eve of one: 2026-02-13 is a Friday; 02-14 is worked, 02-15 to 02-23 are off.
# 2025-09-28 is a worked Sunday; 10-01 to 10-08 are off, 10-11 is worked. 2026-09-29 is a Tuesday; 09-25 to 09-27 and 10-01 to
# 10-07 are off, 09-20 and 10-10 are worked.
WD1 = {"2026-03-09": "2026-03-10", "2026-02-13": "2026-02-14", "2026-02-14": "2026-02-24", "2025-09-30": "2025-10-09"}
WD2 = {"2026-03-09": "2026-03-11", "2026-02-13": "2026-02-24", "2025-09-28": "2025-09-30", "2026-09-29": "2026-10-08"}
WD3 = {"2026-03-09": "2026-03-12", "2026-02-13": "2026-02-25", "2025-09-28": "2025-10-09", "2026-09-29": "2026-10-09"}
WD5 = {"2026-03-09": "2026-03-16", "2026-02-13": "2026-02-27", "2025-09-28": "2025-10-11", "2026-09-29": "2026-10-12"}
WD10 = {"2026-03-09": "2026-03-23", "2026-02-13": "2026-03-05", "2026-09-29": "2026-10-19", "2025-09-28": "2025-10-17"}
WD13 = {"2026-03-09": "2026-03-26", "2026-02-13": "2026-03-10"}
WD15 = {"2026-03-09": "2026-03-30", "2026-09-29": "2026-10-26", "2026-09-15": "2026-10-12", "2026-01-26": "2026-02-14"}
WD25 = {"2026-03-09": "2026-04-14", "2026-09-15": "2026-10-26"}
WD30 = {"2026-03-09": "2026-04-21", "2026-09-15": "2026-11-02"}
# Calendar days and months: the second one would end in a holiday and rolls; the last of three or more ends on a make-up day.
CD1 = {"2026-03-09": "2026-03-10", "2026-09-30": "2026-10-08", "2026-02-13": "2026-02-14"}
CD2 = {"2026-03-09": "2026-03-11", "2026-09-29": "2026-10-08", "2026-02-12": "2026-02-14"}
CD3 = {"2026-03-09": "2026-03-12", "2026-09-29": "2026-10-08", "2026-02-13": "2026-02-24", "2026-09-17": "2026-09-20"}
CD7 = {"2026-03-09": "2026-03-16", "2026-09-29": "2026-10-08", "2026-02-13": "2026-02-24", "2026-10-03": "2026-10-10"}
CD15 = {"2026-03-09": "2026-03-24", "2026-02-06": "2026-02-24", "2025-09-20": "2025-10-09", "2026-01-30": "2026-02-14"}
CD20 = {"2026-03-10": "2026-03-30", "2026-09-15": "2026-10-08", "2026-03-09": "2026-03-30", "2026-01-25": "2026-02-14"}
CD30 = {"2026-03-09": "2026-04-08", "2026-09-01": "2026-10-08", "2025-09-05": "2025-10-09", "2026-01-15": "2026-02-14"}
CD60 = {"2026-03-09": "2026-05-08", "2026-08-03": "2026-10-08", "2025-08-08": "2025-10-09", "2025-12-16": "2026-02-14"}
CD90 = {"2026-03-11": "2026-06-09", "2026-07-05": "2026-10-08"}
CD120 = {"2026-03-09": "2026-07-07", "2026-06-05": "2026-10-08"}
MO1 = {"2026-03-09": "2026-04-09", "2026-09-04": "2026-10-08", "2026-03-31": "2026-04-30", "2026-01-31": "2026-02-28"}
MO2 = {"2026-03-12": "2026-05-12", "2026-08-03": "2026-10-08", "2026-03-09": "2026-05-09", "2025-12-31": "2026-02-28"}
MO6 = {"2026-03-09": "2026-09-09", "2025-08-20": "2026-02-24", "2025-08-31": "2026-02-28"}
# Hours and minutes run from the instant itself, at night and on holidays.
MIN10 = {"2026-03-09T10:00": "2026-03-09T10:10", "2026-09-30T23:55": "2026-10-01T00:05"}
MIN20 = {"2026-03-09T10:00": "2026-03-09T10:20", "2026-02-14T23:50": "2026-02-15T00:10"}
H1 = {"2026-03-09T10:00": "2026-03-09T11:00", "2026-09-30T23:30": "2026-10-01T00:30", "2019-12-15T22:00": "2019-12-15T23:00"}
H2 = {"2026-03-09T10:00": "2026-03-09T12:00", "2026-02-17T03:20": "2026-02-17T05:20", "2026-02-13T23:00": "2026-02-14T01:00"}
H24 = {"2026-03-09T10:00": "2026-03-10T10:00", "2026-09-30T17:00": "2026-10-01T17:00", "2019-12-15T22:00": "2019-12-16T22:00"}
# Batches: until 07:59 it is still the day before; an end in a holiday stays where it is.
BATCH10 = {
    "2026-03-09T10:00": "2026-03-19",
    "2026-09-21T07:59": "2026-09-30",
    "2026-09-21T08:00": "2026-10-01",
    "2018-11-10T08:00": "2018-11-20",
    "2018-11-11T07:59": "2018-11-20",
    "2026-02-13T09:00": "2026-02-23",
}
BATCH7 = {"2026-03-09T10:00": "2026-03-16", "2026-09-29T08:00": "2026-10-06", "2026-09-29T07:59": "2026-10-05"}

PETITIONS = "信访工作条例（2022）"
IN_SHANDONG = "山东省信访条例（2015）"
HOTLINE = "山东省政务服务热线管理办法"
PROVINCIAL = "山东省省级政务服务投诉热线管理办法（2017）"
BEIJING = "DB11/T 2021—2022"
TABLE = [
    Line(f"{PETITIONS} 22", "registers and refers what was received", "15cd", CD15),
    Line(f"{PETITIONS} 23(2)", "another organ tells in writing that it received it", "15cd", CD15),
    Line(f"{PETITIONS} 23(3)", "the unit tells the petitioner in writing", "petition.respond", CD15),
    Line(f"{PETITIONS} 23(3)", "objects that it is not competent", "petition.return", WD5),
    Line(f"{PETITIONS} 34", "settles it", "petition.finish.complaint", CD60),
    Line(f"{PETITIONS} 35", "the petitioner asks for a review (复查)", "30cd", CD30),
    Line(f"{PETITIONS} 35", "the opinion of the review", "30cd", CD30),
    Line(f"{PETITIONS} 36", "the petitioner asks for a second review (复核)", "30cd", CD30),
    Line(f"{PETITIONS} 36", "the opinion of the second review", "30cd", CD30),
    Line(f"{IN_SHANDONG} 33", "refers it, decides whether to accept it", "15cd", CD15),
    Line(f"{IN_SHANDONG} 42", "settles it", "60cd", CD60),
    Line(f"{IN_SHANDONG} 43-44", "decides whether to accept a review", "3wd", WD3),
    Line(f"{IN_SHANDONG} 43-44", "the opinion of a review", "30cd", CD30),
    Line(f"{IN_SHANDONG} 59", "answers a proposal", "30cd", CD30),
    Line("湖北阳光信访", "the petitioner evaluates the reply", "30cd", CD30),
    Line("湖北阳光信访", "evaluation opens without a reply", "90cd", CD90),
    Line("湖北阳光信访", "evaluation closes", "120cd", CD120),
    Line("行政诉讼法 47", "performs its statutory duty", "2mo", MO2),
    Line("环保举报热线工作管理办法", "tells the reporter", "15cd", CD15),
    Line("环保举报热线工作管理办法", "settles it", "standard.finish.complaint", CD60),
    Line("陕西环保举报", "decides whether to accept", "2wd", WD2),
    Line("陕西环保举报", "settles an ordinary one", "7cd", CD7),
    Line("石家庄承诺", "on the spot", "1h", H1),
    Line("石家庄承诺", "feeds back", "2cd", CD2),
    Line(HOTLINE, "returns what is not its affair", "hotline-shandong.return", WD2),
    Line(HOTLINE, "does not sign within the time to return", "hotline-shandong.sign", WD2),
    Line(HOTLINE, "settles and replies", "hotline-shandong.finish.complaint", WD5),
    Line(PROVINCIAL, "settles", "hotline-shandong-provincial.finish.complaint", WD15),
    Line("济南市12345条例 24-30", "settles", "5wd", WD5),
    Line("潍坊市12345条例 20-26", "settles", "5wd", WD5),
    Line("枣庄企呼枣应", "starts to verify", "1wd", WD1),
    Line("枣庄企呼枣应", "answers", "2wd", WD2),
    Line("枣庄企呼枣应", "solves", "10wd", WD10),
    Line("枣庄企呼枣应", "solves, several departments", "25wd", WD25),
    Line("枣解决·枣满意", "answers a question", "2h", H2),
    Line("蚌埠 2019", "signs", "1wd", WD1),
    Line("蚌埠 2019", "settles a call", "5wd", WD5),
    Line("蚌埠 2019", "settles what the province or the net gave", "3wd", WD3),
    Line("蚌埠 2019", "feeds back what is urgent", "20min", MIN20),
    Line("蚌埠 2019", "feeds back a major emergency", "10min", MIN10),
    Line(BEIJING, "dispatches an emergency", "1h", H1),
    Line(BEIJING, "dispatches water, power, gas, heat", "2h", H2),
    Line(BEIJING, "dispatches what is ordinary", "24h", H24),
    Line(BEIJING, "feeds back, first grade", "2h", H2),
    Line(BEIJING, "feeds back, second grade", "24h", H24),
    Line(BEIJING, "feeds back, third grade", "7cd", CD7),
    Line(BEIJING, "feeds back, complex", "15cd", CD15),
    Line("a bureau's own rule", "answers a question", "3wd", WD3),
    Line("a bureau's own rule", "settles a complaint, from the day after receipt", "13wd", WD13),
    Line("广州", "10日内（工作日，含本数）", "10wd", WD10),
    Line("督察信访件", "feeds back to the inspection", "inspection-complaint.finish.complaint", BATCH10),
    Line("督察信访件 安徽 2024", "feeds back to the provincial inspection", "7cd", BATCH7, BATCH),
    Line("督察整改", "the plan of rectification (unverified)", "30wd", WD30),
    Line("督察整改", "the report on progress (unverified)", "6mo", MO6),
    Line("督察整改", "publicity before the write-off (unverified)", "5wd", WD5),
    Line("常德市红色预警指令 2019-2", "reports its response", "air-directive.respond", H1),
    Line("常德市红色预警指令 2019-2", "reports that it was carried out", "air-directive.finish.directive", H24),
    Line("高值报警", "feeds back (unverified)", "2h", H2),
    Line("政府督查工作条例 17", "objects to a conclusion; is answered", "30cd", CD30),
    Line("督查督办", "a document", "supervision-document.finish.directive", CD30),
    Line("督查督办", "a document, without a policy named", "standard.finish.directive", CD30),
    Line("督查督办", "the minutes of a meeting", "supervision-meeting.finish.directive", CD20),
    Line("领导批示", "urgent", "instruction-urgent.finish.directive", CD3),
    Line("领导批示", "ordinary", "instruction-ordinary.finish.directive", CD15),
    Line("13710", "deploys", "1cd", CD1),
    Line("13710", "reports", "3cd", CD3),
    Line("13710", "settles", "7cd", CD7),
    Line("13710", "settles what is hard", "1mo", MO1),
]


@pytest.mark.parametrize(
    ("line", "start", "expected"),
    [pytest.param(line, start, expected, id=f"{line.rule}-{start}") for line in TABLE for start, expected in line.dues.items()],
)
def test_a_period_ends_when_its_article_says(line: Line, start: str, expected: str) -> None:
    budget, counting = counted_by(line)
    assert due(budget, counting, local(start), CALENDAR).at == end(expected), f"{line.article}: {line.what}"


def test_the_hour_of_a_start_moves_no_due_in_days() -> None:
    for line in TABLE:
        budget, counting = counted_by(line)
        for start, expected in line.dues.items():
            if "T" not in start:
                assert due(budget, counting, local(f"{start}T23:59:59"), CALENDAR).at == end(expected), line


def test_each_line_has_an_ordinary_start_and_one_over_a_holiday() -> None:
    assert all(len(line.dues) >= 2 for line in TABLE)
    assert len({line.rule for line in TABLE}) >= 30


@pytest.mark.parametrize(
    ("article", "length", "last", "latest"),
    [
        (f"{PETITIONS} 34", "petition", "2026-05-11", "2026-06-10"),
        (f"{PETITIONS} 34", "petition", "2026-09-08", "2026-10-08"),
        (f"{IN_SHANDONG} 42", "30cd", "2025-09-10", "2025-10-10"),
        ("环保举报热线工作管理办法", "standard", "2026-05-12", "2026-06-11"),
        ("环保举报热线工作管理办法", "standard", "2026-02-03", "2026-03-05"),
        (HOTLINE, "hotline-shandong", "2026-03-16", "2026-03-30"),
        (HOTLINE, "hotline-shandong", "2026-10-12", "2026-10-26"),
        (HOTLINE, "hotline-shandong", "2026-02-27", "2026-03-12"),  # 02-28 is worked
        (HOTLINE, "hotline-shandong", "2025-09-26", "2025-10-16"),  # 09-28 and 10-11 are worked
        (PROVINCIAL, "hotline-shandong-provincial", "2026-03-30", "2026-04-09"),
        (PROVINCIAL, "hotline-shandong-provincial", "2026-10-26", "2026-11-04"),
        (PROVINCIAL, "hotline-shandong-provincial", "2026-09-29", "2026-10-14"),
        ("督查督办", "supervision-document", "2026-04-08", "2026-05-08"),
        ("督查督办", "supervision-meeting", "2026-09-18", "2026-10-08"),
        ("领导批示", "instruction-urgent", "2026-03-16", "2026-03-19"),
        ("领导批示", "instruction-ordinary", "2026-09-23", "2026-10-08"),
    ],
)
def test_an_extension_reaches_no_further_than_its_article_says(article: str, length: str, last: str, latest: str) -> None:
    if length in POLICIES:
        extensions = POLICIES[length].extensions
        assert extensions is not None
        longest = extensions.longest
    else:
        longest = Budget.parse(length)
    assert later(end(last), longest, CALENDAR) == end(latest)


def test_petitions_are_extended_once_and_by_the_unit_a_provincial_call_twice_and_by_who_gave_it() -> None:
    extensions = {name: POLICIES[name].extensions for name in ("petition", "hotline-shandong-provincial")}
    assert {name: one and (one.times, one.granted_by) for name, one in extensions.items()} == {
        "petition": (1, "unit"),
        "hotline-shandong-provincial": (2, "owner"),
    }


@pytest.mark.parametrize(
    ("start", "yellow", "last", "red"),
    [
        ("2026-03-09", "2026-03-27", "2026-03-30", "2026-03-31"),  # Friday, Monday, Tuesday
        ("2026-09-29", "2026-10-23", "2026-10-26", "2026-10-27"),
        ("2026-09-15", "2026-10-10", "2026-10-12", "2026-10-13"),  # a worked Saturday
        ("2026-01-26", "2026-02-13", "2026-02-14", "2026-02-24"),  # ends on a worked Saturday, and then the Spring Festival
    ],
)
def test_the_yellow_card_comes_a_working_day_before_and_the_red_one_on_the_first_after(
    start: str, yellow: str, last: str, red: str
) -> None:
    rule = POLICIES["hotline-shandong-provincial"].finish[Family.COMPLAINT]
    ends = due(rule.budget, rule.counting, local(start), CALENDAR).at
    assert ends == end(last)
    assert [ahead(ends, lead, CALENDAR) for lead in rule.near] == [local(yellow)]
    assert str(CALENDAR.after(last_day(ends, CALENDAR), 1)) == red
