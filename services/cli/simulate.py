"""`policy simulate`: what a proposed policy or calendar would have made of past events."""

import asyncio
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from services.cli.console import (
    DEFAULT_DATA,
    DataOption,
    JsonOption,
    errors,
    instant,
    local_end,
    output,
    print_json,
    progress,
    settings_for,
)
from services.cli.place import open_database
from shared.calendars import load_calendar
from shared.clock import SystemClock
from shared.codec.events import decode_known
from shared.domain.policy import Rulebook
from shared.domain.simulate import Differs, simulated
from shared.domain.value import replace
from shared.policies import read_policy
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.reading import ReadStore
from shared.storage.schema import check

WORDS = {
    "on-time": "按期办结",
    "late": "逾期办结",
    "closed": "办结",
    "open": "在办",
    "overdue": "逾期未办结",
    "ended": "终止",
    "unknown": "不能登记",
}


def simulate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A proposed policy, or a calendar file (both TOML).")],
    since: Annotated[str, typer.Option("--from", help="Matters received from this day or instant on.")],
    until: Annotated[str, typer.Option("--to", help="Matters received before this day or instant.")],
    at: Annotated[str | None, typer.Option("--at", help="Judge at this instant; now, if it is not given.")] = None,
    instead_of: Annotated[
        str | None, typer.Option("--instead-of", help="Id of the policy to replace, if the proposed one has another id.")
    ] = None,
    dues: Annotated[bool, typer.Option("--dues", help="List also those whose due alone would move.")] = False,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Run a proposed policy or calendar over past events, and list every task whose verdict would change. Nothing is written.

    Example: `duban policy simulate stricter.toml --from 2023-01-01 --to 2023-07-01`
    """
    settings = settings_for(data)
    now = load_rulebook(settings.zone, settings.data)
    proposed = _proposed(file, instead_of, now, settings)
    bounds = [instant(text, settings.zone) for text in (since, until)]
    assert bounds[0] is not None
    assert bounds[1] is not None
    judged_at = instant(at, settings.zone) or SystemClock().now()
    total, found = asyncio.run(_run(settings, (bounds[0], bounds[1]), now, proposed, judged_at))
    listed = [one for one in found if dues or one.refused or one.now.word != one.proposed.word]
    if as_json:
        return print_json({"matters": total, "at": judged_at, "changed": listed})
    return _show(total, listed, settings)


def _proposed(file: Path, instead_of: str | None, now: Rulebook, settings: Settings) -> Rulebook:
    try:
        is_policy = "flow" in tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        is_policy = True  # the reader of policies says what is wrong
    if not is_policy:
        return Rulebook(now.policies, load_calendar(settings.zone, settings.data / "calendars", [file]))
    policy = replace(read_policy(file), applies_from=None, earlier=())
    replaced = instead_of or policy.id
    if replaced not in now.policies:
        known = ", ".join(sorted(now.policies))
        raise typer.BadParameter(f"no policy {replaced!r} to replace; name one with --instead-of: {known}")
    return Rulebook(now.policies | {replaced: replace(policy, id=replaced)}, now.calendar)


async def _run(
    settings: Settings, bounds: tuple[datetime, datetime], now: Rulebook, proposed: Rulebook, at: datetime
) -> tuple[int, list[Differs]]:
    database = open_database(settings)
    found: list[Differs] = []
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            total = await snapshot.received(*bounds)
            with progress("matters") as bar:
                job = bar.add_task("simulating", total=total)
                async for _, events in snapshot.told(*bounds):
                    differs = simulated([decode_known(event) for event in events], now, proposed, at)
                    found += [differs] if differs is not None else []
                    bar.advance(job)
    finally:
        await database.close()
    return total, found


def _show(total: int, listed: list[Differs], settings: Settings) -> None:
    table = Table("owner", "number", "now", "due", "proposed", "due", "title")
    for one in listed:
        here, there = one.now, one.proposed
        dues = [local_end(verdict.due, settings.zone) for verdict in (here, there)]
        table.add_row(one.owner, one.number, WORDS[here.word], dues[0], WORDS[there.word], dues[1], one.title)
    if listed:
        output.print(table)
    for one in listed:
        for id_, why in one.refused:
            errors.print(f"{one.number}: {id_} would not be taken: {why}", markup=False, style="yellow")
    moved = Counter((one.now.word, one.proposed.word) for one in listed)
    changes = "; ".join(f"{WORDS[was]} → {WORDS[is_]}: {count}" for (was, is_), count in moved.most_common())
    output.print(f"{total:,} matters, {len(listed):,} would change{': ' if changes else ''}{changes}", highlight=False)
