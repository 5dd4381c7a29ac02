"""What an office says of its reports in `report.toml`: its name, what its sources are called, its phrases, its campaigns."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared.faults import fault_of

_FIELD: Final = re.compile(r"\{(\w+)\}")
FIELDS: Final = frozenset(
    (
        *("office", "period", "list", "name", "unit", "checked", "enterprises"),
        *("received", "closed", "closed_full", "stage", "open", "overdue", "ended", "closure", "on_time"),
    )
)
"""What a phrase may name in braces; rates come with their numerator and denominator."""


class BadReport(Exception):
    """The file of the report cannot be used; the message names the file, the place and the reason."""


def _phrase(text: str) -> str:
    unknown = [name for name in _FIELD.findall(text) if name not in FIELDS]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is no field of a phrase; there are {', '.join(sorted(FIELDS))}")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise ValueError("a brace that is no field")
    return text


Phrase = Annotated[str, AfterValidator(_phrase)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrases(_Closed):
    """The sentences of the field, without the full stop at their end."""

    directives: Phrase = "交办整改{list}"
    complaints: Phrase = "受理各类信访案件{received}起，办结率{closure}"
    rectifications: Phrase = "督察反馈问题{received}个，已完成整改{closed}个，正在整改{open}个"
    campaign: Phrase = "开展{name}，涉及企业{enterprises}家，交办整改问题{received}个，已完成整改{closed}个"
    checked: Phrase = "开展{name}，排查企业{checked}家，交办整改问题{received}个，已完成整改{closed}个"
    progress: Phrase = "已办结{closed_full}{unit}，阶段性办结{stage}{unit}，未办结{open}{unit}"


class SpecialInspection(_Closed):
    """A special inspection (专项排查), whose problems carry its name as their batch."""

    batch: str
    checked: Annotated[int, Field(ge=0)] | None = None
    """How many enterprises were looked at: most of them have no problem, so no task says it."""
    said: Phrase | None = None


class OfficeReport(_Closed):
    """The whole file."""

    office: str = ""
    title: Phrase = "{office}{period}督办工作情况"
    sources: dict[str, str] = {}
    """What a source's directives, complaints or problems are called."""
    phrases: Phrases = Phrases()
    campaign: tuple[SpecialInspection, ...] = ()

    def name_of(self, source: str) -> str:
        """What a source is called; its own name where nothing is said."""
        return self.sources.get(source, source)


def fill(phrase: str, values: Mapping[str, str]) -> str:
    """A phrase with its fields filled in; what there is nothing of is a dash."""
    return _FIELD.sub(lambda field: values.get(field[1], "—"), phrase)


def load_office(file: Path) -> OfficeReport:
    """What the file says; the defaults when there is none. Raises BadReport."""
    if not file.exists():
        return OfficeReport()
    document: dict[str, Any] = {}
    try:
        document = read_toml(file)
        return OfficeReport.model_validate(document)
    except ValidationError as error:
        raise BadReport(f"{file}: {fault_of(error, document, OfficeReport)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadReport(f"{file}: {error}") from None


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file; raises TOMLDecodeError, UnicodeDecodeError, OSError."""
    return tomllib.loads(file.read_text(encoding="utf-8"))
