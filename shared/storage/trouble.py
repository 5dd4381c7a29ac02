"""Which troubles of a database pass when one tries again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.ports import NotStored

_PASSING_CLASSES: Final = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes: connection, rollback (deadlock, serialization), resources, not in state (lock), intervention, system."""


@contextmanager
def trouble_as_not_stored() -> Iterator[None]:
    """Turn a passing trouble into NotStored; anything else is a bug and goes through."""
    try:
        yield
    except (PoolTimeout, TimeoutError, OSError) as error:
        raise NotStored(repr(error)) from error
    except DBAPIError as error:
        if not _passes(error):
            raise
        raise NotStored(str(error.orig)) from error


def _passes(error: DBAPIError) -> bool:
    # A unique key that another partition's writer took in the same moment: after loading again we know that it is taken.
    if isinstance(error, OperationalError | InterfaceError | IntegrityError) or error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_PASSING_CLASSES)
