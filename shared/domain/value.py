"""`@value`: a dataclass whose instances never change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

_T = TypeVar("_T")

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def value(cls: type[_T]) -> type[_T]:
        """Mark a class as a value: compared and hashed by its fields, and never assigned to."""
        ...

else:
    # The type checker forbids assignment. Forbidding it at run time too (frozen, slots) makes building a value three times and
    # writing it as JSON seven times slower, and the tracker builds some thirty for each event.
    value = dataclass(unsafe_hash=True)
