"""Settings: the embedded defaults, overridden by DUBAN_ environment variables."""

from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_CHARACTERS: Final = 16


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no such time zone: {name!r}; write an IANA name such as Asia/Shanghai") from None
    return name


class Settings(BaseSettings):
    """What a process of ours needs to know of its surroundings."""

    model_config = SettingsConfigDict(env_prefix="DUBAN_", frozen=True, extra="ignore")

    data: Path = Path("duban-data")
    """Folder of the embedded NATS, the SQLite file, the office's own policies and units."""

    database_url: str | None = None
    """SQLAlchemy URL of PostgreSQL (postgresql+asyncpg://…); the SQLite file in `data` where absent."""

    nats_url: str | None = None
    """Server to connect to; where absent, the one that `duban up` started on the same data folder."""

    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    """IANA zone whose days are counted and in which dates without a zone are read."""

    partitions: Annotated[int, Field(ge=1, le=256)] = 1
    """Number of partitions, and so of possible writers: 1 embedded, 16 in the large."""

    few: Annotated[int, Field(ge=0)] = 10
    """Below so many tasks a rate is shown with its interval and a remark, not to be compared."""

    audit_every: Annotated[float, Field(ge=0)] = 300.0
    """Seconds between two recounts of the auditor; 0 turns it off."""

    source: Annotated[str, Field(min_length=1, max_length=200)] = "bureau"
    """The source under which the office's own staff speak: on the page and from the command line."""

    secret: SecretStr | None = None
    """Signs the links of messages: at least 16 characters, the same on all machines of an installation. Where it is absent or
    empty, one is made in `data`.
    """

    @field_validator("secret", mode="before")
    @classmethod
    def _secret_or_none(cls, said: object) -> object:
        if said == "":
            return None
        if isinstance(said, str) and len(said) < SECRET_CHARACTERS:
            raise ValueError(f"a secret of less than {SECRET_CHARACTERS} characters can be guessed")
        return said

    @property
    def zone(self) -> ZoneInfo:
        """The zone of `timezone`."""
        return ZoneInfo(self.timezone)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the SQLite file of the data folder."""
        return self.database_url is None

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data / 'duban.db'}"
        return self.database_url.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
            "postgres://", "postgresql+asyncpg://", 1
        )
