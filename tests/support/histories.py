"""Legal histories of one matter, as the transition table allows them, and the orders in which they may arrive.

Extensions and returns are left out: their limits depend on dates that only a whole history has, and what breaks a limit is
refused for good.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from shared.domain.budget import DuePeriod
from shared.domain.command import Command, Due
from shared.domain.policy import Flow
from shared.domain.transition import Place, open_actions, transition
from tests.support import sample

_GAPS: Final = [timedelta(hours=hours) for hours in (0, 0, 1, 23, 25, 24 * 9, 24 * 31)]
_DUES: Final[list[Due | None]] = [
    None,
    sample.at(-1),
    sample.at(2),
    sample.at(40),
    DuePeriod("month_end", sample.START.date()),
    DuePeriod("open_ended", None),
]


_PLAIN: Final[dict[str, Callable[..., Command]]] = {
    "sign": sample.sign,
    "record": sample.record,
    "submit": sample.submit,
    "send-back": sample.send_back,
    "approve": sample.approve,
    "withdraw": sample.withdraw,
    "suspend": sample.suspend,
    "resume": sample.resume,
    "not-accept": sample.not_accept,
    "merge": sample.merge,
    "transfer": sample.transfer,
    "exclude": sample.exclude,
}


def _command(action: str, when: datetime, number: int, due: Due | None) -> Command:
    id_ = f"{action}-{number}"
    if action == "amend":
        return sample.amend(when, id_=id_, due=due, unit=f"unit-{number}" if due is None else None)
    return _PLAIN[action](when, id_=id_)


@st.composite
def histories(draw: st.DrawFn, flow: Flow, *, longest: int = 8) -> list[Command]:
    """Commands in the order of the matter's own time, each of them open in its turn; several may be of one instant."""
    when = sample.START
    commands: list[Command] = [sample.register(when, policy=flow, due=draw(st.sampled_from(_DUES)))]
    start = transition(flow, Place.ABSENT, "register")
    assert start is not None
    place = start.target
    for number in range(draw(st.integers(0, longest - 1))):
        choices = [action for action in open_actions(flow, place) if not action.endswith(("-extension", "-return"))]
        if not choices:
            break
        row = transition(flow, place, draw(st.sampled_from(choices)))
        assert row is not None
        when += draw(st.sampled_from(_GAPS))
        commands.append(_command(row.action, when, number, draw(st.sampled_from(_DUES))))
        place = row.target
    return commands


def any_history() -> st.SearchStrategy[list[Command]]:
    """A history of either flow."""
    return st.one_of(histories("standard"), histories("reported"))


def arrivals(commands: Sequence[Command]) -> st.SearchStrategy[list[Command | datetime]]:
    """The commands in any order, with watermarks to which the clocks are driven in between."""
    watermarks = st.lists(st.integers(0, 24 * 120).map(lambda hours: sample.at(hours=hours)), max_size=4)
    return watermarks.flatmap(lambda instants: st.permutations([*commands, *instants]))
