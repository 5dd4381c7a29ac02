"""What was measured of figures, as a table and as a chart."""

from collections.abc import Callable, Sequence
from html import escape
from math import log10
from pathlib import Path
from typing import Any, Final, NamedTuple

Measured = dict[str, Any]


class Column(NamedTuple):
    """One number of each journal."""

    title: str
    unit: str
    of: Callable[[Measured], float]
    at_most: float | None = None
    """The aim, for every size."""


COLUMNS: Final = (
    Column("live figure p50", "ms", lambda one: one["figure"]["p50"]),
    Column("live figure p99", "ms", lambda one: one["figure"]["p99"], 10),
    Column("same, processor", "ms", lambda one: one["figure"]["cpu_p99"]),
    Column("sums of all groups p50", "ms", lambda one: one["sums"]["p50"]),
    Column("sums of all groups p99", "ms", lambda one: one["sums"]["p99"]),
    Column("JSON of all groups p50", "ms", lambda one: one["body"]["p50"]),
    Column("JSON of all groups p99", "ms", lambda one: one["body"]["p99"]),
    Column("same, processor", "ms", lambda one: one["body"]["cpu_p99"]),
    Column("live model p50", "ms", lambda one: one["live"]["p50"]),
    Column("live model p99", "ms", lambda one: one["live"]["p99"]),
    Column("past, known now p50", "ms", lambda one: one["past_known_now"]["p50"], 1000),
    Column("past, known then p50", "ms", lambda one: one["past_known_then"]["p50"], 1000),
    Column("start", "ms", lambda one: one["start"]["wall"]),
    Column("every scope", "ms", lambda one: one["scopes"]["wall"]),
    Column("refresh", "ms", lambda one: one["refresh"]["p50"]),
    Column("service", "MiB", lambda one: one["service_mib"], 200),
    Column("of it sums", "MiB", lambda one: one["live_mib"] - one["before_mib"]),
    Column("commit of an event", "µs", lambda one: one["commit_us"]),
)
_FLAT: Final = 1.5
"""A commit may take so many times as long behind the largest journal as behind the smallest."""


def report(measured: Sequence[Measured], folder: Path) -> str:
    """Write table and chart into a folder; the table."""
    folder.mkdir(parents=True, exist_ok=True)
    table = _table(measured)
    (folder / "figures.md").write_text(table, encoding="utf-8")
    (folder / "figures.svg").write_text(_chart(measured), encoding="utf-8")
    return table


def missed(measured: Sequence[Measured]) -> list[str]:
    """The aims that were missed, in words."""
    found = [
        f"{one['backend']}, {one['tasks']:,} tasks: {column.title} {column.of(one):,.1f} {column.unit}, not {column.at_most:g}"
        for one in measured
        for column in COLUMNS
        if column.at_most is not None and column.of(one) > column.at_most
    ]
    for backend in {one["backend"] for one in measured}:
        costs = [one["commit_us"] for one in measured if one["backend"] == backend]
        if costs[-1] > _FLAT * costs[0]:
            found.append(f"{backend}: a commit takes {costs[-1] / costs[0]:.1f} times as long behind the largest journal")
    return found


def _table(measured: Sequence[Measured]) -> str:
    heads = [f"{one['backend']} {one['tasks']:,}" for one in measured]
    rows = [["", *heads], ["---", *("---:" for _ in heads)], ["lines", *(f"{one['lines']:,}" for one in measured)]]
    for column in COLUMNS:
        aim = "" if column.at_most is None else f" (aim {column.at_most:g})"
        rows.append([f"{column.title}, {column.unit}{aim}", *(f"{column.of(one):,.1f}" for one in measured)])
    rows.append(["load of the machine", *(f"{one['load']:.1f}" for one in measured)])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    notes = [f"- missed: {one}" for one in missed(measured)]
    return "\n".join([table, "", *notes, ""])


_LINES: Final[tuple[tuple[str, str, Callable[[Measured], float]], ...]] = (
    ("live figure p99", "#0b7a75", lambda one: one["figure"]["p99"]),
    ("JSON of all groups p99", "#1f4e9c", lambda one: one["body"]["p99"]),
    ("past, known now", "#b4690e", lambda one: one["past_known_now"]["p50"]),
    ("past, known then", "#8c2f39", lambda one: one["past_known_then"]["p50"]),
)
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 720, 420, 64, 40, 190, 48
_FROM_MS, _TO_MS = 1.0, 10_000.0


def _chart(measured: Sequence[Measured]) -> str:
    """Milliseconds of a figure by the number of tasks, both by powers of ten."""
    sizes = sorted({one["tasks"] for one in measured})
    low, high = log10(sizes[0]), max(log10(sizes[-1]), log10(sizes[0]) + 1)

    def x(tasks: float) -> float:
        return _LEFT + (log10(tasks) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def y(ms: float) -> float:
        share = (log10(min(max(ms, _FROM_MS), _TO_MS)) - log10(_FROM_MS)) / (log10(_TO_MS) - log10(_FROM_MS))
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [_text(_LEFT, 20, "A figure in milliseconds, by tasks behind it (solid SQLite, dashed PostgreSQL)")]
    for power in range(5):
        drawn.append(_line([(_LEFT, y(10**power)), (_WIDTH - _RIGHT, y(10**power))], "#ddd", 1))
        drawn.append(_text(_LEFT - 8, y(10**power) + 4, f"{10**power:,}", "end"))
    drawn += [_text(x(size), _HEIGHT - _BOTTOM + 20, f"{size:,}", "middle") for size in sizes]
    for nth, (name, colour, of) in enumerate(_LINES):
        drawn.append(_line([(_WIDTH - _RIGHT + 14, _TOP + 22 * nth), (_WIDTH - _RIGHT + 38, _TOP + 22 * nth)], colour, 2))
        drawn.append(_text(_WIDTH - _RIGHT + 44, _TOP + 22 * nth + 4, name))
        for backend, dashes in (("sqlite", ""), ("postgresql", "6 4")):
            points = [(x(one["tasks"]), y(of(one))) for one in measured if one["backend"] == backend]
            drawn.append(_line(points, colour, 2, dashes))
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222">{escape(text)}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str, width: int, dashes: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}"/>'
