"""`task actions`: what may be done with a task now, by whom, and why not."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, instant, output, print_json, settings_for
from services.cli.look import over
from services.cli.one_task import NumberArgument, OwnerArgument, found_of
from shared.clock import SystemClock
from shared.domain.actions import actions_open
from shared.domain.matter import Matter
from shared.rulebook import load_rulebook


def task_actions(
    owner: OwnerArgument,
    number: NumberArgument,
    by: Annotated[str | None, typer.Option("--as", help="Who would act: a source. The owner, if nobody is named.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="At this instant; now, if it is not given.")] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Which actions are open to a source now, and which rule forbids the others.

    Example: `duban task actions city-command ZB-001 --as gx-bureau`
    """
    settings = settings_for(data)
    rulebook = load_rulebook(settings.zone, settings.data)
    matter = Matter(owner, number)
    found = found_of(matter, asyncio.run(over(settings, lambda snapshot: snapshot.task(matter))))
    listed = actions_open(found[0], by or owner, rulebook, instant(at, settings.zone) or SystemClock().now())
    if as_json:
        document = [
            {"action": one.action, "open": one.refusal is None, "reason": one.refusal.message if one.refusal else None}
            for one in listed
        ]
        return print_json({"state": found[0].state.place, "actions": document})
    output.print(f"{number} of {owner}: {found[0].state.place}", highlight=False, markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for one in listed:
        table.add_row(one.action, "open" if one.refusal is None else "—", one.refusal.message if one.refusal else "")
    output.print(table if listed else "nothing is open any more")
    return None
