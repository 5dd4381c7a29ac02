"""`duban demo`: a district's first half of 2023, fed at a speed one can watch, on a clock that its events drive."""

import asyncio
import shlex
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

from services.cli.console import DataOption, called, errors, output, progress, settings_for
from services.cli.demo import UNITS, half_year
from services.cli.demo.people import people
from services.cli.demo.report import REPORT, indicators
from services.cli.feed import client_of, publish_all
from services.cli.place import UnusableFolder, make_folder
from services.cli.run import Everything, HostOption, PortOption, everything, run_until_signalled
from services.notifier.channels.load import Channels, load_channels
from shared.clock import ReplayClock
from shared.observability import configure_logging
from shared.roster import NOTIFY
from shared.settings import Settings

END: Final = datetime.fromisoformat("2023-07-01T00:00:00+08:00")
_MOMENT: Final = timedelta(microseconds=1)
_MARK: Final = "this-folder-is-a-demo"


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)


def demo(
    data: DataOption = Path("demo-data"),
    port: PortOption = 8080,
    host: HostOption = "127.0.0.1",
    notify: Annotated[
        Path | None, typer.Option("--notify", dir_okay=False, exists=True, help="A notify.toml: its channels are used.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="How long the half-year takes.")] = 90.0,
) -> None:
    """A district's first half of 2023, live in the browser. The folder is made anew each time.

    Without `--notify` what people are told stands in their inboxes only; with it, it goes out by the first channel of the file.
    Mails go to made-up people at office.example, a reserved domain where nobody gets them.

    Examples: `duban demo --seconds 30` · `duban demo --notify notify.toml`
    """
    configure_logging()
    settings = settings_for(data)
    channels = Channels() if notify is None else load_channels(notify)
    _make_anew(settings.data, notify, tuple(channels))
    run_until_signalled(_demo(settings, host, port, seconds, channels))


async def _demo(settings: Settings, host: str, port: int, seconds: float, channels: Channels) -> None:
    clock = ReplayClock()
    async with everything(settings, host, port, clock, channels) as running:
        output.print("Feeding the first half of 2023: open the page and watch.\n", highlight=False)
        assert running.settings.nats_url is not None
        await _feed(running.settings.nats_url, running, seconds)
        output.print(
            "The half-year is fed; the page stays. Ask for figures in another terminal:\n\n"
            f"  {called()} figures --from 2023-01-01 --to 2023-07-01 --as-of 2023-06-19 --by unit"
            f" --data {shlex.quote(str(settings.data))}\n",
            soft_wrap=True,
            highlight=False,
        )
        await asyncio.get_running_loop().create_future()


async def _feed(url: str, running: Everything, seconds: float) -> None:
    days = list(_days())
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with client_of(url) as client:
        with progress("days") as bar:
            job = bar.add_task("2023", total=len(days))
            for nth, (day, lines) in enumerate(days, 1):
                for first, some in _hours(lines):
                    await _drive_to(running, first)
                    await publish_all(client, some, _refused)
                    await running.tracker.idle()
                await _drive_to(running, day + _MOMENT)  # what crosses at midnight is of the morning digest
                bar.update(job, description=f"{day - timedelta(days=1):%Y-%m-%d}", advance=1)
                await asyncio.sleep(began + seconds * nth / len(days) - loop.time())  # what the work took is not waited for again


async def _drive_to(running: Everything, instant: datetime) -> None:
    """Raise what is crossed before an instant, and tell whoever is to be told by then."""
    await running.tracker.drive_to(instant)
    await running.tracker.published()
    await running.notifier.drive_to(instant)


def _hours(lines: list[bytes]) -> Iterator[tuple[datetime, list[bytes]]]:
    """Events of a day by the hours in which they come, each with the instant of the first: people are told in between."""
    by_hour: dict[str, list[bytes]] = defaultdict(list)
    for line in lines:
        by_hour[str(orjson.loads(line)["time"])[:13]].append(line)
    for _, some in sorted(by_hour.items()):
        yield min(datetime.fromisoformat(orjson.loads(line)["time"]) for line in some), some


def _days() -> Iterator[tuple[datetime, list[bytes]]]:
    """Each day of the half-year by its end, with its events; days without events, too."""
    by_day: dict[str, list[bytes]] = defaultdict(list)  # the events stand nearly, not strictly, in order of time
    for event in half_year():
        by_day[str(event["time"])[:10]].append(orjson.dumps(event))
    end = datetime.fromisoformat(f"{min(by_day)}T00:00:00+08:00")
    while end < END:
        today = f"{end:%Y-%m-%d}"
        end += timedelta(days=1)
        yield end, by_day.get(today, [])


def _refused(line: bytes, why: str) -> None:
    errors.print(f"not taken: {why}: {line[:200]!r}", markup=False)


def _make_anew(data: Path, notify: Path | None, channels: tuple[str, ...]) -> None:
    """`channels` are those by which everybody is told, the first choice first."""
    if data.exists() and any(data.iterdir()) and not (data / _MARK).exists():
        raise UnusableFolder(f"{data} holds something else than a demo; name another folder with --data")
    shutil.rmtree(data, ignore_errors=True)
    make_folder(data)
    (data / _MARK).touch()
    units = "".join(f'[[unit]]\ncode = "{code}"\nname = "{name}"\n\n' for code, name in UNITS)
    (data / "units.toml").write_text(units, encoding="utf-8")
    (data / "report.toml").write_text(REPORT, encoding="utf-8")
    (data / "people.toml").write_text(people(channels), encoding="utf-8")
    if notify is not None:
        shutil.copyfile(notify, data / NOTIFY)
    (data / "indicators.toml").write_text(indicators(), encoding="utf-8")
