"""The rectification problems as matters: 44 of three campaigns, 12 of an inspection's feedback."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from services.cli.demo import phrases
from services.cli.demo.campaign_rows import CAMPAIGNS, Campaign, CampaignRow
from services.cli.demo.course import Stage, at_day
from services.cli.demo.feedback import FEEDBACK, INSPECTION, Feedback
from services.cli.demo.matter import Matter
from services.cli.demo.units import ENFORCEMENT, OFFICE

OWNER: Final = "inspection-office"
_EARLY: Final[tuple[Stage, ...]] = (("assigned", 0.04, 0.1), ("planned", 0.3, 0.5))
_KEPT_UP: Final = timedelta(days=150)
_LATE_SPAN: Final = 0.82
"""A late one of months is stretched to somewhat past its due, not to the double of it."""


def rectifications(rng: Random) -> Iterator[Matter]:
    """All problems, numbered for each campaign."""
    for serial, problem in enumerate(FEEDBACK, start=1):
        yield _feedback(f"DC-2023-{serial:02}", serial, problem, rng)
    for campaign in CAMPAIGNS:
        for serial, row in enumerate(campaign.rows, start=1):
            yield _finding(campaign, serial, row, rng)


def _feedback(number: str, serial: int, problem: Feedback, rng: Random) -> Matter:
    data: dict[str, object] = {
        "title": problem.title,
        "text": f"{INSPECTION}第{serial}项问题，请制定整改方案并按期销号。",
        "category": [problem.category],
        "unit": problem.unit,
        "starred": serial in (1, 2, 4),
        "batch": "第二批",
        "document_number": f"枣高环改〔2023〕{serial}号",
        "inspection": INSPECTION,
        "problem": f"第{serial}项",
        "goal": problem.goal,
        "measures": list(problem.measures),
        "supervising_unit": OFFICE,
        "accepting_unit": OWNER,
    }
    return _matter(number, _issued(problem.day, rng), data, problem.due, problem.story, problem.done)


def _finding(campaign: Campaign, serial: int, row: CampaignRow, rng: Random) -> Matter:
    day, enterprise, problem_name, due, story = row
    problem = campaign.problems[problem_name]
    data: dict[str, object] = {
        "title": f"{enterprise}{problem.name}整改",
        "text": f"{campaign.name}共检查企业{campaign.checked}家，发现{enterprise}{problem.name}，见{campaign.basis}，请整改。",
        "category": ["工业"],
        "unit": ENFORCEMENT,
        "batch": campaign.name,
        "document_number": f"{campaign.document}〔2023〕{campaign.prefix}-{serial}号",
        "enterprise": [{"name": enterprise}],
        "location": {"address": enterprise},
        "problem": f"{campaign.prefix}{serial}",
        "goal": f"{problem.name}问题整改到位，不再反复",
        "measures": list(problem.measures),
        "accepting_unit": OWNER,
    }
    return _matter(f"{campaign.prefix}-2023-{serial:02}", _issued(day, rng), data, due, story, problem.done)


def _matter(number: str, at: datetime, data: dict[str, object], due: str, story: str, done: str) -> Matter:
    data["due"], instant = _due(due)
    span = _KEPT_UP if instant is None else instant - at
    return Matter(
        owner=OWNER,
        number=number,
        family="rectification",
        word="assigned",
        at=at,
        data=data,
        unit=str(data["unit"]),
        story=story,
        span=span * _LATE_SPAN if story == "late" else span,
        due=instant,
        early=_EARLY,
        progress=phrases.UNDER_RECTIFICATION,
        done=done,
        reviewer=OWNER,
    )


def _issued(day: str, rng: Random) -> datetime:
    return at_day(day, time(rng.randint(9, 16), rng.randint(0, 59), rng.randint(0, 59)))


def _due(text: str) -> tuple[object, datetime | None]:
    """The due as it is sent, and its instant; a period ends at 24:00 of its last day, which the rows give."""
    precision, _, day = text.partition(" ")
    if precision == "open_ended":
        return {"precision": precision}, None
    if precision == "instant":
        instant = at_day(day[5:], time(18))
        return instant.isoformat(), instant
    return {"precision": precision, "date": day}, at_day(day[5:], time(0)) + timedelta(days=1)
