"""The command `notify log`: who was told of what, when, how and why."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, instant, local, output, print_json, settings_for
from services.cli.place import open_database
from services.cli.roster import office_of, stranger
from shared.domain.person import Roster
from shared.nearest import did_you_mean
from shared.notices.wording import DROPPED, KINDS, names_of, occasion_of, reason_of
from shared.settings import Settings
from shared.storage.noticing import Delivery
from shared.storage.reading import ReadStore, Snapshot
from shared.storage.schema import check
from shared.storage.told import Logged, Wanted, logged, numbers_beside

_OF_DELIVERY = ("id", "channel", "state", "tries", "made_at", "tried_at", "next_at", "answer", "instead_of")
_SENT = {"sending": "发送中", "delivered": "已送达", "failed": "失败", "dropped": "已取消"}


def log(
    person: Annotated[str | None, typer.Option("--person", help="Id of a person.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Source whose matter it is.")] = None,
    number: Annotated[str | None, typer.Option("--number", help="Number of the matter.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what was told, or not, or is to be, from then on.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Who was told of what, when, how, why, and what the gateway said; why somebody was not told. The latest first.

    Examples: `duban notify log --person air-1` · `duban notify log --owner city-command --number SZ-2026-118`
    """
    settings = settings_for(data)
    wanted = Wanted(person, owner, number, None, instant(since, settings.zone))
    roster = office_of(settings).roster
    found, nothing = asyncio.run(_logged(settings, wanted, limit, roster))
    if as_json:
        return print_json([_document(one, reason_of(one.notice.reason, roster, one.state)) for one in found])
    if nothing:
        errors.print(f"duban: {nothing}", markup=False, highlight=False, soft_wrap=True)
        return None
    table = Table("when, who", "of", "what became of it, and why", show_lines=True)
    for column in table.columns:
        column.overflow = "fold"  # Chinese has no spaces to break at; else the end of a sentence would be cut off
    for one in found:
        when, who, what, became, why = map(escape, line_of(one, roster, settings.zone))
        table.add_row(f"{when}\n{who}", what, f"{became}\n{why}")
    output.print(table)
    return None


async def _logged(settings: Settings, wanted: Wanted, limit: int, roster: Roster) -> tuple[list[Logged], str]:
    """What is wanted, and where there is none of it, what may be the cause."""
    database = open_database(settings)
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            found = await logged(snapshot, wanted, limit)
            return found, "" if found else await _nothing(snapshot, wanted, roster)
    finally:
        await database.close()


async def _nothing(snapshot: Snapshot, wanted: Wanted, roster: Roster) -> str:
    people, person, number = roster.people, wanted.person, wanted.number
    if not people:
        return "there is no people.toml, so nobody is told: see “Tell people” in the README"
    if person is not None and (trouble := stranger(person, people)) is not None:
        return trouble
    if number is not None:
        known = await numbers_beside(snapshot, number, wanted.owner)
        if number not in known:
            of = "" if wanted.owner is None else f" of {wanted.owner}"
            return f"there is no matter {number}{of}{did_you_mean(number, known)}"
    return "nobody was told of what was asked for, and nobody is to be: no alert was raised so far, or no route covers it"


def line_of(one: Logged, roster: Roster, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    """When somebody was told, or it was settled that they are not; who, of what, what became of it, and why it is they."""
    notice, occasion = one.notice, one.notice.occasion
    what = f"{KINDS[occasion.kind]} {occasion.number} {one.title}\n{occasion_of(occasion)}".rstrip()
    became = "\n".join(_became(one, roster, zone))
    why = reason_of(notice.reason, roster, one.state)
    return local(one.settled_at, zone), names_of([notice.person], roster), what, became, why


def _became(one: Logged, roster: Roster, zone: ZoneInfo) -> Iterator[str]:
    match one.state:
        case "told":
            yield _told(one)
            yield f"站内 {local(one.settled_at, zone)}"
            yield from (_sent(way, zone) for way in one.deliveries)
        case "dropped":
            yield f"未通知：{DROPPED[one.why]}"  # type: ignore[index]
        case _:
            yield f"待发，计划 {local(one.notice.tell_at, zone)}"
    if one.acknowledged is not None:
        yield f"{names_of([one.acknowledged.person], roster)} 知悉于 {local(one.acknowledged.at, zone)}"


def _told(one: Logged) -> str:
    states = {way.state for way in one.deliveries}
    if "delivered" in states:
        return "已通知"
    return "站内已通知，渠道发送中" if "sending" in states else "已通知，仅站内"


def _sent(way: Delivery, zone: ZoneInfo) -> str:
    when = way.next_at if way.tried_at is None else way.tried_at
    return f"{way.channel} {_SENT[way.state]} {local(when, zone)} {way.answer}".rstrip()


def _document(one: Logged, reason: str) -> dict[str, Any]:
    notice, occasion = one.notice, one.notice.occasion
    return {
        "id": notice.id,
        "person": notice.person,
        "owner": occasion.owner,
        "number": occasion.number,
        "title": one.title,
        "clock": occasion.topic,
        "version": occasion.version,
        "rung": occasion.rung,
        "kind": occasion.kind,
        "at": occasion.at,
        "due": occasion.due,
        "word": None if occasion.word is None else vars(occasion.word),
        "tell_at": notice.tell_at,
        "urgent": notice.urgent,
        "route": notice.reason.route,
        "step": notice.reason.step,
        "role": notice.reason.role,
        "reason": reason,
        "state": one.state,
        "why": one.why,
        "settled_at": one.settled_at,
        "acknowledged_at": one.acknowledged and one.acknowledged.at,
        "acknowledged_by": one.acknowledged and one.acknowledged.person,
        "deliveries": [{name: vars(way)[name] for name in _OF_DELIVERY} for way in one.deliveries],
    }
