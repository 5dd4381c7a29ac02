"""Where an installation lives: its data folder, and what is running on it."""

import os
import shlex
from pathlib import Path

from pydantic import BaseModel, ValidationError

from services.cli.console import called
from shared.settings import Settings
from shared.storage.engine import BadDatabase, Database


class NothingRunning(Exception):
    """No duban runs on the data folder, and no other server was named."""


class UnusableFolder(Exception):
    """The data folder cannot be written."""


class Running(BaseModel):
    """What `duban up` writes down for the other commands."""

    pid: int
    nats_url: str
    page_url: str


def _file(data: Path) -> Path:
    return data / "running.json"


def note_running(data: Path, running: Running) -> None:
    """Write down what runs, whole or not at all."""
    half = _file(data).with_suffix(".new")
    half.write_text(running.model_dump_json())
    half.replace(_file(data))


def forget_running(data: Path) -> None:
    """Take the note away."""
    _file(data).unlink(missing_ok=True)


def find_running(data: Path) -> Running | None:
    """What runs on a data folder; None when nothing does."""
    try:
        running = Running.model_validate_json(_file(data).read_bytes())
        os.kill(running.pid, 0)
    except PermissionError:
        return running
    except (OSError, ValidationError):
        return None
    return running


def nats_url(settings: Settings) -> str:
    """The server to talk to: the one named, or that of the running duban. Raises NothingRunning."""
    if settings.nats_url is not None:
        return settings.nats_url
    running = find_running(settings.data)
    if running is None:
        raise NothingRunning(f"nothing runs on {settings.data}; start it with: {_up(settings)}")
    return running.nats_url


def make_folder(data: Path) -> None:
    """Make the data folder and see that it can be written. Raises UnusableFolder."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UnusableFolder(f"{data} cannot be written: {error.strerror}") from None


def open_database(settings: Settings) -> Database:
    """The database for reading. Raises BadDatabase when there is none yet."""
    if settings.is_embedded and not (settings.data / "duban.db").exists():
        raise BadDatabase(f"there is no data in {settings.data} yet; start with: {_up(settings)}")
    return Database(settings.database)


def _up(settings: Settings) -> str:
    return f"{called()} up --data {shlex.quote(str(settings.data))}"
