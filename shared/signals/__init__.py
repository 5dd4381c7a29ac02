"""The office's own thresholds of signals: signals.toml in the data folder, each with its default where it is not named."""

import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.domain.signal import Thresholds
from shared.faults import fault_of

FILE: Final = "signals.toml"
_DEFAULT: Final = Thresholds()


class BadSignals(Exception):
    """The file of thresholds cannot be read; the message names the file, the key and the reason."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    last_hour_tasks: int = Field(_DEFAULT.last_hour_tasks, ge=2)
    last_hour_minutes: int = Field(_DEFAULT.last_hour_minutes, ge=1, le=24 * 60)
    at_once_tasks: int = Field(_DEFAULT.at_once_tasks, ge=2)
    at_once_minutes: int = Field(_DEFAULT.at_once_minutes, ge=1, le=24 * 60)
    relapses: int = Field(_DEFAULT.relapses, ge=1)
    sent_back: int = Field(_DEFAULT.sent_back, ge=1)
    closed_again_hours: int = Field(_DEFAULT.closed_again_hours, ge=1, le=366 * 24)
    same_text_tasks: int = Field(_DEFAULT.same_text_tasks, ge=2)
    same_review_tasks: int = Field(_DEFAULT.same_review_tasks, ge=2)
    same_text_characters: int = Field(_DEFAULT.same_text_characters, ge=1)
    extensions_on_a_day: int = Field(_DEFAULT.extensions_on_a_day, ge=2)
    extensions_at_the_last: int = Field(_DEFAULT.extensions_at_the_last, ge=1)
    at_the_last_working_days: int = Field(_DEFAULT.at_the_last_working_days, ge=1, le=250)


def load_thresholds(folder: Path) -> Thresholds:
    """The thresholds of a data folder; ours where it has no file. Raises BadSignals."""
    file = folder / FILE
    if not file.exists():
        return Thresholds()
    document: dict[str, Any] = {}
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        read = _File.model_validate(document)
    except ValidationError as error:
        raise BadSignals(f"{file}: {fault_of(error, document, _File)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSignals(f"{file}: {error}") from None
    return Thresholds(**read.model_dump())
