"""Arrays that grow at their end."""

from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
_LEAST_ROWS: Final = 64


class Growing:
    """Rows of one type; room is made by eighths, so that a row costs the same however many there are."""

    def __init__(self, dtype: Any, width: int | None = None, fill: int = 0) -> None:
        self._fill = fill
        self._room: Array = np.zeros((0,) if width is None else (0, width), dtype=dtype)
        self.size = 0

    @property
    def rows(self) -> Array:
        """What is there: a view, which a later growth may leave behind."""
        return self._room[: self.size]

    def reach(self, size: int) -> None:
        """Have at least so many rows; new ones hold the fill."""
        if size > len(self._room):
            shape = (max(size, len(self._room) * 9 // 8, _LEAST_ROWS), *self._room.shape[1:])
            room = np.full(shape, self._fill, dtype=self._room.dtype)
            room[: self.size] = self.rows
            self._room = room
        self.size = max(self.size, size)

    def append(self, rows: Array) -> None:
        """Add rows at the end."""
        start = self.size
        self.reach(start + len(rows))
        self._room[start : self.size] = rows
