"""Commands about campaigns: which there are, whether a file would be taken, which events a period has."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, settings_for
from shared.campaigns import load_campaigns, read_campaign
from shared.clock import SystemClock
from shared.codec.campaigns import encode, events_of, number_of
from shared.domain.campaign import Campaign, CampaignPeriod, periods
from shared.rulebook import load_rulebook

campaign = typer.Typer(no_args_is_help=True, help="Campaigns: the same checks of the same enterprises in every period.")
CampaignFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A campaign file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(campaign, name="campaign")


@campaign.command("list")
def list_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """The campaigns of the installation with their periods: over, current, to come.

    Example: `duban campaign list`
    """
    settings = settings_for(data)
    today = SystemClock().now().astimezone(settings.zone).date()
    campaigns = load_campaigns(settings.data / "campaigns", load_rulebook(settings.zone, settings.data))
    if as_json:
        return print_json([_document(one, today) for one in campaigns])
    for one in campaigns:
        _show(one, today)
    if not campaigns:
        output.print(f"no campaign in {settings.data / 'campaigns'}", markup=False, highlight=False, soft_wrap=True)
    return None


@campaign.command("check")
def check(file: CampaignFile, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Whether a campaign file would be taken, and what it says. Exit 78 with the place and the reason when it would not.

    Example: `duban campaign check campaigns/hazardous-waste.toml`
    """
    settings = settings_for(data)
    today = SystemClock().now().astimezone(settings.zone).date()
    read = read_campaign(file, load_rulebook(settings.zone, settings.data))
    if as_json:
        return print_json(_document(read, today))
    return _show(read, today)


@campaign.command("events")
def events(
    file: CampaignFile,
    on: Annotated[str, typer.Option("--on", help="A day of the period, such as 2023-04-20.")],
    data: DataOption = DEFAULT_DATA,
) -> None:
    """The events of the period in which a day lies, one a line, for review or for `duban push`.

    Example: `duban campaign events campaigns/hazardous-waste.toml --on 2023-04-20 > period.jsonl`
    """
    settings = settings_for(data)
    rulebook = load_rulebook(settings.zone, settings.data)
    read, day = read_campaign(file, rulebook), _day(on)
    period = next((one for one in periods(read) if one.contains(day)), None)
    if period is None:
        raise typer.BadParameter(f"{day} lies outside the campaign, which runs from {read.first} until {read.last}")
    for event in events_of(read, period, rulebook.calendar):
        typer.echo(encode(event).decode())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write 2023-04-20") from None


def _state(period: CampaignPeriod, today: date) -> str:
    if today < period.first:
        return "to come"
    return "current" if period.contains(today) else "over"


def _document(one: Campaign, today: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "owner": one.owner,
        "title": one.title,
        "family": one.family,
        "unit": one.unit,
        "policy": one.policy,
        "every": {"days": one.every} if isinstance(one.every, int) else one.every,
        "from": one.first,
        "until": one.last,
        "due": "period_end" if one.due is None else str(one.due),
        "enterprises": [{"name": enterprise.name, "uscc": enterprise.uscc} for enterprise in one.enterprises],
        "periods": [
            {"number": number_of(one, period), "first": period.first, "last": period.last, "state": _state(period, today)}
            for period in periods(one)
        ],
    }


def _show(one: Campaign, today: date) -> None:
    every = f"every {one.every} days" if isinstance(one.every, int) else f"every {one.every.replace('_', ' ')}"
    output.print(f"[bold]{escape(one.id)}[/]  {escape(one.title)}", highlight=False)
    due = "period_end" if one.due is None else one.due
    said = f"  {one.owner}, {one.family}, {one.unit or 'no unit'}, {every}, due {due}, {len(one.enterprises)} enterprises"
    output.print(said, markup=False, highlight=False, soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    for period in periods(one):
        table.add_row(escape(number_of(one, period)), f"{period.first} – {period.last}", _state(period, today))
    output.print(table)
