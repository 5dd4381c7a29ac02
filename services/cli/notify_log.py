"""The command `notify log`: who was told of what, when, how and why."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, instant, local, output, print_json, settings_for
from services.cli.place import open_database
from services.cli.roster import office_of
from shared.domain.person import Roster
from shared.notices.wording import DROPPED, KINDS, reason_of, urged_by
from shared.settings import Settings
from shared.storage.noticing import Delivery
from shared.storage.reading import ReadStore
from shared.storage.schema import check
from shared.storage.told import Logged, Wanted, logged

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
    found = asyncio.run(_logged(settings, wanted, limit))
    roster = office_of(settings).roster
    if as_json:
        return print_json([_document(one, reason_of(one.notice.reason, roster)) for one in found])
    table = Table("when", "person", "of", "what became of it", "why")
    for one in found:
        table.add_row(*map(escape, line_of(one, roster, settings.zone)))
    output.print(table)
    return None


async def _logged(settings: Settings, wanted: Wanted, limit: int) -> list[Logged]:
    database = open_database(settings)
    try:
        await check(database)
        async with ReadStore(database).snapshot() as snapshot:
            return await logged(snapshot, wanted, limit)
    finally:
        await database.close()


def line_of(one: Logged, roster: Roster, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    """When somebody was told, or it was settled that they are not; who, of what, what became of it, and why it is they."""
    notice, occasion = one.notice, one.notice.occasion
    what = f"{KINDS[occasion.kind]} {occasion.number} {one.title}\n{occasion.topic} {occasion.rung}"
    if occasion.word is not None:
        what += f"\n{urged_by(occasion.word.source, occasion.word.letter, occasion.word.text)}"
    became = "\n".join(_became(one, roster, zone))
    return local(one.settled_at, zone), _name(notice.person, roster), what, became, reason_of(notice.reason, roster)


def _became(one: Logged, roster: Roster, zone: ZoneInfo) -> Iterator[str]:
    match one.state:
        case "told":
            yield "已通知"
            yield f"站内 {local(one.settled_at, zone)}"
            yield from (_sent(way, zone) for way in one.deliveries)
        case "dropped":
            yield f"未通知：{DROPPED[one.why]}"  # type: ignore[index]
        case _:
            yield f"待发，计划 {local(one.notice.tell_at, zone)}"
    if one.acknowledged is not None:
        yield f"{_name(one.acknowledged.person, roster)} 知悉于 {local(one.acknowledged.at, zone)}"


def _sent(way: Delivery, zone: ZoneInfo) -> str:
    when = way.next_at if way.tried_at is None else way.tried_at
    return f"{way.channel} {_SENT[way.state]} {local(when, zone)} {way.answer}".rstrip()


def _name(person: str, roster: Roster) -> str:
    return roster.people[person].name if person in roster.people else person


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
