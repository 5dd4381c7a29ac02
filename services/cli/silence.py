"""The commands `silence` and `key`: windows in which nobody is told, and the keys to people's calendars and inboxes."""

import asyncio
import getpass
from collections.abc import Iterator
from typing import Annotated

import typer
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from pydantic import ValidationError
from rich.table import Table

from contracts import subjects
from contracts.notices import Granted, SilenceEnded, SilenceWanted, TokensRevoked, TokenWanted
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, instant, local, output, print_json, settings_for
from services.cli.feed import client_of
from services.cli.place import NothingRunning, find_running, nats_url, open_database
from services.cli.roster import office_of, stranger
from shared.clock import SystemClock
from shared.roster import page_url
from shared.settings import Settings
from shared.storage.engine import FolderInUse
from shared.storage.reading import ReadStore
from shared.storage.schema import check
from shared.storage.silencing import NotGranted, all_silences, grant
from shared.units import load_units

PATIENCE_SECONDS = 10.0
Wanted = SilenceWanted | SilenceEnded | TokenWanted | TokensRevoked


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    silences = typer.Typer(help="Windows in which nobody is told, with a reason and an end.", no_args_is_help=True)
    silences.command("add")(add)
    silences.command("end")(end)
    silences.command("list")(list_)
    app.add_typer(silences, name="silence")
    keys = typer.Typer(help="Keys to people's calendars and inboxes.", no_args_is_help=True)
    keys.command("give")(give)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="key")


def add(
    reason: Annotated[str, typer.Option("--reason", help="Why nobody is told.")],
    until: Annotated[str, typer.Option("--until", help="When it ends.")],
    since: Annotated[str | None, typer.Option("--from", help="When it begins; now where absent.")] = None,
    family: Annotated[str | None, typer.Option("--family")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="A unit's code; with the units below it.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Source whose matters these are.")] = None,
    number: Annotated[str | None, typer.Option("--number", help="Number of one matter; with --owner.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Only this person is not told.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who says so; the name of the system's user where absent.")] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Have nobody told, for a while, of what all given filters match; none is maintenance: of anything. What still holds at the
    end is told then.

    Example: `duban silence add --unit gxq-zjj --reason "系统搬迁" --until 2026-12-01T08:30`
    """
    settings = settings_for(data)
    try:
        wanted = SilenceWanted.model_validate({
            "reason": reason,
            "by": by or getpass.getuser(),
            "since": instant(since, settings.zone),
            "until": instant(until, settings.zone),
            "family": family,
            "unit": unit,
            "owner": owner,
            "number": number,
            "person": person,
        })  # fmt: skip
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise typer.BadParameter(f"{'.'.join(map(str, problem['loc']))} {problem['msg'].removeprefix('Value error, ')}") from None
    for unknown in _unknown(settings, wanted):
        errors.print(f"duban: warning: {unknown}", markup=False, highlight=False, soft_wrap=True)
    output.print(f"silence {_granted(settings, wanted)} until {local(wanted.until, settings.zone)}", highlight=False)


def end(id: Annotated[str, typer.Argument(help="As `duban silence list` shows it.")], data: DataOption = DEFAULT_DATA) -> None:
    """End a silence now.

    Example: `duban silence end 5f1c9a02`
    """
    output.print(f"silence {_granted(settings_for(data), SilenceEnded(id=id))} ended", highlight=False)


def list_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """All silences there ever were, the latest first.

    Example: `duban silence list --json`
    """
    settings = settings_for(data)

    async def _found() -> list[object]:
        database = open_database(settings)
        try:
            await check(database)
            async with ReadStore(database).snapshot() as snapshot:
                return list(await all_silences(snapshot))
        finally:
            await database.close()

    found = asyncio.run(_found())
    if as_json:
        return print_json([vars(one) for one in found])
    table = Table("id", "from", "until", "of", "reason", "by")
    for one in found:
        said = vars(one)
        covers = (
            " ".join(f"{name}={said[name]}" for name in ("family", "unit", "owner", "number", "person") if said[name]) or "全部"
        )
        bounds = (local(said["since"], settings.zone), local(said["until"], settings.zone))
        table.add_row(said["id"], *bounds, covers, said["reason"], said["by"])
    return output.print(table)


def give(person: Annotated[str, typer.Argument(help="Id of a person in people.toml.")], data: DataOption = DEFAULT_DATA) -> None:
    """Give a person a key to their inbox and calendar; it is shown once, and stored as a hash only.

    Example: `duban key give air-1`
    """
    settings = settings_for(data)
    key, running = _granted(settings, TokenWanted(person=person)), find_running(settings.data)
    page = page_url(settings.data) or ("" if running is None else running.page_url)
    output.print(f"{page}/inbox?key={key}\n{page}/calendar.ics?key={key}", highlight=False, soft_wrap=True, markup=False)


def revoke(person: Annotated[str, typer.Argument(help="Id of a person.")], data: DataOption = DEFAULT_DATA) -> None:
    """Make all keys of a person void at once.

    Example: `duban key revoke air-1`
    """
    output.print(f"{_granted(settings_for(data), TokensRevoked(person=person))} keys of {person} revoked", highlight=False)


def _unknown(settings: Settings, wanted: SilenceWanted) -> Iterator[str]:
    """What a silence names that no file lists. Events may name units that nobody registered, so it is no mistake for sure."""
    units = load_units(settings.data / "units.toml")
    if wanted.unit is not None and units and wanted.unit not in units:
        yield f"unit {wanted.unit} is not in units.toml; what events give to it is silenced all the same"
    people = {} if wanted.person is None else office_of(settings).roster.people
    if wanted.person is not None and wanted.person not in people:
        yield stranger(wanted.person, people) or f"person {wanted.person}: there is no people.toml"


def _granted(settings: Settings, wanted: Wanted) -> str:
    try:
        answer = asyncio.run(_asked(settings, wanted))
    except NotGranted as error:
        answer = Granted(refused=str(error))
    if answer.refused is not None or answer.said is None:
        errors.print(f"duban: {answer.refused}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(1)
    return answer.said


async def _asked(settings: Settings, wanted: Wanted) -> Granted:
    database = open_database(settings)
    try:
        await check(database)
        try:
            database.lock()
        except FolderInUse:
            return await _asked_for(settings, wanted)
        people = set(office_of(settings).roster.people)
        return Granted(said=await grant(database, wanted, people, SystemClock().now()))
    finally:
        await database.close()


async def _asked_for(settings: Settings, wanted: Wanted) -> Granted:
    """Ask the process that writes the SQLite file. Raises NothingRunning, NatsUnreachable."""
    async with client_of(nats_url(settings)) as client:
        try:
            answer = await client.request(subjects.NOTICES_ASK, wanted.model_dump_json().encode(), timeout=PATIENCE_SECONDS)
        except (NoRespondersError, NatsTimeout):
            raise NothingRunning("another duban process writes this folder, and no notifier answers; try again") from None
    return Granted.model_validate_json(answer.data)
