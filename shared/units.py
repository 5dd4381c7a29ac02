"""The office's own list of units: code, name, official order. A code that is not in it is accepted and listed as unregistered."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

Units = dict[str, str]
"""Names by code, in official order."""


class BadUnits(Exception):
    """The file of units cannot be read; the message names the file, the place and the reason."""


class _Unit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    name: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: list[_Unit]


def load_units(file: Path) -> Units:
    """The units of a TOML file with a `[[unit]]` table for each; none when there is no file. Raises BadUnits."""
    if not file.exists():
        return {}
    try:
        return {unit.code: unit.name for unit in _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).unit}
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise BadUnits(f"{file}: {'.'.join(str(step) for step in problem['loc'])}: {problem['msg']}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadUnits(f"{file}: {error}") from None
