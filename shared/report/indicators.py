"""Figures that others measured (群众满意度, 空气质量): shown beside ours with their source, never part of a rate of ours."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from shared.faults import fault_of
from shared.figures.period import BadPeriod, Period, read_period
from shared.report.office import read_toml


class BadIndicators(Exception):
    """The file of indicators cannot be used; the message names the file, the place and the reason."""


def _period(text: str) -> str:
    try:
        read_period(text)
    except BadPeriod as error:
        raise ValueError(str(error)) from None
    return text


class Indicator(BaseModel):
    """One figure from outside, as its source gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    period: Annotated[str, AfterValidator(_period)]
    """Such as `2023Q1` or `2023-01-01..2023-06-18`, whose days are both included."""
    value: StrictInt | StrictFloat | StrictStr | None = None
    unit: str = ""
    rank: StrictInt | StrictStr | None = None
    """The place among others, as a number or in words."""
    source: Annotated[str, Field(min_length=1)]
    """Who measured or published it."""
    recorded_on: date
    note: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "Indicator":
        if self.value is None and self.rank is None:
            raise ValueError("neither value nor rank is given")
        return self

    @property
    def days(self) -> Period:
        """The days that it is about."""
        return read_period(self.period)

    @property
    def shown(self) -> str:
        """Its value with the unit; a dash where it has only a rank."""
        return "—" if self.value is None else f"{self.value}{self.unit}"

    @property
    def place(self) -> str:
        """Its rank; a dash where it has none."""
        if self.rank is None:
            return "—"
        return f"第{self.rank}" if isinstance(self.rank, int) else self.rank


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    indicator: tuple[Indicator, ...] = ()


def load_indicators(file: Path) -> tuple[Indicator, ...]:
    """The `[[indicator]]` tables of a TOML file, in its order; none when there is no file. Raises BadIndicators."""
    return read_indicators(file) if file.exists() else ()


def read_indicators(file: Path) -> tuple[Indicator, ...]:
    """The same of a file that must be there."""
    document: dict[str, Any] = {}
    try:
        document = read_toml(file)
        return _File.model_validate(document).indicator
    except ValidationError as error:
        raise BadIndicators(f"{file}: {fault_of(error, document, _File)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadIndicators(f"{file}: {error}") from None


def within(indicators: tuple[Indicator, ...], period: Period) -> tuple[Indicator, ...]:
    """Those that are about days of a period, and no other days."""
    return tuple(one for one in indicators if period.holds(one.days))
