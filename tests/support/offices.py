"""An office that tells people: its files, and a tracker with a notifier that run beside a test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cli.run import notifier_of
from services.notifier.service import Notifier
from shared.clock import Clock, SystemClock
from shared.domain.notice import Notice
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.told import Logged, Wanted, logged
from shared.units import Units
from tests.support.deadline import eventually
from tests.support.tracking import rulebook

UNITS = Units({"office": "区分局", "air": "大气科", "water": "水科"}, {"air": "office", "water": "office"})

PEOPLE = """
[[person]]
id = "air-1"
name = "大气科承办人"
email = "air-1@office.test"
channels = ["mail", "robot"]
[[person.post]]
role = "handler"
units = ["air"]

[[person]]
id = "air-0"
name = "大气科负责人"
channels = ["robot"]
[[person.post]]
role = "section-head"
units = ["air"]

[[person]]
id = "head"
name = "主要领导"
[[person.post]]
role = "head"

[[person]]
id = "keeper"
name = "系统管理员"
channels = ["robot"]
[[person.post]]
role = "keeper"
"""
AT_ONCE = "[hours]\nsettle_seconds = 0\nspread_seconds = 0\n\n"
"""Nothing is waited for but office hours, and what is of hours does not wait for those."""


def robot(url: str, name: str = "robot") -> str:
    """A table of a robot as those of WeCom, on this machine."""
    return f'[[channel]]\nname = "{name}"\nkind = "webhook"\npreset = "wecom"\nurl = "{url}/send?key=k"\nallow_private = true\n\n'


def mail(port: int) -> str:
    """A table of a mail server on this machine."""
    lines = ('name = "mail"', 'kind = "email"', 'host = "127.0.0.1"', f"port = {port}", 'security = "none"')
    return "\n".join(("[[channel]]", *lines, 'sender = "duban@office.test"', "", ""))


@dataclass
class Telling:
    """A notifier at work, and its log."""

    notifier: Notifier
    reading: ReadStore

    async def log(self, **wanted: str) -> list[Logged]:
        """Who was told of what, the latest first."""
        async with self.reading.snapshot() as snapshot:
            return await logged(snapshot, Wanted(**wanted), 1000)  # type: ignore[arg-type]

    async def settled(self, least: int, within: float = 20.0, **wanted: str) -> list[Logged]:
        """The log once so many notices are settled, with all of their messages."""

        async def there() -> list[Logged]:
            found = [one for one in await self.log(**wanted) if one.state != "waiting"]
            waits = any(sent.state == "sending" for one in found for sent in one.deliveries)
            return found if len(found) >= least and not waits else []

        return await eventually(there, within)


def written(folder: Path, notify: str, people: str = PEOPLE) -> None:
    """Write the files of an office."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.toml").write_text(people, encoding="utf-8")
    (folder / "notify.toml").write_text(AT_ONCE + notify, encoding="utf-8")


@asynccontextmanager
async def telling(settings: Settings, database: Database, clock: Clock | None = None) -> AsyncIterator[Telling]:
    """A notifier of the files in the data folder, for as long as the context lasts."""
    notifier = notifier_of(settings, database, UNITS, rulebook().calendar, clock or SystemClock(), "http://page.test")
    async with asyncio.TaskGroup() as group:
        started = asyncio.Event()
        task = group.create_task(notifier.run(started))
        await started.wait()
        try:
            yield Telling(notifier, ReadStore(database))
        finally:
            task.cancel()


def by_person(found: list[Logged]) -> Mapping[str, Logged]:
    """A log in which each person stands once."""
    assert len({one.notice.person for one in found}) == len(found)
    return {one.notice.person: one for one in found}


def said(notice: Notice) -> tuple[str, str, int]:
    """What matters most of a notice."""
    return notice.person, notice.occasion.rung, notice.reason.step
