"""What somebody may have meant who wrote a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MOST: Final = 3


def nearest(said: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names that look most like what was said, the likeliest first; letters count alike whether small or capital."""
    by_small = {one.lower(): one for one in known}
    return tuple(by_small[one] for one in get_close_matches(said.lower(), by_small, _MOST))


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """A question to go after a sentence, such as `; did you mean air-1?`; empty where nothing looks like it."""
    found = nearest(said, known)
    return f"; did you mean {' or '.join(found)}?" if found else ""
