"""The events of a campaign's period: the matter that is given, and its split into one part for each enterprise.

Ids, instants and bytes follow from the campaign, the period and the calendar alone, so that publishing again is harmless.
"""

from typing import Any, Final

import orjson

from shared.domain.budget import start_of
from shared.domain.calendar import Calendar
from shared.domain.campaign import Campaign, CampaignPeriod
from shared.domain.matter import Family
from shared.domain.period import CIVIL_CODE, due

Event = dict[str, Any]
"""A CloudEvents event before it is made bytes."""

_GIVEN: Final = {Family.DIRECTIVE: "directive.issued", Family.RECTIFICATION: "rectification.assigned"}


def number_of(campaign: Campaign, period: CampaignPeriod) -> str:
    """The number of the period's matter, which is the id of its event, too."""
    return f"{campaign.id}:{period.label}"


def events_of(campaign: Campaign, period: CampaignPeriod, calendar: Calendar) -> tuple[Event, Event]:
    """The matter of a period and its split, both at the start of its first day in the calendar's zone."""
    return _given(campaign, period, calendar), _split(campaign, period, calendar)


def encode(event: Event) -> bytes:
    """The bytes to publish."""
    return orjson.dumps(event)


def _given(campaign: Campaign, period: CampaignPeriod, calendar: Calendar) -> Event:
    number = number_of(campaign, period)
    data = {
        "title": f"{campaign.title}（{period.label}）",
        "unit": campaign.unit,
        "policy": campaign.policy,
        "due": _due(campaign, period, calendar),
        "document_number": number,
    }
    return _event(campaign, period, calendar, number, _GIVEN[campaign.family], data)


def _split(campaign: Campaign, period: CampaignPeriod, calendar: Calendar) -> Event:
    parts = [
        _said(
            {
                "title": f"{campaign.title}：{enterprise.name}",
                "unit": campaign.unit,
                "enterprise": [_said({"name": enterprise.name, "uscc": enterprise.uscc})],
            }
        )
        for enterprise in campaign.enterprises
    ]
    return _event(campaign, period, calendar, f"{number_of(campaign, period)}:split", "task.split", {"parts": parts})


def _event(campaign: Campaign, period: CampaignPeriod, calendar: Calendar, id_: str, what: str, data: Event) -> Event:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": campaign.owner,
        "type": f"duban.{what}.v1",
        "subject": number_of(campaign, period),
        "time": start_of(period.first, calendar.zone).astimezone(calendar.zone).isoformat(),
        "datacontenttype": "application/json",
        "data": _said(data),
    }


def _due(campaign: Campaign, period: CampaignPeriod, calendar: Calendar) -> Any:
    if campaign.due is None:
        return {"precision": "day", "date": period.last.isoformat()}
    at = due(campaign.due, CIVIL_CODE, start_of(period.first, calendar.zone), calendar).at
    assert at is not None, "no campaign has an open-ended budget"
    return at.astimezone(calendar.zone).isoformat()


def _said(fields: Event) -> Event:
    """The fields that say something."""
    return {name: its for name, its in fields.items() if its is not None}
