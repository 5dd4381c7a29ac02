"""The commands `notify`: whom an installation tells of what, and whether somebody was told."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.console import DEFAULT_DATA, DataOption, JsonOption, errors, local, output, print_json, settings_for
from services.cli.notify_log import log
from services.cli.roster import office_of, stranger
from services.notifier.channels.load import load_channels
from services.notifier.channels.message import Message, Outcome, Recipient
from services.notifier.checking import need_of, problems, warnings
from shared.clock import SystemClock
from shared.domain.notice import Office
from shared.roster import NOTIFY, PEOPLE, page_url


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="People who are told of alerts: who, by what, whether they were.", no_args_is_help=True)
    group.command("check")(check_)
    group.command("test")(try_)
    group.command("log")(log)
    app.add_typer(group, name="notify")


def check_(data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Read people.toml and notify.toml and say what they mean, what is wrong in them, as that they name nobody (exit 1), and what
    looks so; exit 78 with the place where they cannot be used.

    Example: `duban notify check --data /srv/duban`
    """
    settings = settings_for(data)
    office, channels, page = office_of(settings), load_channels(settings.data / NOTIFY), page_url(settings.data)
    people = office.roster.people
    if people:
        wrong, doubtful = problems(office, channels), warnings(office, channels, page, SystemClock().now())
    else:
        wrong, doubtful = (_nobody(settings.data),), ()
    if as_json:
        print_json({
            "people": list(people),
            "channels": list(channels),
            "routes": [route.name for route in office.routes],
            "page": page,
            "problems": wrong,
            "warnings": doubtful,
        })  # fmt: skip
    else:
        if people:
            output.print(_who_is_told(office, channels))
        output.print(f"channels: {', '.join(channels) or '—'} · routes: {len(office.routes)}", highlight=False, markup=False)
        for said in (*wrong, *(f"warning: {one}" for one in doubtful)):
            errors.print(f"duban: {said}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if wrong else 0)


def _nobody(data: Path) -> str:
    file = data / PEOPLE
    return f"{file} lists nobody: nobody is told" if file.exists() else f"no {PEOPLE} in {data}: nobody is told"


def _who_is_told(office: Office, channels: Collection[str]) -> Table:
    table = Table("person", "post", "told by")
    for person in office.roster.people.values():
        posts = "、".join(f"{post.role.zh}（{'、'.join(post.units or post.sources) or '全部'}）" for post in person.posts)
        named = [escape(name) if name in channels else f"[red]{escape(name)}?[/red]" for name in person.channels]
        table.add_row(escape(f"{person.id} {person.name}"), escape(posts), ", ".join(("inbox", *named)))
    return table


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
        raise typer.BadParameter(f"notify.toml has no channel {channel}; it has: {', '.join(channels) or 'none'}")
    people = office_of(settings).roster.people
    if person is not None and person not in people:
        raise typer.BadParameter(stranger(person, people) or f"there is no people.toml with {person}", param_hint="--person")
    if (need := need_of(channels[channel])) is not None:
        if person is None:
            raise typer.BadParameter(f"{channel} tells each person alone, by {need}: name one", param_hint="--person")
        if getattr(people[person], need) is None:
            raise typer.BadParameter(f"people.toml has no {need} of {person}, which {channel} needs", param_hint="--person")
    one = [] if person is None else [Recipient(people[person].name, people[person].email, people[person].mobile)]
    now = SystemClock().now()
    lines = ("这是一条测试消息，请忽略。", f"发送时间：{local(now, settings.zone)}")
    message = Message(f"test-{uuid4().hex}", "【督办提醒】测试", lines, page_url(settings.data), now)
    outcome: Outcome = asyncio.run(channels[channel].send(message, one, now))
    output.print(f"{outcome.result}: {outcome.answer}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if outcome.result == "delivered" else 1)
