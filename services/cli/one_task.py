"""What the commands about one task share: how it is named, and what is said where there is none."""

from typing import Annotated, TypeVar

import typer

from services.cli.console import errors
from shared.domain.matter import Matter

_T = TypeVar("_T")

OwnerArgument = Annotated[str, typer.Argument(help="The source whose matter it is.")]
NumberArgument = Annotated[str, typer.Argument(help="The owner's number of the matter.")]


def found_of(matter: Matter, found: _T | None) -> _T:
    """What was found of a task; where nothing was, says so and exits with 1."""
    if found is None:
        errors.print(f"duban: there is no task {matter.number} of {matter.owner}", style="bold red", markup=False)
        raise typer.Exit(1)
    return found
