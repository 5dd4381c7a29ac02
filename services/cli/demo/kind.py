"""A kind of matter: the words that all matters of one sort share; the place and the day make each its own."""

from typing import NamedTuple


class Kind(NamedTuple):
    """What such a matter says, and how its handling is told. `{place}`, `{date}` and `{value}` are filled in."""

    category: str
    due: str
    """Hours or days from the issue, such as `2h` or `3d`; empty where the sender gives no due and the policy's rule holds."""
    title: str
    text: str
    progress: tuple[str, ...]
    done: tuple[str, ...]
    priority: str = "ordinary"
    values: tuple[int, int] = (0, 0)
    """Bounds of the reading that `{value}` stands for."""
