"""Commands that prove the books: `recount` and `ledger verify`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from pydantic import BaseModel, ValidationError

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
def verify_(
    data: DataOption = DEFAULT_DATA,
    against: Annotated[
        Path | None,
        typer.Option("--against", exists=True, dir_okay=False, readable=True, help="Heads kept elsewhere: messages, one a line."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Walk the hash chain and name the first row that does not fit. Exit 1 when there is one.

    Whoever can change the database can also make the chain anew; a copy of its heads that was kept elsewhere shows it. Such are
    the messages of `duban.stats.heads`, and what `duban ledger verify --json` and `duban report show --json` print.

    Examples: `duban ledger verify --data /srv/duban` · `duban ledger verify --against heads.jsonl`
    """
    kept = {} if against is None else kept_heads(against)
    found: Verified = asyncio.run(_over(settings_for(data), "verifying", lambda snapshot, tick: verify(snapshot, tick, kept)))
    if as_json:
        heads = {str(p): list(head) for p, head in found.heads.items()}
        print_json({"rows": found.rows, "broken": found.broken, "heads": heads, "kept": len(kept)})
    elif found.broken is not None:
        output.print(f"broken at {found.broken}", style="bold red", markup=False)
    else:
        compared = f", and as {len(kept):,} kept heads say" if kept else ""
        output.print(f"{found.rows:,} rows, the chain is whole{compared}", highlight=False)
        for partition, (position, head) in found.heads.items():
            output.print(f"  partition {partition}: position {position}, head {head}", highlight=False, soft_wrap=True)
    raise typer.Exit(1 if found.broken is not None else 0)


def kept_heads(file: Path) -> dict[tuple[int, int], str]:
    """The heads in a file: one JSON document, or one a line. Raises BadParameter; a file without any proves nothing."""
    text = file.read_bytes()
    try:
        documents = [_Heads.model_validate_json(one) for one in _documents(text)]
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in problem["loc"])
        raise typer.BadParameter(f"{file}: {where}: {problem['msg']}", param_hint="--against") from None
    kept = {(p, position): hash for one in documents for p, (position, hash) in one.heads.items() if position}
    if not kept:
        raise typer.BadParameter(f"{file} has no heads", param_hint="--against")
    return kept


def _documents(text: bytes) -> list[bytes]:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return [line for line in text.splitlines() if line.strip()]
    return [text]


class _Heads(BaseModel):
    heads: dict[int, tuple[int, str]]


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
