"""Campaigns as TOML files of an office: what is checked at which enterprises, how often, from when to when."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from contracts import matter as wire
from contracts.event import Name
from contracts.subjects import Inbound, encode_token
from shared.codec.campaigns import encode, events_of
from shared.codec.events import Undecodable, decode_event
from shared.domain.budget import BadBudget, Budget, start_of
from shared.domain.campaign import Campaign, Enterprise, Every, periods
from shared.domain.matter import DUBAN, Family
from shared.domain.policy import DEFAULT_POLICY, Rulebook
from shared.domain.transition import Place, transition
from shared.faults import fault_of

MOST_ENTERPRISES: Final = 500
MOST_DAYS: Final = 10 * 366
"""Ten years; what goes on for ever is written anew for the next ones."""
_DAYS: Final = (date(1900, 1, 1), date(2199, 12, 31))


class BadCampaign(Exception):
    """A campaign file cannot be used; the message names the file, the place in it and the reason."""


def _token(text: str) -> str:
    if not text or encode_token(text) != text:
        raise ValueError("is one token of a NATS subject: write it without '.', '*', '>', '%' and white space")
    return text


def _owner(text: str) -> str:
    if text == DUBAN:
        raise ValueError(f"{DUBAN!r} is our own name; write the source whose matters these are")
    return _token(text)


def _every(said: object) -> object:
    if isinstance(said, dict) and said.keys() == {"days"}:
        days = said["days"]
        if type(days) is int and 1 <= days <= 366:
            return days
    elif isinstance(said, str) and said in {"half_month", "month", "quarter", "week"}:
        return said
    raise ValueError("write half_month, month, quarter, week or a number of days from 1 to 366, such as {days = 14}")


def _due(said: object) -> Budget | None:
    if said == "period_end":
        return None
    try:
        budget = Budget.parse(str(said))
    except BadBudget:
        budget = None
    if budget is None or budget.unit == "open":
        raise ValueError(f"{said!r} is no due: write period_end or a budget from the period's start, such as 10cd or 5wd")
    return budget


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Enterprise(wire.Enterprise):
    model_config = ConfigDict(extra="forbid")


_Day = Annotated[date, Field(strict=True, ge=_DAYS[0], le=_DAYS[1])]


class _File(_Table):
    id: Annotated[str, Field(max_length=100), AfterValidator(_token)]
    owner: Annotated[str, Field(max_length=200), AfterValidator(_owner)]
    title: Annotated[str, Field(max_length=250, pattern=r"^\S(.*\S)?$")]
    family: Literal["directive", "rectification"] = "directive"
    unit: Name | None = None
    policy: Name | None = None
    every: Annotated[Every, BeforeValidator(_every)]
    first: Annotated[_Day, Field(alias="from")]
    last: Annotated[_Day, Field(alias="until")]
    due: Annotated[Budget | None, BeforeValidator(_due)]
    enterprise: Annotated[tuple[_Enterprise, ...], Field(min_length=1, max_length=MOST_ENTERPRISES)]

    @model_validator(mode="after")
    def _fits_together(self) -> "_File":
        if self.last < self.first:
            raise ValueError(f"until: {self.last} lies before from, which is {self.first}")
        if (self.last - self.first).days >= MOST_DAYS:
            raise ValueError(f"until: a campaign has {MOST_DAYS} days at most")
        twice = [name for name, times in Counter(one.name for one in self.enterprise).items() if times > 1]
        if twice:
            raise ValueError(f"enterprise: {twice[0]!r} stands there more than once")
        return self

    def campaign(self) -> Campaign:
        return Campaign(
            id=self.id,
            owner=self.owner,
            title=self.title,
            family=Family(self.family),
            unit=self.unit,
            policy=self.policy,
            every=self.every,
            first=self.first,
            last=self.last,
            due=self.due,
            enterprises=tuple(Enterprise(one.name, one.uscc) for one in self.enterprise),
        )


def load_campaigns(folder: Path, rulebook: Rulebook) -> tuple[Campaign, ...]:
    """The campaigns of a folder in the order of its files; none when there is no folder. Raises BadCampaign."""
    files: dict[str, Path] = {}
    campaigns: list[Campaign] = []
    for file in sorted(folder.glob("*.toml")):
        campaign = read_campaign(file, rulebook)
        if campaign.id in files:
            raise BadCampaign(f"{file}: id: {campaign.id} is that of {files[campaign.id]} already")
        files[campaign.id] = file
        campaigns.append(campaign)
    return tuple(campaigns)


def read_campaign(file: Path, rulebook: Rulebook) -> Campaign:
    """One campaign file, for the policies and the calendar given. Raises BadCampaign with the file, the place and the reason."""
    document: dict[str, Any] = {}
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        campaign = _File.model_validate(document).campaign()
        _check_policy(campaign, rulebook)
        _check_events(campaign, rulebook)
    except ValidationError as error:
        raise BadCampaign(f"{file}: {fault_of(error, document, _File)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ValueError) as error:
        raise BadCampaign(f"{file}: {error}") from None
    return campaign


def _check_policy(campaign: Campaign, rulebook: Rulebook) -> None:
    named = campaign.policy or DEFAULT_POLICY
    if named not in rulebook.policies:
        raise ValueError(f"policy: no policy {named!r}; there are: {', '.join(sorted(rulebook.policies))}")
    policy = rulebook.policy_on(named, start_of(campaign.first, rulebook.zone))
    if policy is None:
        raise ValueError(f"policy: {named} does not apply yet on {campaign.first}")
    if campaign.family not in policy.finish:
        raise ValueError(f"policy: {named} is not for a {campaign.family}; it is for: {', '.join(policy.finish)}")
    registered = transition(policy.flow, Place.ABSENT, "register")
    if registered is None or transition(policy.flow, registered.target, "split") is None:
        raise ValueError(f"policy: under {named} a matter cannot be split, as the matter of each period is")


def _check_events(campaign: Campaign, rulebook: Rulebook) -> None:
    # The periods differ by their labels and dates only, which are of one length: what holds for the first holds for all.
    for event in events_of(campaign, next(periods(campaign)), rulebook.calendar):
        _, family, what, _ = event["type"].split(".")
        at = Inbound(campaign.owner, campaign.owner, event["subject"], family, what)
        wrong = decode_event(encode(event), at)
        if isinstance(wrong, Undecodable):
            raise ValueError(f"its {family}.{what} would be rejected: {wrong.reasons[0].path}: {wrong.reasons[0].message}")
