"""What is wrong in a file of an office, in plain words: where it stands, by names and by numbers from 1 on, and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import AfterValidator, BaseModel, ValidationError

from shared.nearest import did_you_mean

Step = str | int
_NAMED_BY: Final = ("id", "code", "name")
_QUOTED: Final = re.compile(r"'([^']*)'")
_WORDS: Final = {
    "string_type": "is no text: write it in quotes",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_too_long": "has more than {max_length} letters",
    "too_long": "has more than {max_length} entries",
    "string_pattern_mismatch": "is not of the form {pattern}",
    "greater_than_equal": "is less than {ge}",
    "greater_than": "is not more than {gt}",
    "less_than_equal": "is more than {le}",
    "less_than": "is not less than {lt}",
    "bool": "is neither true nor false",
    "int": "is no whole number",
    "float": "is no number",
    "datetime": "is no date and time such as 2026-12-01T08:30:00",
    "date": "is no date such as 2026-12-01",
    "time": "is no time of day such as 09:00:00",
    "tuple": "is no list: write it in brackets",
    "list": "is no list: write it in brackets",
    "dict": "is no table",
    "model": "is no table",
}
"""By the type of a problem, or the first word of that."""


def shaped(pattern: str, what: str) -> AfterValidator:
    """Text has to look like a pattern; where it does not, it is no `what`."""

    def _like(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is no {what}")
        return text

    return AfterValidator(_like)


def fault_of(error: ValidationError, document: object, model: type[BaseModel], *, quoting: bool = True) -> str:
    """The first thing that is wrong in a document that a model refused, such as `person air-1: emial is no field; did you mean
    email?`. Without `quoting` what stands there is not repeated: it may be a secret.
    """
    problem = error.errors(include_url=False)[0]
    loc: Sequence[Step] = problem["loc"]
    kind, words = problem["type"], problem.get("ctx", {})
    if kind in ("extra_forbidden", "missing"):
        place, field = _place(document, loc[:-1]), str(loc[-1])
        known = _fields(model, loc[:-1])
        why = f"{field} is missing" if kind == "missing" else f"{field} is no field{did_you_mean(field, known)}"
        return ": ".join((*place, why))
    found = problem["input"]
    said = found if quoting and found != "" and isinstance(found, str | int | float) and not isinstance(found, bool) else None
    return ": ".join((*_place(document, loc), _why(kind, words, problem["msg"], said, loc)))


def _why(kind: str, words: Mapping[str, Any], message: str, said: object, loc: Sequence[Step]) -> str:
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    quoted = "" if said is None else f"{said!r} "
    if kind in ("enum", "literal_error"):
        known = _QUOTED.findall(str(words["expected"]))
        return f"{quoted}is none of {', '.join(known)}{did_you_mean(str(said), known)}"
    if kind in ("tuple_type", "list_type") and said is None and loc:
        return f"is no list: write {loc[-1]} = […], or a table [[{loc[-1]}]] for each"
    found = _WORDS.get(kind) or _WORDS.get(kind.partition("_")[0])
    return message if found is None else f"{quoted}{found.format(**words)}"


def _place(document: object, loc: Sequence[Step]) -> Iterator[str]:
    """The steps to a place; an entry of a list goes by its id, code or name, or by its number."""
    at, before = document, ""
    for step in loc:
        if not isinstance(at, dict | list):  # what follows is which of several kinds it was tried as
            break
        at = _within(at, step)
        if isinstance(step, int):
            yield f"{before} {_name(at) or f'no. {step + 1}'}"
            before = ""
            continue
        if before:
            yield before
        before = step
    if before:
        yield before


def _name(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    return next((said for key in _NAMED_BY if isinstance(said := entry.get(key), str) and said), "")


def _within(at: object, step: Step) -> object:
    if isinstance(at, dict):
        return at.get(step)
    return at[step] if isinstance(at, list) and isinstance(step, int) and step < len(at) else None


def _fields(model: type[BaseModel], loc: Sequence[Step]) -> list[str]:
    """The fields that a table at a place may have."""
    at: type[BaseModel] | None = model
    for step in loc:
        if at is not None and isinstance(step, str):
            field = next((one for name, one in at.model_fields.items() if step in (name, one.alias)), None)
            at = None if field is None else _model_in(field.annotation)
    return [] if at is None else [one.alias or name for name, one in at.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)
