"""Writes the lifecycle of a task as the transition table has it: python -m shared.lifecycle [--check].

The states are drawn as a Mermaid diagram for each flow, with every action that changes the state.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from shared.domain.policy import Flow
from shared.domain.transition import TABLE, Place

FILE: Final = Path(__file__).parents[1] / "contracts" / "lifecycle.md"
_NAMES: Final = {
    Place.PENDING: "待签收",
    Place.HANDLING: "办理中",
    Place.SUSPENDED: "中止",
    Place.IN_REVIEW: "待审核",
    Place.CLOSED: "办结",
    Place.ARCHIVED: "归档",
    Place.ENDED: "终止",
}


def lifecycle() -> str:
    """The document."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The lifecycle of a task"
    yield ""
    yield "Written by `python -m shared.lifecycle` from the transition table (`shared/domain/transition.py`); nothing else"
    yield "decides what is open. Being near a due date or past it is no state: it is a judgement about a clock at an instant."
    for flow in get_args(Flow):
        yield from _flow(flow)
    owners = sorted({row.action for row in TABLE if row.owner_only})
    yield from ("", f"Only the owner of the matter may: {', '.join(owners)}.")


def _flow(flow: Flow) -> Iterator[str]:
    rows = [row for row in TABLE if row.flow == flow]
    yield from ("", f"## {flow}", "", "```mermaid", "stateDiagram-v2")
    for place, name in _NAMES.items():
        if any(place in {row.source, row.target} for row in rows):
            yield f"    {place}: {place} {name}"
    moves: dict[tuple[Place, Place], list[str]] = {}
    for row in rows:
        if row.source is not row.target:
            moves.setdefault((row.source, row.target), []).append(row.action)
    for (source, target), actions in moves.items():
        yield f"    {'[*]' if source is Place.ABSENT else source} --> {target}: {', '.join(actions)}"
    yield from ("```", "", "| state | open without a change of state |", "|---|---|")
    for place in _NAMES:
        staying = [row.action for row in rows if row.source is row.target is place]
        if staying:
            yield f"| {place} | {', '.join(staying)} |"


def main() -> None:
    """Write the file, or with --check exit 1 when it is not what would be written."""
    if "--check" not in sys.argv:
        FILE.write_text(lifecycle(), encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != lifecycle():
        sys.exit(f"{FILE.name} is out of date: make contracts")


if __name__ == "__main__":
    main()
