"""What staff put on record of a task by hand: `task acknowledge`, `task urge`, `task assign`. It goes the way of every push."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import orjson
import typer

from contracts.receipt import Receipt
from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, instant, output, print_json, settings_for
from services.cli.feed import push_lines
from services.cli.one_task import NumberArgument, OwnerArgument
from services.cli.roster import office_of, stranger
from shared.clock import SystemClock
from shared.codec.saying import event_of
from shared.domain.matter import Matter
from shared.settings import Settings

SourceOption = Annotated[str | None, typer.Option("--as", help="Who says it: a source. DUBAN_SOURCE, if nobody is named.")]
PatienceOption = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for the receipt.")]


def add_commands(task: typer.Typer) -> None:
    """Add these commands to a group."""
    task.command("acknowledge")(acknowledge)
    task.command("urge")(urge)
    task.command("assign")(assign)


def acknowledge(
    owner: OwnerArgument,
    number: NumberArgument,
    person: Annotated[str, typer.Option("--person", help="Who has taken note: an id of the office's people.toml.")],
    seen: Annotated[str | None, typer.Option("--seen", help="Only of what was raised until then; of all, if absent.")] = None,
    source: SourceOption = None,
    patience: PatienceOption = 30.0,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """知悉: a person has taken note of all alerts of a task that are raised so far. No clock stops. Exit 1 when it is rejected, 2
    when people.toml lists people and not this one.

    Examples: `duban task acknowledge city-command ZB-001 --person wang-1 --as gx-bureau` ·
    `duban task acknowledge city-command ZB-001 --person wang-1 --seen 2026-12-01T09:00`
    """
    settings = settings_for(data)
    until = instant(seen, settings.zone)
    if (trouble := stranger(person, office_of(settings).roster.people)) is not None:
        raise typer.BadParameter(trouble, param_hint="--person")
    shown = {} if until is None else {"seen": until.isoformat()}
    _say(data, "acknowledged", (owner, number, source), {"person": person} | shown, patience, as_json)


def urge(
    owner: OwnerArgument,
    number: NumberArgument,
    source: SourceOption = None,
    letter: Annotated[str | None, typer.Option("--letter", help="文号: a letter of supervision (督办函) was sent.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="What is said.")] = None,
    patience: PatienceOption = 30.0,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """催办, or 督办 by a letter with its number. No clock changes. Exit 1 when it is rejected.

    Example: `duban task urge city-command ZB-001 --text 请尽快反馈 --as city-command`

    With a letter: `duban task urge city-command ZB-001 --letter 督函〔2026〕3号 --as city-command`
    """
    said = {"text": text} if text is not None else {}
    form = {"form": "urge"} if letter is None else {"form": "letter", "document_number": letter}
    _say(data, "urged", (owner, number, source), form | said, patience, as_json)


def assign(
    owner: OwnerArgument,
    number: NumberArgument,
    to: Annotated[str, typer.Option("--to", help="The person of the unit who is to handle it: an id of people.toml, or a name.")],
    source: SourceOption = None,
    patience: PatienceOption = 30.0,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """分派: give a task to a person of the unit that has it. Exit 1 when it is rejected. Who handles it may stand outside of
    people.toml: then all handlers of the unit are told.

    Example: `duban task assign city-command ZB-001 --to li-2 --as gx-bureau`
    """
    if (trouble := stranger(to, office_of(settings_for(data)).roster.people)) is not None:
        said = f"duban: warning: nobody is told by the name {to}, but the handlers of the unit: {trouble}"
        errors.print(said, markup=False, highlight=False, soft_wrap=True)
    _say(data, "assigned", (owner, number, source), {"to": to}, patience, as_json)


def _say(data: Path, what: str, who: tuple[str, str, str | None], said: dict[str, Any], patience: float, as_json: bool) -> None:
    """Publish an event by (owner, number, source) and tell what became of it; leaves with exit code 1 unless it was taken."""
    settings = settings_for(data)
    event = _event(settings, what, who, said)
    pushed = asyncio.run(push_lines(settings, [orjson.dumps(event)], patience))
    receipt = pushed.answers[0][1] if pushed.answers else None
    if as_json:
        print_json(pushed.summary() if receipt is None else receipt)
    elif receipt is None:
        refused = [why for _, why in pushed.refused]
        unknown = f"no answer within {patience:g} s; whether it is on record, `duban task show` will tell"
        errors.print(f"duban: {refused[0] if refused else unknown}", style="bold red", markup=False, soft_wrap=True)
    else:
        output.print(_sentence(event, receipt), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if pushed.is_clean else 1)


def _event(settings: Settings, what: str, who: tuple[str, str, str | None], said: dict[str, Any]) -> dict[str, Any]:
    owner, number, source = who
    at = SystemClock().now().astimezone(settings.zone)
    return event_of(what, Matter(owner, number), source or settings.source, at, said, id_=f"cli-{uuid4().hex}")


def _sentence(event: dict[str, Any], receipt: Receipt) -> str:
    """One line: what became of it, of which matter it was said, where it stands or why it does not."""
    what = event["type"].split(".")[2]
    of = f"{receipt.outcome}: {what}, {event['subject']} of {event['owner']}"
    if receipt.outcome == "accepted":
        return f"{of}, by {event['source']}, at position {receipt.partition}-{receipt.position}"
    return f"{of}; {'; '.join(f'{reason.path}: {reason.message}' for reason in receipt.reasons)}"
