"""The command `signals`: facts of a period that a supervisor may want to look into."""

import asyncio
from typing import Annotated

import typer

from contracts.signals import Signals
from services.cli.cohort import UnitOption, day_option
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, local, output, print_json, settings_for
from services.cli.look import over
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.signals import load_thresholds
from shared.signals.document import Asked, signals, watch_of
from shared.units import load_units

_SHOWN = 12
"""Occurrences that are listed for a person; JSON has all of them."""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("signals")(signals_)


def signals_(
    since: Annotated[str, typer.Option("--from", help="First day.")],
    until: Annotated[str, typer.Option("--to", help="Day that is no longer included.")],
    unit: UnitOption = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Facts to look into: closings in bulk or at the last moment, closing and opening again, the same words, extensions at once.

    No score and no ranking: each says what was seen, of which tasks, and from how many on it is told. An office sets its own
    thresholds in signals.toml of the data folder, such as `last_hour_tasks = 8`; all of them stand in the JSON.

    Example: `duban signals --from 2023-05-01 --to 2023-06-01 --unit enforcement`
    """
    settings = settings_for(data)
    first, last = day_option(since, settings.zone, "--from"), day_option(until, settings.zone, "--to")
    assert first is not None
    assert last is not None
    if last <= first:
        raise typer.BadParameter(f"{until} is no later than {since}", param_hint="--to")
    asked, units = Asked(first, last, unit), load_units(settings.data / "units.toml")
    calendar = load_rulebook(settings.zone, settings.data).calendar
    watch = watch_of(asked, load_thresholds(settings.data), calendar)
    found: Signals = asyncio.run(over(settings, lambda snapshot: signals(snapshot, asked, watch, units, settings.timezone)))
    if as_json:
        print_json(found)
    else:
        _show(found, settings)


def _show(found: Signals, settings: Settings) -> None:
    for one in found.signals:
        output.print(one.zh, style="bold", highlight=False, markup=False, soft_wrap=True)
        output.print(one.en, highlight=False, markup=False, soft_wrap=True)
        for seen in one.occurrences[:_SHOWN]:
            due = f", due {local(seen.due, settings.zone)}" if seen.due else ""
            said = f"  {local(seen.at, settings.zone)}  {seen.source} {seen.subject}{due}"
            output.print(said, highlight=False, markup=False, soft_wrap=True)
        if len(one.occurrences) > _SHOWN:
            output.print(f"  and {len(one.occurrences) - _SHOWN:,} more: --json has them all", highlight=False)
    period = f"{found.since} to {found.until}"
    output.print(f"{len(found.signals):,} facts to look into, {period}; no judgement of anyone" if found.signals else "no signal")
