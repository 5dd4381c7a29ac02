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
from shared.domain.history import fold
from shared.domain.task import Grade
from shared.domain.transition import open_actions, place_of
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
    "accept": sample.accept,
    "respond": sample.respond,
    "record": sample.record,
    "acknowledge": sample.acknowledge,
    "urge": sample.urge,
    "assign": sample.assign,
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
    "split": sample.split,
    "evaluate": sample.evaluate,
    "look-back": sample.look_back,
    "archive": sample.archive,
    "relapse": sample.relapse,
}
_UNITS: Final = [None, "bureau", "water"]
_GRADES: Final[list[Grade]] = ["stage", "full"]


def _command(draw: st.DrawFn, action: str, when: datetime, number: int) -> Command:
    id_ = f"{action}-{number}"
    due = draw(st.sampled_from(_DUES))
    match action:
        case "amend":
            return sample.amend(when, id_=id_, due=due, unit=f"unit-{number}" if due is None else None)
        case "note":
            return sample.note(when, id_=id_, priority="urgent", due=due)
        case "relapse":
            return sample.relapse(when, id_=id_, due=due)
        case "submit":
            return sample.submit(when, id_=id_, unit=draw(st.sampled_from(_UNITS)))
        case "approve":
            return sample.approve(when, id_=id_, grade=draw(st.sampled_from(_GRADES)))
        case "tell-of-part":
            return sample.tell_of_part(when, id_=id_, number=draw(st.sampled_from(["7/1", "7/2"])))
        case _:
            return _PLAIN[action](when, id_=id_)


@st.composite
def histories(draw: st.DrawFn, policy: str, *, longest: int = 8) -> list[Command]:
    """Commands in the order of the matter's own time, each of them legal in its turn; several may be of one instant."""
    when = sample.START
    commands: list[Command] = [sample.register(when, policy=policy, due=draw(st.sampled_from(_DUES)))]
    task = fold(commands, sample.RULEBOOK).task
    for number in range(draw(st.integers(0, longest - 1))):
        flow = sample.POLICIES[policy].flow
        choices = [one for one in open_actions(flow, place_of(task)) if not one.endswith(("-extension", "-return"))]
        if task is not None and task.parts:
            choices.append("tell-of-part")
        if not choices:
            break
        # What follows a relapse in the same instant would come before it in the order of actions.
        when += draw(st.sampled_from(_GAPS if commands[-1].action != "relapse" else _GAPS[2:]))
        command = _command(draw, draw(st.sampled_from(choices)), when, number)
        folded = fold([*commands, command], sample.RULEBOOK)
        if not folded.waiting:
            commands, task = [*commands, command], folded.task
    return commands


def any_history() -> st.SearchStrategy[list[Command]]:
    """A history of either flow."""
    return st.one_of(histories("standard"), histories("whole"), histories("reported"))


def arrivals(commands: Sequence[Command]) -> st.SearchStrategy[list[Command | datetime]]:
    """The commands in any order, with watermarks to which the clocks are driven in between."""
    watermarks = st.lists(st.integers(0, 24 * 120).map(lambda hours: sample.at(hours=hours)), max_size=4)
    return watermarks.flatmap(lambda instants: st.permutations([*commands, *instants]))
