"""Figures as they come from the bus."""

from pydantic import ValidationError

from contracts.figures import Figures


class UnreadableFigures(Exception):
    """What is in the bucket is not what this version knows as figures; the message names the first place."""


def read_figures(raw: bytes) -> Figures:
    """The figures of a message. Raises UnreadableFigures."""
    try:
        return Figures.model_validate_json(raw)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise UnreadableFigures(f"{'.'.join(str(step) for step in problem['loc'])}: {problem['msg']}") from None
