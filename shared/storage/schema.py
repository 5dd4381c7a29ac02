"""The schema and its version: Alembic migrations on both databases."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared.storage.engine import BadDatabase, Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def migrate(database: Database) -> None:
    """Bring the schema up to this version. Raises BadDatabase when it cannot be reached or is of a newer version."""
    try:
        await database.write(_upgrade)
    except (SQLAlchemyError, OSError) as error:
        raise BadDatabase(f"the database cannot be used: {_first_line(error)}") from error


async def check(database: Database) -> None:
    """Make sure that the schema is of this version. Raises BadDatabase."""
    try:
        async with database.reader.connect() as connection:
            current = await connection.run_sync(_current)
    except (SQLAlchemyError, OSError) as error:
        raise BadDatabase(f"the database cannot be read: {_first_line(error)}") from error
    _refuse_newer(current)
    if current != _newest():
        raise BadDatabase("the database is of an older version; `duban up` or `duban migrate` brings it up to date")


def _upgrade(connection: Connection) -> None:
    _refuse_newer(_current(connection))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _refuse_newer(current: str | None) -> None:
    if current is None:
        return
    try:
        ScriptDirectory.from_config(_config()).get_revision(current)
    except CommandError:
        raise BadDatabase(
            f"the database is of a newer version ({current}) than this program knows ({_newest()}); upgrade duban"
        ) from None


def _first_line(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return str(original).strip().splitlines()[0] if str(original).strip() else type(original).__name__
