"""The commands `notify`: whom an installation tells of what, and whether somebody was told."""

import asyncio
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, instant, local, output, print_json, settings_for
from services.cli.place import open_database
from services.notifier.channels.load import load_channels
from services.notifier.channels.message import Message, Outcome, Recipient
from shared.clock import SystemClock
from shared.domain.notice import Office
from shared.notices.wording import DROPPED, KINDS, reason_of, urged_by
from shared.roster import NOTIFY, load_office, page_url
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.noticing import Delivery
from shared.storage.reading import ReadStore
from shared.storage.schema import check
from shared.storage.told import Logged, Wanted, logged
from shared.units import load_units

_OF_DELIVERY = ("id", "channel", "state", "tries", "made_at", "tried_at", "next_at", "answer", "instead_of")
_STATES = {"waiting": "待发", "told": "已通知", "dropped": "未通知"}
_SENT = {"sending": "发送中", "delivered": "已送达", "failed": "失败"}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="People who are told of alerts: who, by what, whether they were.", no_args_is_help=True)
    group.command("check")(check_)
    group.command("test")(try_)
    group.command("log")(log)
    app.add_typer(group, name="notify")


def office_of(settings: Settings) -> Office:
    """Whom the installation tells of what. Raises BadRoster and what a rulebook raises."""
    units = load_units(settings.data / "units.toml")
    return load_office(settings.data, units, load_rulebook(settings.zone, settings.data).calendar)


def check_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Read people.toml and notify.toml and say what they mean; exit 78 with the place where they cannot be used.

    Example: `duban notify check --data /srv/duban`
    """
    settings = settings_for(data)
    office, channels = office_of(settings), load_channels(settings.data / NOTIFY)
    unknown = {name for person in office.roster.people.values() for name in person.channels} - set(channels)
    if as_json:
        return print_json({
            "people": [person.id for person in office.roster.people.values()],
            "channels": list(channels),
            "unknown_channels": sorted(unknown),
            "routes": [route.name for route in office.routes],
            "page": page_url(settings.data),
        })  # fmt: skip
    table = Table("person", "post", "told by")
    for person in office.roster.people.values():
        posts = "、".join(f"{post.role.zh}（{'、'.join(post.units or post.sources) or '全部'}）" for post in person.posts)
        named = [name if name in channels else f"[red]{name}?[/red]" for name in person.channels]
        table.add_row(f"{person.id} {person.name}", posts, ", ".join(("inbox", *named)))
    output.print(table)
    output.print(f"channels: {', '.join(channels) or '—'} · routes: {len(office.routes)}", highlight=False)
    if unknown:
        errors.print(
            f"duban: people.toml names channels that notify.toml does not have: {', '.join(sorted(unknown))}", markup=False
        )
        raise typer.Exit(1)
    return None


def try_(
    channel: Annotated[str, typer.Argument(help="Name of a channel in notify.toml.")],
    person: Annotated[str | None, typer.Option("--person", help="Id of a person in people.toml; nobody for a robot.")] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Send one test message now and print what the gateway says; exit 1 when it was not taken.

    Examples: `duban notify test wecom` · `duban notify test email --person air-1`
    """
    settings = settings_for(data)
    channels = load_channels(settings.data / NOTIFY)
    if channel not in channels:
        raise typer.BadParameter(f"notify.toml has no channel {channel!r}; it has: {', '.join(channels) or 'none'}")
    people = office_of(settings).roster.people
    if person is not None and person not in people:
        raise typer.BadParameter(f"people.toml has no person {person!r}", param_hint="--person")
    one = [] if person is None else [Recipient(people[person].name, people[person].email, people[person].mobile)]
    now = SystemClock().now()
    lines = ("这是一条测试消息，请忽略。", f"发送时间：{local(now, settings.zone)}")
    message = Message(f"test-{uuid4().hex}", "【督办提醒】测试", lines, page_url(settings.data), now)
    outcome: Outcome = asyncio.run(channels[channel].send(message, one, now))
    output.print(f"{outcome.result}: {outcome.answer}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if outcome.result == "delivered" else 1)


def log(
    person: Annotated[str | None, typer.Option("--person", help="Id of a person.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Source whose matter it is.")] = None,
    number: Annotated[str | None, typer.Option("--number", help="Number of the matter.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what was to be told from then on.")] = None,
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
        notice, occasion = one.notice, one.notice.occasion
        name = roster.people[notice.person].name if notice.person in roster.people else notice.person
        what = f"{KINDS[occasion.kind]} {occasion.number} {one.title}\n{occasion.topic} {occasion.rung}"
        if occasion.word is not None:
            what += f"\n{urged_by(occasion.word.source, occasion.word.letter, occasion.word.text)}"
        table.add_row(local(notice.tell_at, settings.zone), name, what, _became(one, settings), reason_of(notice.reason, roster))
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


def _became(one: Logged, settings: Settings) -> str:
    said = _STATES[one.state] + (f"：{DROPPED[one.why]}" if one.why else "")  # type: ignore[index]
    if one.state == "told":
        said = "\n".join((said, "站内", *(_sent(way, settings) for way in one.deliveries)))
    if one.acknowledged is not None:
        said += f"\n{one.acknowledged.person} 知悉于 {local(one.acknowledged.at, settings.zone)}"
    return said


def _sent(way: Delivery, settings: Settings) -> str:
    return f"{way.channel} {_SENT[way.state]} {local(way.tried_at, settings.zone)} {way.answer}"


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
