"""The command `report seal`: freezes the figures of a period, itself or by the process that writes the file."""

import asyncio
from typing import Annotated

import typer
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from contracts import subjects
from contracts.sealed import SealAnswer, SealRequest
from services.cli import sealed
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, called, errors, instant, output, print_json, settings_for
from services.cli.feed import client_of
from services.cli.figures import office_of
from services.cli.place import NothingRunning, nats_url, open_database
from shared.clock import SystemClock
from shared.figures.period import BadPeriod, read_period
from shared.figures.seal import NotSealable, seal
from shared.settings import Settings
from shared.storage.engine import FolderInUse
from shared.storage.schema import check


class NotSealed(Exception):
    """The running service did not seal the report; the message says why."""


def add_commands(report: typer.Typer) -> None:
    """Add these commands to a group."""
    report.command("seal")(seal_)
    sealed.add_commands(report)


def seal_(
    period: Annotated[str, typer.Option("--period", help="2023, 2023H1, 2023Q2 or 2023-06, by day of receipt.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Instant of judgement; the end of the period where absent.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What is to be remembered of it.")] = "",
    patience: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for a running duban.")] = 60.0,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Freeze the figures of a period as known now, under a number and with a hash; what is found later becomes a correction.

    Example: `duban report seal --period 2023H1 --as-of 2023-06-19 --note "半年工作报告"`
    """
    settings = settings_for(data)
    try:
        read_period(period)
        request = SealRequest(period=period, as_of=instant(as_of, settings.zone), note=note)
        answer = asyncio.run(_sealed(settings, request, patience))
    except BadPeriod as error:
        raise typer.BadParameter(str(error), param_hint="--period") from None
    except NotSealable as error:
        answer = SealAnswer(refused=str(error))
    if answer.refused is not None:
        errors.print(f"duban: {answer.refused}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(1)
    if as_json:
        return print_json({"number": answer.number, "hash": answer.hash})
    return output.print(f"sealed as {answer.number}\n  SHA-256 {answer.hash}", highlight=False, soft_wrap=True)


async def _sealed(settings: Settings, request: SealRequest, patience: float) -> SealAnswer:
    database = open_database(settings)
    try:
        await check(database)
        try:
            database.lock()
        except FolderInUse:
            return await _asked_for(settings, request, patience)
        return await seal(database, office_of(settings), request, SystemClock().now())
    finally:
        await database.close()


async def _asked_for(settings: Settings, request: SealRequest, patience: float) -> SealAnswer:
    """Ask the process that writes the SQLite file. Raises NotSealed, NatsUnreachable."""
    try:
        url = nats_url(settings)
    except NothingRunning:
        raise NotSealed(
            f"another duban process writes {settings.data} and has not said yet where it listens; try again"
        ) from None
    async with client_of(url) as client:
        try:
            answer = await client.request(subjects.SEAL, request.model_dump_json().encode(), timeout=patience)
        except NoRespondersError:
            raise NotSealed("another duban process writes this folder, and no statistics service answers; try again") from None
        except NatsTimeout:
            raise NotSealed(
                f"no answer within {patience:g} s; whether it was sealed, `{called()} report list` will show"
            ) from None
    return SealAnswer.model_validate_json(answer.data)
