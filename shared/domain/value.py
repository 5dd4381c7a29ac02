"""`@value`: a dataclass whose instances never change, and `replace`, which makes a changed copy of one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

_T = TypeVar("_T")

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def value(cls: type[_T]) -> type[_T]:
        """Mark a class as a value: compared and hashed by its fields, and never assigned to."""
        ...

else:
    # The type checker forbids assignment. To forbid it at run time, too, doubles the time to build a value (0.94 µs frozen, 0.45
    # as it is), and the tracker builds some thirty for each event; slots beside that triple the time to write a task as JSON
    # (14.4 µs with them, 4.6 frozen only, 4.2 as it is). Measured in contracts/decisions/0003.
    value = dataclass(unsafe_hash=True)


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(old: _T, /, **changes: Any) -> _T:
        """A copy of a value with other fields; as in dataclasses, in a third of its time, for values without __post_init__."""
        new = object.__new__(type(old))
        new.__dict__.update(old.__dict__, **changes)
        return new
