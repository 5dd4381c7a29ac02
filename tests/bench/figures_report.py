"""What was measured of figures, as a table and as a chart."""

from typing import Any, NamedTuple

Measured = dict[str, Any]


class Aim(NamedTuple):
    def met(self, one):
        return True


AIMS = {}


def report(m, p):
    return ""
