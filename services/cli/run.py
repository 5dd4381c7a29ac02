"""Commands that run services: `up` for everything in one process, `serve` for one of them, `migrate`."""

import asyncio
import contextlib
import shlex
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol

import typer
from rich.markup import escape

from services.cli.console import DEFAULT_DATA, DataOption, called, output, settings_for
from services.cli.installation import holder, installed
from services.cli.place import forget_running, make_folder, nats_url, note_running
from services.intake.campaigns import Campaigns
from services.notifier.channels.load import Channels, load_channels
from services.notifier.desk import Desk
from services.notifier.service import Notifier
from services.statistics.auditor import Auditor
from services.statistics.service import Statistics
from services.tracker.service import Tracker
from services.web.service import PortInUse, Web
from shared.campaigns import load_campaigns
from shared.clock import Clock, ReplayClock, SystemClock
from shared.domain.calendar import Calendar
from shared.messaging.server import NatsServer, NatsServerFailed
from shared.notices.secret import secret_of
from shared.observability import configure_logging
from shared.roster import NOTIFY, load_office, page_url
from shared.rulebook import load_rulebook
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.noticing import NoticeStore
from shared.storage.reading import ReadStore
from shared.storage.schema import check, migrate
from shared.units import Units, load_units

PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0 takes a free one.")]
HostOption = Annotated[str, typer.Option("--host", help="Address that the page listens on.")]

_BANNER = """
[bold]督办 duban[/bold] is running. Ctrl-C stops it.

  page   {page}
  NATS   {nats}
  data   {data}
  people {people}
"""

_FIRST_PUSH = """
Push a first directive from another terminal:

  echo '{example}' > first.jsonl
  {duban} push first.jsonl --data {data}
"""

_EXAMPLE = (
    '{"specversion":"1.0","id":"e-1","source":"city-command","type":"duban.directive.issued.v1","subject":"ZB-001",'
    '"time":"2026-11-23T09:00:00+08:00","data":{"title":"工地扬尘整改","unit":"enforcement"}}'
)


class Runs(Protocol):
    """A service: runs until cancelled, and says when it is ready."""

    async def run(self, started: asyncio.Event | None = None) -> None: ...


class Service(StrEnum):
    """The services that can run alone."""

    TRACKER = "tracker"
    STATISTICS = "statistics"
    AUDITOR = "auditor"
    INTAKE = "intake"
    NOTIFIER = "notifier"
    WEB = "web"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(up)
    app.command()(serve)
    app.command("migrate")(migrate_)


def up(data: DataOption = DEFAULT_DATA, port: PortOption = 8080, host: HostOption = "127.0.0.1") -> None:
    """Run everything in one process: NATS, tracker, statistics, auditor, notifier, campaigns and the page.

    Examples: `duban up` · `duban up --data /srv/duban --port 9000`
    """
    configure_logging()
    settings = settings_for(data)
    run_until_signalled(_up(settings, host, port))


async def _up(settings: Settings, host: str, port: int) -> None:
    async with everything(settings, host, port, SystemClock()):
        example = _FIRST_PUSH.format(duban=called(), data=shlex.quote(str(settings.data)), example=_EXAMPLE)
        output.print(example, soft_wrap=True, highlight=False, markup=False)
        await asyncio.get_running_loop().create_future()


def serve(service: Service, data: DataOption = DEFAULT_DATA, port: PortOption = 8080, host: HostOption = "127.0.0.1") -> None:
    """Run one service against DUBAN_NATS_URL and DUBAN_DATABASE_URL.

    Example: `DUBAN_NATS_URL=nats://nats:4222 DUBAN_DATABASE_URL=postgresql://… duban serve tracker`
    """
    configure_logging("json")
    settings = settings_for(data)
    make_folder(settings.data)
    settings = settings.model_copy(update={"nats_url": nats_url(settings)})
    run_until_signalled(_serve(service, settings, host, port))


async def _serve(service: Service, settings: Settings, host: str, port: int) -> None:
    database = Database(settings.database)
    units = load_units(settings.data / "units.toml")
    try:
        await check(database)
        if service is Service.TRACKER:
            database.lock()
            rulebook = load_rulebook(settings.zone, settings.data)
            await Tracker(settings, database, rulebook, SystemClock(), holder(settings.data)).run()
        elif service is Service.STATISTICS:
            await Statistics(settings, database, units, SystemClock()).run()
        elif service is Service.AUDITOR:
            await _audit(settings)
        elif service is Service.INTAKE:
            rulebook = load_rulebook(settings.zone, settings.data)
            campaigns = load_campaigns(settings.data / "campaigns", rulebook)
            await Campaigns(settings, campaigns, rulebook.calendar, SystemClock()).run()
        elif service is Service.NOTIFIER:
            database.lock()
            rulebook = load_rulebook(settings.zone, settings.data)
            await notifier_of(settings, database, units, rulebook.calendar, SystemClock(), "").run()
        else:
            await Web(settings, database, units, SystemClock(), port, host).run()
    finally:
        await database.close()


def notifier_of(
    settings: Settings,
    database: Database,
    units: Units,
    calendar: Calendar,
    clock: Clock,
    page: str,
    channels: Channels | None = None,
) -> Notifier:
    """The notifier of an installation; its page is at `page` if `notify.toml` does not say. `channels` go before those of that
    file. Raises BadRoster, BadChannels, BadSecret.
    """
    office = load_office(settings.data, units, calendar)
    channels = load_channels(settings.data / NOTIFY) if channels is None else channels
    shared = {name: channels.is_shared(name) for name in channels}
    own_page = page_url(settings.data)
    link = own_page or page
    desk = Desk(ReadStore(database), NoticeStore(database), office, units, shared, clock, link, secret_of(settings))
    return Notifier(settings, database, desk, channels, own_page)


async def _audit(settings: Settings) -> None:
    if not settings.audit_every:
        raise typer.BadParameter("DUBAN_AUDIT_EVERY is 0: the auditor is turned off", param_hint="auditor")
    await Auditor(settings, SystemClock()).run()


def migrate_(data: DataOption = DEFAULT_DATA) -> None:
    """Bring the database up to this version.

    Example: `DUBAN_DATABASE_URL=postgresql://… duban migrate`
    """
    settings = settings_for(data)
    make_folder(settings.data)
    asyncio.run(_migrate(settings))
    output.print("the database is of this version")


async def _migrate(settings: Settings) -> None:
    database = Database(settings.database)
    try:
        database.lock()
        await migrate(database)
    finally:
        await database.close()


@dataclass(frozen=True)
class Everything:
    """All services, running."""

    settings: Settings
    tracker: Tracker
    notifier: Notifier


@asynccontextmanager
async def everything(
    settings: Settings, host: str, port: int, clock: Clock, channels: Channels | None = None
) -> AsyncIterator[Everything]:
    """All services in this process on an installation of its own; says where they are. `channels` go before those of its
    `notify.toml`. Leave it by cancelling.
    """
    _see_that_free(host, port)
    make_folder(settings.data)
    async with installed(settings) as installation, asyncio.TaskGroup() as group:
        settings, database, units = installation.settings, installation.database, installation.units
        if installation.server is not None:
            group.create_task(_watch(installation.server), name="nats")
        tracker = Tracker(settings, database, installation.rulebook, clock, installation.holder)
        web = Web(settings, database, units, clock, port, host)
        campaigns = Campaigns(settings, installation.campaigns, installation.rulebook.calendar, clock)
        web.bind()
        # History comes to the tracker first: the notifier hears of it at its own pace.
        its_own = ReplayClock() if isinstance(clock, ReplayClock) else clock
        notifier = notifier_of(settings, database, units, installation.rulebook.calendar, its_own, web.url, channels)
        for service in (tracker, Statistics(settings, database, units, clock), notifier, campaigns, web):
            await _start(group, service)
        if settings.audit_every:
            await _start(group, Auditor(settings, SystemClock()))
        note_running(settings.data, installation.running(web.url))
        banner = _BANNER.format(
            page=web.url, nats=settings.nats_url, data=escape(str(settings.data)), people=escape(notifier.audience)
        )
        output.print(banner, soft_wrap=True, highlight=False)
        try:
            yield Everything(settings, tracker, notifier)
        finally:
            forget_running(settings.data)


async def _start(group: asyncio.TaskGroup, service: Runs) -> None:
    started = asyncio.Event()
    group.create_task(service.run(started), name=type(service).__name__)
    await started.wait()


async def _watch(server: NatsServer) -> None:
    code = await server.wait()
    raise NatsServerFailed(f"nats-server ended by itself (exit {code}); its log is nats/nats.log in the data folder")


def _see_that_free(host: str, port: int) -> None:
    # Said before anything is started; the page itself binds later.
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(f"port {port} on {host} cannot be taken ({error.strerror}); choose another with --port") from None


def run_until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Run until done, or until Ctrl-C or SIGTERM, which is a clean end."""

    async def _main() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(_main())
