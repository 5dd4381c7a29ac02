"""The office's own list of units: code, name, the unit above, official order. A code that is not in it is accepted and listed as
unregistered.
"""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.faults import fault_of


class Units(dict[str, str]):
    """Names by code, in official order; `above` has the unit above one, where there is one."""

    def __init__(self, names: dict[str, str] | None = None, above: dict[str, str] | None = None) -> None:
        super().__init__(names or {})
        self.above = above or {}

    def with_those_below(self, code: str) -> frozenset[str]:
        """A unit and all below it."""
        return frozenset({code, *(other for other in self.above if code in self.chain(other))})

    def chain(self, code: str) -> tuple[str, ...]:
        """A unit and those above it, the nearest first."""
        found = [code]
        while (above := self.above.get(found[-1])) is not None:
            found.append(above)
        return tuple(found)


class BadUnits(Exception):
    """The file of units cannot be read; the message names the file, the place and the reason."""


class _Unit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    within: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: list[_Unit]


def load_units(file: Path) -> Units:
    """The units of a TOML file with a `[[unit]]` table for each; none when there is no file. Raises BadUnits."""
    if not file.exists():
        return Units()
    document: dict[str, Any] = {}
    try:
        document = _read(file)
        return _tree(file, _File.model_validate(document).unit)
    except ValidationError as error:
        raise BadUnits(f"{file}: {fault_of(error, document, _File)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadUnits(f"{file}: {error}") from None


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _tree(file: Path, listed: list[_Unit]) -> Units:
    above = {unit.code: unit.within for unit in listed if unit.within is not None}
    known = Counter(unit.code for unit in listed)
    for code, times in known.items():
        if times > 1:
            raise BadUnits(f"{file}: unit {code} is listed {times} times")
    for code, within in above.items():
        if within not in known:
            raise BadUnits(f"{file}: unit {code} lies within {within}, which is not in the list")
        seen, upper = {code}, within
        while upper is not None:
            if upper in seen:
                raise BadUnits(f"{file}: unit {code} lies within itself, by way of {upper}")
            seen.add(upper)
            upper = above.get(upper)  # type: ignore[assignment]
    return Units({unit.code: unit.name for unit in listed}, above)
