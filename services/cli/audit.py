"""Commands that prove the books: `recount` and `ledger verify`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, output, print_json, progress, settings_for
from services.cli.place import open_database
from shared.settings import Settings
from shared.storage.audit import Recount, Tick, Verified, recount, verify
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.schema import check

_T = TypeVar("_T")

ledger = typer.Typer(no_args_is_help=True, help="The ledger itself.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("recount")(recount_)
    app.add_typer(ledger, name="ledger")


def recount_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Compare tasks and tallies with a recount from the ledger, in one snapshot. Exit 1 on any difference.

    Example: `duban recount --data /srv/duban`
    """
    settings = settings_for(data)
    found: Recount = asyncio.run(_over(settings, "recounting", lambda snapshot, tick: recount(snapshot, settings.zone, tick)))
    if as_json:
        print_json({"facts": found.facts, "tasks": found.tasks, "differences": found.differences})
    else:
        for difference in found.differences:
            output.print(difference, markup=False)
        verdict = f"{len(found.differences)} differences" if found.differences else "no difference"
        output.print(f"{found.facts:,} facts, {found.tasks:,} tasks: {verdict}", highlight=False)
    raise typer.Exit(1 if found.differences else 0)


@ledger.command("verify")
def verify_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Walk the hash chain and name the first row that does not fit. Exit 1 when there is one.

    Example: `duban ledger verify --data /srv/duban`
    """
    found: Verified = asyncio.run(_over(settings_for(data), "verifying", verify))
    if as_json:
        print_json({"rows": found.rows, "broken": found.broken, "heads": {str(p): list(head) for p, head in found.heads.items()}})
    elif found.broken is not None:
        output.print(f"broken at {found.broken}", style="bold red", markup=False)
    else:
        output.print(f"{found.rows:,} rows, the chain is whole", highlight=False)
        for partition, (position, head) in found.heads.items():
            output.print(f"  partition {partition}: position {position}, head {head}", highlight=False, soft_wrap=True)
    raise typer.Exit(1 if found.broken is not None else 0)


async def _over(settings: Settings, what: str, work: Callable[[Snapshot, Tick], Awaitable[_T]]) -> _T:
    database = open_database(settings)
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            with progress("facts") as bar:
                job = bar.add_task(what, total=await snapshot.count("ledger"))
                return await work(snapshot, lambda done: bar.update(job, completed=done) if done % 500 == 0 else None)
    finally:
        await database.close()
