"""What was measured of figures, as a table and as a chart."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

Measured = dict[str, Any]

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 300, 60, 40
_COLOURS: Final = ("#1f5fb4", "#b3261e", "#3a7d44", "#7a5195")


class Aim(NamedTuple):
    """A figure that was measured, and what it should stay below."""

    of: Callable[[Measured], float]
    limit: float
    unit: str

    def met(self, one: Measured) -> bool:
        """Whether a measurement stays below."""
        return self.of(one) < self.limit


AIMS: Final[dict[str, Aim]] = {
    "live, p99": Aim(lambda one: float(one["body"]["p99"]), 10, "ms"),
    "past, known now": Aim(lambda one: float(one["past_known_now"]["p50"]), 1000, "ms"),
    "past, known then": Aim(lambda one: float(one["past_known_then"]["p50"]), 1000, "ms"),
    "memory": Aim(lambda one: float(one["asked_mib"]), 200, "MiB"),
}
_MORE: Final[dict[str, Callable[[Measured], float]]] = {
    "live, p50 ms": lambda one: float(one["body"]["p50"]),
    "start ms": lambda one: float(one["start_ms"]),
    "commit µs/event": lambda one: float(one["commit_us"]),
}


def report(measured: Sequence[Measured], folder: Path) -> str:
    """The table as text; it and a chart are written into a folder."""
    names = ["backend", "tasks", "lines", *(f"{name} {aim.unit} (< {aim.limit:g})" for name, aim in AIMS.items()), *_MORE]
    rows = [[one["backend"], f"{one['tasks']:,}", f"{one['lines']:,}", *_numbers(one)] for one in measured]
    lines = [" | ".join(row) for row in (names, ["---"] * len(names), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.md").write_text(f"# Figures with so many tasks behind them\n\n{table}\n", encoding="utf-8")
    (folder / "figures.svg").write_text(_chart(measured), encoding="utf-8")
    return table


def _numbers(one: Measured) -> list[str]:
    return [f"{of(one):,.1f}" for of in (*(aim.of for aim in AIMS.values()), *_MORE.values())]


def _chart(measured: Sequence[Measured]) -> str:
    """A line for each aim and database: the share of the aim that was used up, by the number of tasks."""
    backends = sorted({one["backend"] for one in measured})
    sizes = sorted({one["tasks"] for one in measured})
    top = max(1.2, *(aim.of(one) / aim.limit for one in measured for aim in AIMS.values()))
    across = (_WIDTH - _LEFT - 20) / max(len(sizes) - 1, 1)

    def place(one: Measured, aim: Aim) -> str:
        return f"{_LEFT + sizes.index(one['tasks']) * across:.0f},{_up(aim.of(one) / aim.limit, top):.0f}"

    lines = []
    for nth, (name, aim) in enumerate(AIMS.items()):
        for backend in backends:
            points = " ".join(
                place(one, aim) for one in sorted(measured, key=lambda one: one["tasks"]) if one["backend"] == backend
            )
            dash = "" if backend == backends[0] else ' stroke-dasharray="6 3"'
            lines.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[nth]}" stroke-width="2"{dash}/>')
        lines.append(
            f'<text x="{_LEFT + 8}" y="{20 + 16 * nth}" fill="{_COLOURS[nth]}">{name}, below {aim.limit:g} {aim.unit}</text>'
        )
    marks = [
        f'<text x="{_LEFT + nth * across:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">{size:,}</text>'
        for nth, size in enumerate(sizes)
    ]
    aim_line = f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{_up(1, top):.0f}" y2="{_up(1, top):.0f}" stroke="#555"/>'
    label = f'<text x="4" y="{_up(1, top) + 4:.0f}">the aim</text>'
    body = "\n".join((aim_line, label, *lines, *marks))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12">'
    title = f"<title>Solid: {backends[0]}; dashed: {', '.join(backends[1:]) or 'none'}</title>"
    return f"{head}\n{title}\n{body}\n</svg>\n"


def _up(share: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - share / top * (_HEIGHT - _BOTTOM - 20)
